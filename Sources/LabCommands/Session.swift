import ArgumentParser
import Foundation
import Hypervisor
import Reports
import ScenarioRunner

/// Runs flows for a command: shows how far they are, listens to Ctrl-C, and closes what was opened.
struct Session {
    let workbench: Workbench
    /// Whether progress is printed without colours, and never written over.
    let isPlain: Bool

    init(keepsMachines: Bool = false, isPlain: Bool) {
        workbench = Workbench(keepsMachines: keepsMachines) { Console.complain($0) }
        self.isPlain = isPlain
    }

    /// Runs flows to their ends.
    ///
    /// - Returns: their journals in the order of the flows, and the exit code of an interrupted process when a signal came.
    func run(_ flows: [Flow], _ settings: Runner.Settings) async -> (journals: [Journal], interruption: ExitCode?) {
        var settings = settings
        settings.keepsEntries = false  // Reports are made of results; whoever wants entries has journals written.
        let isLive = Console.isLive(isPlain) && settings.gate == nil
        let progress = ProgressDisplay(
            ProgressText(total: flows.count, style: Console.errorStyle(isPlain), isLive: isLive))
        let runner = Runner(settings: settings, makeDriver: workbench.open) { progress.note($0) }
        let work = Task { await runner.run(flows) }
        let interrupts = Interrupts { work.cancel() }
        let journals = await work.value
        let interruption = interrupts.end()
        await workbench.close()
        progress.finish()
        return (journals, interruption)
    }

    /// A real guest without the processor's help keeps one processor busy, and the lab another now and then.
    static var usualJobs: Int { min(64, max(1, ProcessInfo.processInfo.activeProcessorCount / 2)) }

    /// The flows of scenarios on places, each place once.
    ///
    /// - Throws: `BadInput` when nothing is selected.
    static func flows(
        of library: ScenarioLibrary, on places: [Place], only names: [String], seed: UInt64
    ) throws -> [Flow] {
        var platforms: [Platform] = []
        for place in places where !platforms.contains(place.platform) { platforms.append(place.platform) }
        do throws(Selection.Fault) {
            return try Selection(platforms: platforms, scenarios: names, seed: seed).flows(of: library.files)
        } catch {
            throw BadInput("\(error)")
        }
    }
}

/// The platforms by the word that names them on the command line.
enum Place: String, CaseIterable, ExpressibleByArgument {
    case ec2, azure, gce, hyperv, vsphere, libvirt

    var platform: Platform { Platform(rawValue: rawValue) }

    /// Whether machines on it are simulated, so that everybody has it.
    var isSimulated: Bool { self != .libvirt }
}

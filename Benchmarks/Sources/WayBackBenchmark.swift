import Foundation
import Hypervisor
import LabCore
import LibvirtDriver

/// What the way back of a real machine costs: through the driver, and by a shell script with virsh.
///
/// Both boot the same guest from the same files on the same virtual hardware, and do the same steps with it.
struct WayBackBenchmark {
    let script: String
    let driver: LibvirtDriver
    let guest: GuestImage
    let package: String

    private static let upgrade = "2.0"
    private static let spec = MachineSpec(
        name: "bench", appliance: .generic, version: "1.0",
        disks: [DiskSpec(role: .root, size: .gibibytes(1)), DiskSpec(role: .data, size: .gibibytes(1))],
        memory: .mebibytes(256))

    /// Goes both ways in turn, and holds the least times against each other.
    static func rows(script: String, rounds: Int) async -> [Row] {
        do {
            var settings = LibvirtDriver.Settings()
            settings.startsWarm = false
            let driver = try await LibvirtDriver.open(settings: settings)
            do {
                let rows = try await rows(script, driver, rounds)
                await driver.close()
                return rows
            } catch {
                await driver.close()
                throw error
            }
        } catch {
            return [Row(subject: "the way back of a real machine", found: "not measured: \(error)", wanted: "")]
        }
    }

    private static func rows(_ script: String, _ driver: LibvirtDriver, _ rounds: Int) async throws -> [Row] {
        let images = GuestImages(folder: driver.folder.images)
        let guest = try await images.prepare(.debian(GuestRecipe(for: spec)))
        let package = try await images.package(version: upgrade)
        let way = WayBackBenchmark(script: script, driver: driver, guest: guest, package: package)
        var (mine, others): ([Steps], [Steps]) = ([], [])
        for round in 0..<rounds {
            // Each is first as often as the other, so that neither always meets the warmer caches.
            for isMine in round.isMultiple(of: 2) ? [true, false] : [false, true] {
                if isMine {
                    mine.append(try await way.throughDriver())
                } else {
                    others.append(try await way.byScript())
                }
            }
        }
        return table(mine, others)
    }

    private static func table(_ mine: [Steps], _ others: [Steps]) -> [Row] {
        func least(_ runs: [Steps], _ step: String?) -> Double {
            runs.map { run in step.map { run.milliseconds[$0, default: 0] } ?? run.total }.min() ?? 0
        }
        func row(_ subject: String, _ step: String?, _ wanted: String) -> Row {
            let (left, right) = (least(mine, step), least(others, step))
            let ratio = ((left / max(right, 1)) * 100).rounded() / 100
            return Row(
                subject: subject, found: "\(ratio) (\((left / 1000).hundredths) s : \((right / 1000).hundredths) s)",
                wanted: wanted)
        }
        return [
            row("a real machine's whole way back through the driver : by virsh in a shell", nil, "1.05 at most"),
            row("  boot until the application is healthy", "boot", ""), row("  three looks at all facts", "look", ""),
            row("  snapshot with memory", "snapshot", "0.2 s at most"),
            row("  an upgrade that fails half-way", "upgrade", ""),
            row("  revert, the driver's with a comparison of all disks", "revert", "0.7 s at most"),
            row("  removal", "removal", ""),
        ]
    }
}

/// How long each step of a way back took.
private struct Steps {
    var milliseconds: [String: Double] = [:]
    var total: Double { milliseconds.values.reduce(0, +) }
}

extension WayBackBenchmark {
    private func throughDriver() async throws -> Steps {
        var steps = Steps()
        let provider = driver.referenceProvider
        var last = ContinuousClock().now
        func mark(_ step: String) {
            let now = ContinuousClock().now
            steps.milliseconds[step, default: 0] += (now - last) / .milliseconds(1)
            last = now
        }
        let machine = try await driver.makeMachine(Self.spec, guest: guest, hasAppliance: true)
        mark("boot")
        var before = try await driver.facts(of: machine)
        mark("look")
        let snapshot = try await provider.takeSnapshot(SnapshotRequest(name: "before", memory: true), of: machine)
        mark("snapshot")
        let failure = UpgradeFailure(phase: .migrate, occurrence: 2, cause: .error)
        let answer = try await driver.perform(.upgrade(version: Self.upgrade, failure: failure), on: machine)
        mark("upgrade")
        let failed = try await driver.facts(of: machine)
        mark("look")
        _ = try await provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
        mark("revert")
        let after = try await driver.facts(of: machine)
        before[.snapshots] = after[.snapshots]
        guard !answer.succeeded, failed != before, after == before else {
            throw Refusal(.failed, code: "NotBack", message: "the machine did not come back")
        }
        mark("look")
        try await driver.removeEverything()
        mark("removal")
        return steps
    }

    private func byScript() async throws -> Steps {
        let work = "/tmp/belay-way-back-\(getpid())"
        try? FileManager.default.removeItem(atPath: work)  // Of a round before.
        defer { try? FileManager.default.removeItem(atPath: work) }  // What stays is in the system's folder for that.
        try FileManager.default.createDirectory(
            atPath: work + "/cache/libvirt/qemu", withIntermediateDirectories: true)
        let known = driver.folder.path + "/capabilities"
        if FileManager.default.fileExists(atPath: known) {
            try FileManager.default.copyItem(atPath: known, toPath: work + "/cache/libvirt/qemu/capabilities")
        }
        let xml = try await driver.description(of: Self.spec, guest: guest, name: "way-back", folder: work)
        try xml.write(toFile: work + "/domain.xml", atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(filePath: script)
        process.arguments = [work] + guest.disks.map(\.path) + [package, Self.upgrade]
        // A file and no pipe: whatever the script leaves running would keep a pipe open.
        let output = work + "/output"
        try Data().write(to: URL(filePath: output))
        process.standardOutput = FileHandle(forWritingAtPath: output)
        try process.run()
        process.waitUntilExit()
        let said = try String(contentsOfFile: output, encoding: .utf8)
        guard process.terminationStatus == 0 else {
            throw Refusal(
                .failed, code: "NotBack", message: "the script ended with \(process.terminationStatus): \(said)")
        }
        var steps = Steps()
        for line in said.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2, let time = Double(words[1]) else { continue }
            steps.milliseconds[String(words[0]), default: 0] += time
        }
        return steps
    }
}

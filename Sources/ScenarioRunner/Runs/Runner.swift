package import Foundation
package import Hypervisor
import LabCore

/// Runs flows against drivers, several at a time; whatever happens, each removes what it made.
package struct Runner: Sendable {
    /// Opens a platform with a seed.
    package typealias MakeDriver = @Sendable (Platform, UInt64) async throws(Refusal) -> any HypervisorDriver
    /// Is asked before each step whether to go on.
    package typealias StepGate = @Sendable (Flow, StepReference) async -> Bool

    /// How flows are run.
    package struct Settings: Sendable {
        /// How many flows run at a time, 1 or more.
        package var jobs = 1
        /// Whether what was made is left where it is.
        package var keepsEverything = false
        /// Where journals are written; nothing for nowhere.
        package var journals: URL?
        /// Whether the journals that a run gives hold what was done; those that are written do in any case.
        package var keepsEntries = true
        /// The provider under test on a platform; nothing for the platform's own.
        package var provider: (@Sendable (Platform) -> (any SnapshotProvider)?)?
        /// Is asked before each step whether to go on.
        package var gate: StepGate?
        /// Platforms that cannot be used here, and why; flows on them end *not run*.
        package var unavailable: [Platform: String] = [:]

        package init(jobs: Int = 1, keepsEverything: Bool = false, journals: URL? = nil) {
            self.jobs = jobs
            self.keepsEverything = keepsEverything
            self.journals = journals
        }
    }

    private let settings: Settings
    private let makeDriver: MakeDriver
    private let watch: @Sendable (RunEvent) -> Void

    /// Makes a runner.
    ///
    /// - Parameters:
    ///   - settings: how flows are run.
    ///   - makeDriver: opens a platform; called once for each flow.
    ///   - watch: told of everything that happens, from several tasks at once.
    package init(
        settings: Settings = Settings(), makeDriver: @escaping MakeDriver,
        watch: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) {
        self.settings = settings
        self.makeDriver = makeDriver
        self.watch = watch
    }

    /// Runs flows, and gives their journals in the order of the flows.
    ///
    /// When the task is cancelled, flows that run remove what they made and end *not run*; flows that have not begun do not begin.
    package func run(_ flows: [Flow]) async -> [Journal] {
        var journals: [Journal?] = Array(repeating: nil, count: flows.count)
        await withTaskGroup(of: (Int, Journal).self) { group in
            var waiting = flows.enumerated().makeIterator()
            for _ in 0..<max(1, settings.jobs) {
                if let (index, flow) = waiting.next() { group.addTask { (index, await run(flow, index: index)) } }
            }
            while let (index, journal) = await group.next() {
                journals[index] = journal
                if let (index, flow) = waiting.next() { group.addTask { (index, await run(flow, index: index)) } }
            }
        }
        return journals.compactMap { $0 }
    }

    private func run(_ flow: Flow, index: Int) async -> Journal {
        var journal = await journal(of: flow, index: index)
        let wasRun = journal.result.provider != nil
        if !wasRun, journal.result.conclusion.outcome != .errored { write(&journal, of: flow) }
        watch(.finished(index: index, journal.result))
        return journal
    }

    /// Writes the journal of a flow that did nothing; those of others are written while they run.
    private func write(_ journal: inout Journal, of flow: Flow) {
        guard let folder = settings.journals else { return }
        do {
            let file = try JournalFile(at: folder.appending(path: JournalFile.name(of: flow)), header: journal.header)
            try file.finish(journal.result)
        } catch {
            let reason = Conclusion.Reason("the journal cannot be written: \(error)")
            journal.result.conclusion = Conclusion(.errored, [reason] + journal.result.conclusion.reasons)
        }
    }

    private func journal(of flow: Flow, index: Int) async -> Journal {
        if let reason = flow.exclusion { return flow.unrun(.excluded, Conclusion.Reason(reason)) }
        if let reason = settings.unavailable[flow.platform] { return flow.unrun(.notRun, Conclusion.Reason(reason)) }
        guard !Task.isCancelled else { return flow.unrun(.notRun, Conclusion.Reason("interrupted before it began")) }
        watch(.began(index: index, flow))
        do throws(Refusal) {
            let driver = try await makeDriver(flow.platform, flow.seed)
            let provider = settings.provider?(flow.platform) ?? driver.referenceProvider
            let description = try await provider.describe()
            let hands = Hands(driver: driver, provider: provider)
            var run = FlowRun(
                flow: flow, index: index, hands: hands, provider: description, settings: settings, watch: watch)
            return await run.run()
        } catch {
            let reason = Conclusion.Reason("\(flow.platform) cannot be opened: \(error)", rule: error.rule?.rawValue)
            return flow.unrun(error.kind == .unsupported ? .unsupported : .errored, reason)
        }
    }
}

extension Flow {
    /// The journal of a flow that did nothing.
    func unrun(_ outcome: RunOutcome, _ reason: Conclusion.Reason, isSimulated: Bool = true) -> Journal {
        Journal(
            header: Journal.Header(flow: self, isSimulated: isSimulated), entries: [],
            result: RunResult(flow: self, conclusion: Conclusion(outcome, [reason])))
    }
}

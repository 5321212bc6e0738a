import Foundation
import Hypervisor
import LabCore

/// One flow while it runs: hands the interpreter's actions to a driver and a provider, and keeps the journal.
struct FlowRun {
    let flow: Flow
    let index: Int
    let hands: Hands
    let provider: ProviderDescription
    let settings: Runner.Settings
    let watch: @Sendable (RunEvent) -> Void
    private var entries: [Journal.Entry] = []
    /// How many entries there have been, kept or not.
    private var recorded = 0
    private var tally = PhaseTally()
    private var file: JournalFile?
    private var journalTrouble: String?

    init(
        flow: Flow, index: Int, hands: Hands, provider: ProviderDescription, settings: Runner.Settings,
        watch: @escaping @Sendable (RunEvent) -> Void
    ) {
        self.flow = flow
        self.index = index
        self.hands = hands
        self.provider = provider
        self.settings = settings
        self.watch = watch
    }

    private var driver: any HypervisorDriver { hands.driver }

    /// Runs the flow to its end.
    mutating func run() async -> Journal {
        let plan = Plan(
            scenario: flow.scenario, platform: flow.platform, driver: driver.capabilities,
            provider: provider.capabilities, explanations: driver.explanations,
            keepsEverything: settings.keepsEverything)
        if let missing = plan.missing {
            let reason = Conclusion.Reason(
                "\(flow.platform) has no \(missing.capability.rawValue): \(missing.note.text)",
                rule: missing.note.rule?.rawValue)
            return flow.unrun(.unsupported, reason, isSimulated: driver.isSimulated)
        }
        let header = Journal.Header(flow: flow, isSimulated: driver.isSimulated)
        open(header)
        var interpreter = Interpreter(plan: plan)
        let began = await driver.now
        if journalTrouble == nil { await drive(&interpreter) }
        let took = await driver.now - began
        var result = RunResult(
            flow: flow, conclusion: interpreter.conclusion, provider: provider.name, record: interpreter.record,
            phases: tally.times, milliseconds: took.milliseconds)
        finish(&result)
        return Journal(header: header, entries: entries, result: result)
    }

    /// Does all that the interpreter wants.
    private mutating func drive(_ interpreter: inout Interpreter) async {
        var shownStep: StepReference?
        while true {
            if Task.isCancelled { interpreter.interrupt("interrupted") }
            guard let action = interpreter.next() else { return }
            let step = interpreter.currentStep
            if let step, step != shownStep {
                shownStep = step
                watch(.step(index: index, flow, step))
                if let gate = settings.gate, await !gate(flow, step) {
                    interpreter.interrupt("stopped by hand")
                    continue
                }
            }
            if action == .removeEverything { watch(.removing(index: index, flow)) }
            let began = await driver.now
            let outcome = await hands.does(action)
            let took = await record(step, action, outcome, began: began)
            interpreter.absorb(outcome, took: took)
        }
    }

    // MARK: The journal

    /// Enters an action into the journal.
    ///
    /// - Returns: how long it took on the platform's clock.
    private mutating func record(
        _ step: StepReference?, _ action: Action, _ outcome: ActionOutcome, began: Instant
    ) async -> Duration {
        let ended = await driver.now
        let events = await driver.takeEvents()
        let phase = tally.add(action, outcome, took: ended - began)
        guard settings.keepsEntries || file != nil else { return ended - began }
        let times = Journal.Times(
            began: began.description, ended: ended.description, milliseconds: (ended - began).milliseconds)
        recorded += 1
        let (name, arguments) = action.journalled
        let (word, details) = outcome.journalled
        let entry = Journal.Entry(
            number: recorded, step: step, phase: phase, action: name, arguments: arguments, outcome: word,
            details: details, virtual: driver.isSimulated ? times : nil, wall: driver.isSimulated ? nil : times,
            events: events.map {
                Journal.EventLine(at: $0.instant.description, subject: $0.subject, text: $0.text)
            })
        if settings.keepsEntries { entries.append(entry) }
        do { try file?.append(entry) } catch { journalTrouble = "the journal cannot be written: \(error)" }
        return ended - began
    }

    private mutating func open(_ header: Journal.Header) {
        guard let folder = settings.journals else { return }
        do {
            file = try JournalFile(at: folder.appending(path: JournalFile.name(of: flow)), header: header)
        } catch {
            journalTrouble = "the journal cannot be written: \(error)"
        }
    }

    /// Completes the journal; one that cannot be written is the lab's own fault, and said.
    private mutating func finish(_ result: inout RunResult) {
        if journalTrouble == nil {
            do { try file?.finish(result) } catch { journalTrouble = "the journal cannot be written: \(error)" }
        }
        guard let journalTrouble else { return }
        file?.discard()
        result.conclusion = Conclusion(.errored, [Conclusion.Reason(journalTrouble)] + result.conclusion.reasons)
    }
}

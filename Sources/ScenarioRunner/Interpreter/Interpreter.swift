import Hypervisor

/// Goes through a scenario on one platform without doing anything itself: it is asked for the next action and told its outcome.
///
/// It is a value: a copy goes on from where it is by itself, which is how an explorer tries more than one future.
/// Whatever happens in between, the last two actions remove everything and look for leftovers.
package struct Interpreter: Hashable, Sendable {
    /// What is run.
    package let plan: Plan
    /// What has been found so far.
    package private(set) var record = RunRecord()
    var phase = Phase.settingUp
    var stack = StepStack()
    /// What is still to be done for the present step, in order.
    var queue: [Operation] = [.makeMachine]
    /// What waits for its outcome.
    private var pending: Operation?

    var machine: MachineID?
    var moments = Moments()
    var snapshots: [String: Snapshot] = [:]
    var present = Facts()
    /// Whether nothing has been done since the present facts were taken, so that they still hold.
    var isUntouched = false
    /// The machine's power as it was last seen; nothing when that is not known.
    var power: FactValue?
    var lastUpgrade: String?
    var lastRevert: Accountant.Revert?
    var leftBy: FactValue?
    /// How long the last step took on the platform's clock.
    var lastTook: Duration?
    var laterSteps: [StepReference] = []
    /// The facts before a step that is to be refused.
    var factsBefore: Facts?

    /// Where a run is.
    enum Phase: Hashable, Sendable {
        case settingUp, working, closing, removing, over
    }

    /// One thing to do; most become one action.
    enum Operation: Hashable, Sendable {
        case makeMachine
        case takeFacts(FactsPurpose)
        case act(Step, StepReference)
        case removeEverything
        case lookForLeftovers
    }

    /// What facts are taken for.
    enum FactsPurpose: Hashable, Sendable {
        case start
        case moment(String)
        case snapshotTaken(String)
        case check([Expectation], StepReference)
        case failure
        case beforeRefusal
        case afterRefusal(StepReference)
        case beforeRevert
        case afterRevert(Snapshot, RevertReport, [DiskRole]?)
        case end
    }

    package init(plan: Plan) {
        self.plan = plan
        stack.enter(plan.scenario.steps)
    }

    /// The step that is being done; nothing before the first and after the last.
    package var currentStep: StepReference? { phase == .working ? stack.current : nil }

    /// What is to be done next; nothing when the run is over.
    package mutating func next() -> Action? {
        precondition(pending == nil, "an action's outcome must be absorbed before the next is asked for")
        while true {
            while queue.isEmpty, phase != .over { refill() }
            guard !queue.isEmpty else { return nil }
            let operation = queue.removeFirst()
            if case .takeFacts(let purpose) = operation, isUntouched {
                absorbFacts(.facts(present), purpose)
                continue
            }
            guard let action = action(for: operation) else {
                if case .act = operation { lastTook = .zero }
                continue
            }
            pending = operation
            isUntouched = false
            return action
        }
    }

    /// Takes in what came of the last action, which took so long on the platform's clock.
    package mutating func absorb(_ outcome: ActionOutcome, took: Duration) {
        guard let operation = pending else { preconditionFailure("there is no action whose outcome this could be") }
        pending = nil
        if case .refused(let refusal) = outcome, refusal.kind == .lab {
            return failInLab(refusal, during: operation)
        }
        switch operation {
        case .makeMachine: absorbMaking(outcome)
        case .takeFacts(let purpose): absorbFacts(outcome, purpose)
        case .act(let step, let reference):
            lastTook = took
            absorb(outcome, of: step, reference)
        case .removeEverything:
            if case .refused(let refusal) = outcome { record.labTroubles.append("nothing was removed: \(refusal)") }
        case .lookForLeftovers:
            if case .leftovers(let names) = outcome { record.leftovers = names.sorted() }
        }
    }

    /// Ends the run at once: what is left to be done is to remove everything.
    ///
    /// An action that was handed out and not done is dropped; one that was done must be absorbed first.
    package mutating func interrupt(_ reason: String) {
        guard phase != .removing, phase != .over else { return }
        pending = nil
        record.interruption = stack.current.map { "\(reason) at \($0)" } ?? reason
        beginRemoval()
    }

    /// Leaves all steps and begins to remove everything.
    mutating func beginRemoval() {
        stack = StepStack()
        phase = .removing
        queue = plan.keepsEverything ? [] : [.removeEverything, .lookForLeftovers]
    }

    /// How the run ended.
    package var conclusion: Conclusion { record.conclusion }

    mutating func edit(_ change: (inout RunRecord) -> Void) { change(&record) }

    private mutating func refill() {
        switch phase {
        case .settingUp: phase = .working
        case .working:
            if let (step, reference) = stack.advance(skip: { condition in
                condition.reasonAgainst(plan.platform, has: plan.has)
            }) {
                queue = operations(for: step, reference)
            } else {
                phase = .closing
                queue = [.takeFacts(.end)]
            }
        case .closing: beginRemoval()
        case .removing: phase = .over
        case .over: return
        }
    }

    private mutating func failInLab(_ refusal: Refusal, during operation: Operation) {
        let place = currentStep.map { " at \($0)" } ?? ""
        record.labTroubles.append("\(refusal)\(place)")
        switch phase {
        case .removing, .over: break
        case .settingUp, .working, .closing: beginRemoval()
        }
    }
}

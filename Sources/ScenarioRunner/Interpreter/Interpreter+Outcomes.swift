import Hypervisor
import LabCore

extension Interpreter {
    mutating func absorbMaking(_ outcome: ActionOutcome) {
        switch outcome {
        case .made(let made):
            machine = made
            queue.insert(.takeFacts(.start), at: 0)
        case .refused(let refusal) where refusal.kind == .unsupported: endUnsupported(refusal, at: nil)
        case .refused(let refusal):
            edit { $0.labTroubles.append("no machine was made: \(refusal)") }
            beginRemoval()
        default: preconditionFailure("making a machine ended as \(outcome)")
        }
    }

    /// Takes in what came of a step.
    mutating func absorb(_ outcome: ActionOutcome, of step: Step, _ reference: StepReference) {
        note(outcome, of: step, reference)
        if let expected = step.refusal {
            // What the platform does not have it cannot refuse, unless just that was to be shown.
            if case .refused(let refusal) = outcome, refusal.kind == .unsupported, expected.kind != .unsupported {
                return endUnsupported(refusal, at: reference)
            }
            return judge(outcome, against: expected, step, reference)
        }
        switch outcome {
        case .refused(let refusal): absorb(refusal, of: step, reference)
        case .answer(let answer): absorb(answer, of: step, reference)
        case .snapshot(let snapshot):
            queue.insert(.takeFacts(.snapshotTaken(snapshot.name)), at: 0)
        case .reverted(let report):
            guard case .revert(let name, let disks, _) = step.verb, let snapshot = snapshots[name] else { return }
            moments.compare(with: name)
            laterSteps = []
            queue.insert(.takeFacts(.afterRevert(snapshot, report, disks)), at: 0)
        case .done, .made, .facts, .leftovers: break
        }
    }

    /// Remembers what was made and changed, whether or not it was meant to be.
    private mutating func note(_ outcome: ActionOutcome, of step: Step, _ reference: StepReference) {
        switch (outcome, step.verb) {
        case (.snapshot(let snapshot), .takeSnapshot(let request, _)):
            snapshots[request.name] = snapshot
            // The facts that are present were taken right before the step.
            let taken = TakenSnapshot(snapshot, as: request.name, at: reference, power: present[.power])
            edit { $0.snapshots.append(taken) }
        case (.reverted(let report), .revert(let name, _, _)):
            let done = DoneRevert(report, to: name, at: reference, of: machine)
            edit { $0.reverts.append(done) }
            machine = report.machine
        case (.done, .setPower(let action)): power = action == .on || action == .reboot ? "on" : "off"
        case (.answer(let answer), .perform(let command)):
            if answer.status == nil { power = nil }
            if case .upgrade = command { lastUpgrade = answer.succeeded ? "succeeded" : "failed" }
        case (.refused(let refusal), .perform(.upgrade)) where refusal.kind == .failed || refusal.kind == .unknown:
            power = nil
            lastUpgrade = "failed"
        default: break
        }
    }

    private mutating func absorb(_ refusal: Refusal, of step: Step, _ reference: StepReference) {
        if refusal.kind == .unsupported { return endUnsupported(refusal, at: reference) }
        let endedBadly = refusal.kind == .failed || refusal.kind == .unknown
        if case .perform = step.verb, endedBadly, step.ending != .well { return }
        goWrong(
            Conclusion.Reason(
                "\(reference) was refused: \(refusal)", rule: refusal.rule?.rawValue, at: reference.position))
    }

    private mutating func absorb(_ answer: ApplianceAnswer, of step: Step, _ reference: StepReference) {
        let said = answer.output.last.map { ": \($0)" } ?? ""
        switch (step.ending, answer.succeeded) {
        case (.well, true), (.badly, false), (.any, _): return
        case (.well, false):
            goWrong(Conclusion.Reason("\(reference) did not end well\(said)", at: reference.position))
        case (.badly, true):
            goWrong(Conclusion.Reason("\(reference) was to end badly and ended well", at: reference.position))
        }
    }

    private mutating func endUnsupported(_ refusal: Refusal, at reference: StepReference?) {
        let place = reference.map { "\($0): " } ?? ""
        edit {
            $0.unsupported = Conclusion.Reason(
                "\(place)\(refusal)", rule: refusal.rule?.rawValue, at: reference?.position)
        }
        beginRemoval()
    }

    /// The present step went wrong.
    mutating func goWrong(_ trouble: Conclusion.Reason) {
        // Facts after a failed upgrade are taken all the same; what else the step wanted is off.
        queue.removeAll { $0 != .takeFacts(.failure) }
        stack.fail(trouble)
    }

    // MARK: Steps that must be refused

    private mutating func judge(
        _ outcome: ActionOutcome, against expected: Step.ExpectedRefusal, _ step: Step, _ reference: StepReference
    ) {
        let platform = plan.platform
        let wanted = expected.description(on: platform)
        var found = "it was done"
        var holds = false
        switch outcome {
        case .refused(let refusal):
            found = "\(refusal.kind.rawValue): \(refusal)"
            holds = expected.matches(refusal, on: platform)
        case .answer(let answer) where !answer.succeeded:
            found = answer.output.last ?? "the guest said no"
            holds = expected.because?[platform].map { part in answer.output.contains { $0.contains(part) } } ?? true
        default: break
        }
        let check = Check(
            moment: .step(reference), key: "refused", expected: wanted, found: found, holds: holds,
            position: reference.position, accounts: [])
        edit { $0.checks.append(check) }
        if !expected.leavesNothing { queue.removeAll { $0 == .takeFacts(.afterRefusal(reference)) } }
    }
}

extension Step.ExpectedRefusal {
    fileprivate func matches(_ refusal: Refusal, on platform: Platform) -> Bool {
        let isKind = kind.map { $0 == refusal.kind } ?? (refusal.kind == .refused || refusal.kind == .failed)
        return isKind && code?[platform].map { $0 == refusal.code } ?? true
            && rule?[platform].map { $0 == refusal.rule?.rawValue } ?? true
            && because?[platform].map { refusal.message.contains($0) } ?? true
    }

    fileprivate func description(on platform: Platform) -> String {
        let parts = [
            code?[platform].map { "with \($0)" }, rule?[platform].map { "by \($0)" },
            because?[platform].map { "because '\($0)'" },
        ].compactMap { $0 }
        return ([kind?.rawValue ?? "refused"] + parts).joined(separator: " ")
    }
}

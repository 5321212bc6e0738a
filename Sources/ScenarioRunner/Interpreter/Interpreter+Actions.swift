import Hypervisor

extension Interpreter {
    /// What has to be done for one step.
    mutating func operations(for step: Step, _ reference: StepReference) -> [Operation] {
        if lastRevert != nil, step.verb.isDone { laterSteps.append(reference) }
        let act = Operation.act(step, reference)
        if step.refusal != nil {
            return [.takeFacts(.beforeRefusal), act, .takeFacts(.afterRefusal(reference))]
        }
        switch step.verb {
        case .takeSnapshot(let request, _): return [.takeFacts(.moment(request.name)), act]
        case .perform(.upgrade): return [act, .takeFacts(.failure)]
        case .revert: return [.takeFacts(.beforeRevert), act]
        case .note(let name): return [.takeFacts(.moment(name))]
        case .expect(let expectations): return [.takeFacts(.check(expectations, reference))]
        case .attempt(let body, let handler, let cleanup):
            stack.attempt(body, handler: handler, cleanup: cleanup)
            return []
        case .repetition(let times, let steps):
            stack.repeating(steps, times: times)
            return []
        case .perform, .setPower, .wait, .inject, .deleteSnapshot: return [act]
        }
    }

    /// The action of an operation; nothing when there is nothing to do.
    mutating func action(for operation: Operation) -> Action? {
        switch operation {
        case .makeMachine: return .makeMachine(plan.scenario.machine(on: plan.platform))
        case .takeFacts: return machine.map { .takeFacts($0) }
        case .removeEverything: return .removeEverything
        case .lookForLeftovers: return .lookForLeftovers
        case .act(let step, let reference): return action(for: step, reference)
        }
    }

    private mutating func action(for step: Step, _ reference: StepReference) -> Action? {
        guard let machine else { return nil }
        let platform = plan.platform
        switch step.verb {
        case .perform(let command): return .perform(command, machine)
        case .takeSnapshot(var request, let method):
            request.method = method?[platform]
            return .takeSnapshot(request, machine)
        case .setPower(let action):
            let isDone = action == .on && power == "on" && step.refusal == nil
            return isDone ? nil : .setPower(action, machine)
        case .wait(let duration): return .wait(duration)
        case .inject(let fault, let words): return .inject(fault.with(words, on: platform), machine)
        case .revert(let name, let disks, let method):
            guard let snapshot = snapshot(name, reference) else { return nil }
            return .revert(RevertRequest(snapshot: snapshot.id, disks: disks, method: method?[platform]), machine)
        case .deleteSnapshot(let name):
            guard let snapshot = snapshot(name, reference) else { return nil }
            return .deleteSnapshot(snapshot.id, machine)
        case .expect, .note, .attempt, .repetition: return nil
        }
    }

    /// The snapshot that was taken under `name`; without one the step has gone wrong.
    private mutating func snapshot(_ name: String, _ reference: StepReference) -> Snapshot? {
        if let snapshot = snapshots[name] { return snapshot }
        goWrong(Conclusion.Reason("\(reference): snapshot '\(name)' was never taken", at: reference.position))
        return nil
    }
}

extension Fault {
    /// The fault in the words of one platform.
    fileprivate func with(_ words: Step.PlatformWords, on platform: Platform) -> Fault {
        guard case .call(_, let occurrence, var effect) = self else { return self }
        if case .refuse = effect { effect = .refuse(code: words.code?[platform]) }
        return .call(verb: words.verb?[platform] ?? "*", occurrence: occurrence, effect: effect)
    }
}

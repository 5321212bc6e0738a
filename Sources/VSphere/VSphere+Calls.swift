import Hypervisor
import LabCore

/// A call that is going to go wrong.
struct CallPlan: Hashable, Sendable {
    /// The wire method, with or without `_Task`, or `*`.
    let verb: String
    /// How many calls of it are still to come, the one that goes wrong among them.
    var remaining: Int
    /// How it goes wrong.
    let effect: Fault.CallEffect

    func isAbout(_ verb: String) -> Bool { self.verb == "*" || self.verb == verb || self.verb + "_Task" == verb }
}

extension VSphere {
    /// The one place through which every verb that changes something goes: session, planned faults, privilege, journal.
    ///
    /// A verb that throws leaves everything as it was, but for time and the journal.
    mutating func call<Answer>(
        _ verb: String, on object: some CustomStringConvertible, needs privilege: Privilege,
        _ body: (inout VSphere) throws(MethodFault) -> Answer
    ) throws(MethodFault) -> Answer {
        let object = object.description
        try touchSession()
        let effect = nextEffect(on: verb)
        switch effect {
        case .refuse(let code): throw refused(verb, on: object, MethodFault(.other(code: code ?? "SystemError")))
        case .throttle: throw refused(verb, on: object, MethodFault(.serviceUnavailable))
        case .delay(let duration): advance(by: duration)
        case .loseReply, nil: break
        }
        let before = self
        do throws(MethodFault) {
            try authorize(privilege, on: object)
            let answer = try body(&self)
            record(object, "\(verb) -> \(Self.words(for: answer))")
            guard effect != .loseReply else { throw MethodFault(.replyLost(verb: verb)) }
            return answer
        } catch {
            if case .replyLost = error.reason { throw error }
            self = before
            throw refused(verb, on: object, error)
        }
    }

    /// Plans that a call goes wrong.
    mutating func plan(_ effect: Fault.CallEffect, on verb: String, occurrence: Int) {
        plans.append(CallPlan(verb: verb, remaining: max(occurrence, 1), effect: effect))
    }

    private mutating func nextEffect(on verb: String) -> Fault.CallEffect? {
        for index in plans.indices where plans[index].isAbout(verb) { plans[index].remaining -= 1 }
        guard let due = plans.firstIndex(where: { $0.remaining == 0 && $0.isAbout(verb) }) else { return nil }
        return plans.remove(at: due).effect
    }

    private mutating func refused(_ verb: String, on object: String, _ fault: MethodFault) -> MethodFault {
        record(object, "\(verb) -> \(fault.name)")
        return fault
    }

    private static func words<Answer>(for answer: Answer) -> String {
        if let task = answer as? Moref<TaskInfo> { return task.value }
        if let vm = answer as? Moref<VirtualMachine> { return vm.value }
        return "done"
    }
}

import Hypervisor
import LabCore

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
        let effect = faults.strike(Self.stem(of: verb))
        switch effect {
        case .refuse(let code): throw refused(verb, on: object, MethodFault(.other(code: code ?? "SystemError")))
        case .throttle: throw refused(verb, on: object, MethodFault(.serviceUnavailable))
        case .delay(let duration): advance(by: duration)
        case .loseReply, nil: break
        }
        do throws(MethodFault) {
            try authorize(privilege, on: object)
            let answer = try asWhole(body)
            note(object, "\(verb) -> \(Self.words(for: answer))")
            guard effect != .loseReply else { throw MethodFault(.replyLost(verb: verb)) }
            return answer
        } catch {
            guard !error.isReplyLost else {
                note(object, "\(verb): the reply was lost")
                throw error
            }
            throw refused(verb, on: object, error)
        }
    }

    /// The name by which faults are planned: that of the wire method, whether or not `_Task` was written behind it.
    static func stem(of verb: String) -> String { verb.hasSuffix("_Task") ? String(verb.dropLast(5)) : verb }

    private mutating func refused(_ verb: String, on object: String, _ fault: MethodFault) -> MethodFault {
        note(object, "\(verb) -> \(fault.name)")
        return fault
    }

    private static func words<Answer>(for answer: Answer) -> String {
        if let task = answer as? Moref<TaskInfo> { return task.value }
        if let vm = answer as? Moref<VirtualMachine> { return vm.value }
        return "done"
    }
}

import Hypervisor
import LabCore

extension HyperV {
    /// The one gate through which every verb that changes something passes: faults strike, the journal is written.
    ///
    /// - Parameters:
    ///   - cmdlet: the native name.
    ///   - subject: what the verb is about.
    ///   - answer: what the journal says about the answer.
    ///   - checksFirst: whether the verb checks everything before it changes anything; of one that does not, what it did
    ///     before it refused is undone, at the price of a copy.
    ///   - body: the verb itself.
    /// - Throws: what the verb refuses, or a fault that was asked for.
    /// - Returns: what the verb answers.
    mutating func call<Answer>(
        _ cmdlet: String, on subject: String, answer: (Answer) -> String = { _ in "done" },
        checksFirst: Bool = false, _ body: (inout HyperV) throws(HyperVFault) -> Answer
    ) throws(HyperVFault) -> Answer {
        let effect = faults.strike(cmdlet)
        if case .delay(let time) = effect { advance(by: time) }
        do throws(HyperVFault) {
            if case .throttle = effect { throw .throttled }
            if case .refuse(let code) = effect { throw .injected(code, into: cmdlet) }
            let result = checksFirst ? try body(&self) : try asWhole(body)
            note(subject, String(joining: cmdlet, " -> ", answer(result)))
            if case .loseReply = effect { throw .answerLost(cmdlet) }
            return result
        } catch {
            var fault = error
            fault.verb = cmdlet
            note(subject, fault.isAnswerLost ? "\(cmdlet): the answer was lost" : "\(cmdlet) refused: \(fault)")
            throw fault
        }
    }
}

extension HyperVFault {
    /// What a fault of the lab's making says: the identifier that was asked for, or the usual one.
    static func injected(_ code: String?, into cmdlet: String) -> HyperVFault {
        let id = ErrorID(rawValue: code ?? ErrorID.operationFailed.rawValue)
        let message =
            id == .invalidState
            ? "The operation cannot be performed while the object is in its current state."
            : "\(cmdlet) failed: the Virtual Machine Management service refused the request."
        return HyperVFault(id, message)
    }
}

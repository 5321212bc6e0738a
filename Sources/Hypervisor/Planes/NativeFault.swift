package import LabCore

/// Why a platform refused a call, in its own word and sentence; the conforming type holds what else its platform says.
package protocol NativeFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The platform's word for it.
    var word: String { get }
    /// The platform's sentence.
    var message: String { get }
    /// The rule that demands it, where one does.
    var rule: RuleID? { get }
    /// The verb that was refused.
    var verb: String? { get }
    /// Whether the verb was done and only its answer was lost on the way.
    var isAnswerLost: Bool { get }
}

extension Refusal {
    /// The lab's refusal for a fault of the platform.
    package init(_ fault: some NativeFault) {
        self.init(
            fault.isAnswerLost ? .unknown : .refused, code: fault.word, message: fault.message, rule: fault.rule,
            verb: fault.verb)
    }
}

extension ControlPlane {
    /// Calls a native verb as it is, and turns its fault into a refusal.
    package mutating func native<Answer, Fault: NativeFault>(
        _ verb: (inout Self) throws(Fault) -> Answer
    ) throws(Refusal) -> Answer {
        do throws(Fault) { return try verb(&self) } catch { throw Refusal(error) }
    }
}

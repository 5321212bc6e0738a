public import LabCore

/// Why something that was asked of a platform, a provider or a guest was not done.
public struct Refusal: Error, Hashable, Sendable, Codable {
    /// What kind of refusal it is.
    public var kind: Kind
    /// The platform's own code, as `IncorrectState` or `TaskInProgress`; a word of the lab's where it has none.
    public var code: String
    /// The platform's own sentence.
    public var message: String
    /// The rule that demands it, where one does.
    public var rule: RuleID?
    /// The native verb that was refused, where it was one.
    public var verb: String?

    /// Makes a refusal.
    public init(_ kind: Kind, code: String, message: String, rule: RuleID? = nil, verb: String? = nil) {
        self.kind = kind
        self.code = code
        self.message = message
        self.rule = rule
        self.verb = verb
    }

    /// The kinds of refusal; they decide the outcome of a run.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// The platform has no such thing; the scenario ends *unsupported*.
        case unsupported
        /// The platform understood and said no; nothing was changed.
        case refused
        /// It was begun and failed; what it left behind must be looked at.
        case failed
        /// Nobody knows whether it was done: the answer was lost or did not come in time.
        case unknown
        /// The lab itself could not do its work; the scenario ends *errored*.
        case lab
    }
}

extension Refusal {
    /// The lab itself could not do its work.
    package static func lab(_ message: String) -> Refusal { Refusal(.lab, code: "LabError", message: message) }

    /// The refusal of something that had been begun.
    package var asFailure: Refusal {
        var refusal = self
        refusal.kind = .failed
        return refusal
    }
}

extension Refusal: CustomStringConvertible {
    /// The refusal as one sentence: `AttachVolume: VolumeInUse: vol-1 is already attached to an instance (AWS-072)`.
    public var description: String {
        let place = verb.map { "\($0): " } ?? ""
        let source = rule.map { " (\($0))" } ?? ""
        return "\(place)\(code): \(message)\(source)"
    }
}

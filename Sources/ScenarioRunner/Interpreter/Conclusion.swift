/// The six ways in which a run ends; they are never merged.
package enum RunOutcome: String, Hashable, Sendable, Codable, CaseIterable {
    /// Everything held.
    case passed
    /// Something did not hold.
    case failed
    /// The platform or the provider does not claim to be able to do it.
    case unsupported
    /// It was left out by hand.
    case excluded
    /// The lab itself could not do its work.
    case errored
    /// It was not begun, or was interrupted.
    case notRun = "not run"
}

/// How a run ended and why.
package struct Conclusion: Hashable, Sendable, Codable {
    /// The word for it.
    package var outcome: RunOutcome
    /// Why, in sentences; empty when everything held.
    package var reasons: [Reason]

    package init(_ outcome: RunOutcome, _ reasons: [Reason] = []) {
        self.outcome = outcome
        self.reasons = reasons
    }

    /// One reason.
    package struct Reason: Hashable, Sendable, Codable {
        /// The sentence.
        package var text: String
        /// The rule behind it, where there is one.
        package var rule: String?
        /// Where in the file it belongs.
        package var position: SourcePosition?

        package init(_ text: String, rule: String? = nil, at position: SourcePosition? = nil) {
            self.text = text
            self.rule = rule
            self.position = position
        }
    }
}

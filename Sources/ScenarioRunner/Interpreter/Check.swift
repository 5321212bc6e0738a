/// One expectation held against the truth.
package struct Check: Hashable, Sendable, Codable {
    /// When it was looked at.
    package var moment: Moment
    /// What was looked at, by the scenario's key.
    package var key: String
    /// What was to be found.
    package var expected: String
    /// What was found.
    package var found: String
    /// Whether that is what was expected.
    package var holds: Bool
    /// Where the expectation stands in the file.
    package var position: SourcePosition
    /// What accounts for what was found, when it is not what was expected.
    package var accounts: [Account]

    /// The check as a sentence.
    package var sentence: String { "\(key) \(moment): expected \(expected), found \(found)" }

    /// When something was looked at.
    package enum Moment: Hashable, Sendable, Codable {
        /// Once the machine was made.
        case start
        /// At a step.
        case step(StepReference)
        /// At the end of the steps.
        case end
    }
}

extension Check.Moment: CustomStringConvertible {
    /// The moment in a few words.
    package var description: String {
        switch self {
        case .start: "at the start"
        case .step(let step): "at step \(step.number)"
        case .end: "at the end"
        }
    }
}

/// What accounts for a difference: a sentence, and the rule behind it.
package struct Account: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The rule; nothing when what accounts for it is a step of the scenario or nobody knows.
    package var rule: String?
    /// The sentence.
    package var text: String

    package init(rule: String?, text: String) {
        self.rule = rule
        self.text = text
    }

    package var description: String { rule.map { "\($0): \(text)" } ?? text }
}

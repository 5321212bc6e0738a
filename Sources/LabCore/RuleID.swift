/// The name of one rule of a platform or an appliance, as in `AWS-031`, `VMW-063`, `LV-026` or `GHES-021`.
///
/// The platform's target holds the specification in which the rule stands with its claim, its source and its confidence.
public struct RuleID: Identifier, ExpressibleByStringLiteral {
    /// The rule's name.
    public let rawValue: String

    /// Takes a rule's name.
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Takes a rule's name.
    public init(stringLiteral value: String) { rawValue = value }
}

/// The name of one rule of a platform or an appliance, as in `AWS-031`, `VMW-063`, `LV-026` or `GHES-021`.
///
/// The platform's target holds the specification in which the rule stands with its claim, its source and its confidence.
public struct RuleID: RawRepresentable, Hashable, Comparable, Sendable, Codable, ExpressibleByStringLiteral,
    CustomStringConvertible
{
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { rawValue = value }

    public static func < (a: RuleID, b: RuleID) -> Bool { a.rawValue < b.rawValue }
    public var description: String { rawValue }
}

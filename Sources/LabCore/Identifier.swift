/// A name that somebody gave: a text that is compared, sorted and shown as it stands.
public protocol Identifier: RawRepresentable, Hashable, Comparable, Sendable, Codable, CustomStringConvertible
where RawValue == String {
    /// Takes a name as it stands.
    init(rawValue: String)
}

extension Identifier {
    /// Orders names as texts.
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    /// The name as it stands.
    public var description: String { rawValue }
}

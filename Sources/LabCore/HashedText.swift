/// A text with its hash beside it, for names by which tables are asked all the time: only the hash is hashed again.
public struct HashedText: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The text as it stands.
    public let text: String
    private let hash: UInt64

    /// Hashes a text, once and for all.
    ///
    /// - Complexity: linear in the length of the text.
    public init(_ text: String) {
        self.text = text
        var hasher = StableHasher()
        hasher.combine(text)
        hash = hasher.finalize()
    }

    /// Whether two texts are the same.
    public static func == (a: Self, b: Self) -> Bool { a.hash == b.hash && a.text == b.text }
    /// Orders texts as texts are ordered.
    public static func < (a: Self, b: Self) -> Bool { a.text < b.text }
    /// Hashes the hash.
    ///
    /// - Complexity: constant.
    public func hash(into hasher: inout Hasher) { hasher.combine(hash) }
    /// The text as it stands.
    public var description: String { text }
}

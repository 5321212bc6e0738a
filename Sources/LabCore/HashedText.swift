/// A text with its hash beside it, for names by which tables are asked all the time.
///
/// Names are the keys of tables and are copied with them, so that a name is one reference; equal names that are copies of
/// one are known to be equal without a look at their letters. What it does is inlinable, for the tables that it keys.
public struct HashedText: Hashable, Comparable, Sendable, CustomStringConvertible {
    @usableFromInline final class Entry: Sendable {
        @usableFromInline let text: String
        @usableFromInline let hash: UInt64

        init(_ text: String, hash: UInt64) {
            self.text = text
            self.hash = hash
        }
    }

    @usableFromInline let entry: Entry

    /// Hashes a text, once and for all.
    ///
    /// - Complexity: linear in the length of the text.
    public init(_ text: String) {
        var hasher = StableHasher()
        hasher.combine(text)
        entry = Entry(text, hash: hasher.finalize())
    }

    /// The text as it stands.
    @inlinable public var text: String { entry.text }

    /// Whether two texts are the same.
    @inlinable public static func == (a: Self, b: Self) -> Bool {
        a.entry === b.entry || a.entry.hash == b.entry.hash && a.entry.text == b.entry.text
    }
    /// Orders texts as texts are ordered.
    @inlinable public static func < (a: Self, b: Self) -> Bool { a.text < b.text }
    /// Hashes the hash.
    ///
    /// - Complexity: constant.
    @inlinable public func hash(into hasher: inout Hasher) { hasher.combine(entry.hash) }
    /// The hash, mixed already: tables that ask for it in this way need no hasher.
    ///
    /// - Complexity: constant.
    @inlinable public func _rawHashValue(seed: Int) -> Int { Int(truncatingIfNeeded: entry.hash) ^ seed }
    /// The text as it stands.
    public var description: String { text }
}

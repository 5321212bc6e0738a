import LabCore

/// A kind of resource that EC2 names: a prefix and 17 hexadecimal digits.
package protocol Identified {
    /// What every id of the kind begins with, hyphen and all.
    static var prefix: String { get }
}

/// The id of a resource, which may be any text until it has been looked up.
package struct ResourceID<Resource: Identified>: RawRepresentable, Hashable, Comparable, Sendable,
    CustomStringConvertible
{
    private let text: HashedText

    package init(rawValue: String) { text = HashedText(rawValue) }

    package var rawValue: String { text.text }

    /// Whether the text has the form of an id: the kind's prefix and 17, or of an old resource 8, digits.
    ///
    /// Rule: AWS-161.
    package var isWellFormed: Bool {
        guard rawValue.hasPrefix(Resource.prefix) else { return false }
        let digits = rawValue.utf8.dropFirst(Resource.prefix.utf8.count)
        return [8, 17].contains(digits.count) && digits.allSatisfy(\.isHexadecimal)
    }

    package static func < (a: Self, b: Self) -> Bool { a.text < b.text }
    package static func == (a: Self, b: Self) -> Bool { a.text == b.text }
    package func hash(into hasher: inout Hasher) { text.hash(into: &hasher) }
    package func _rawHashValue(seed: Int) -> Int { text._rawHashValue(seed: seed) }
    package var description: String { rawValue }
}

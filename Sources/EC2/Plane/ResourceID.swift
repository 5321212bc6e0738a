/// A kind of resource that EC2 names: a prefix and 17 hexadecimal digits.
package protocol Identified {
    /// What every id of the kind begins with, hyphen and all.
    static var prefix: String { get }
}

/// The id of a resource, which may be any text until it has been looked up.
package struct ResourceID<Resource: Identified>: RawRepresentable, Hashable, Comparable, Sendable,
    CustomStringConvertible
{
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    /// Whether the text has the form of an id: the kind's prefix and 17, or of an old resource 8, digits.
    ///
    /// Rule: AWS-161.
    package var isWellFormed: Bool {
        guard rawValue.hasPrefix(Resource.prefix) else { return false }
        let digits = rawValue.dropFirst(Resource.prefix.count)
        return [8, 17].contains(digits.count) && digits.allSatisfy { "0123456789abcdef".contains($0) }
    }

    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    package var description: String { rawValue }
}

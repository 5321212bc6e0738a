/// The GUID of a machine, a checkpoint or a job; names are not unique on Hyper-V, GUIDs are.
package struct ResourceID<Resource>: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The GUID in upper case.
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    package var description: String { rawValue }

    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

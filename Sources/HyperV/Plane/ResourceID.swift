import LabCore

/// The GUID of a machine, a checkpoint or a job; names are not unique on Hyper-V, GUIDs are.
package struct ResourceID<Resource>: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    private let guid: HashedText

    package init(rawValue: String) { guid = HashedText(rawValue) }

    /// The GUID in upper case.
    package var rawValue: String { guid.text }
    package var description: String { guid.text }

    package static func < (a: Self, b: Self) -> Bool { a.guid < b.guid }
    package static func == (a: Self, b: Self) -> Bool { a.guid == b.guid }
    package func hash(into hasher: inout Hasher) { guid.hash(into: &hasher) }
}

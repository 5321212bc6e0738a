package import LabCore

/// The GUID of a machine, a checkpoint or a job; names are not unique on Hyper-V, GUIDs are.
package struct ResourceID<Resource>: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    private let guid: GUID

    package init(_ guid: GUID) { self.guid = guid }

    /// Reads a GUID in letters of either case; nothing when the text is none.
    package init?(rawValue: String) {
        guard let guid = GUID(rawValue) else { return nil }
        self.guid = guid
    }

    /// The GUID in upper case.
    package var rawValue: String { guid.text(uppercase: true) }
    package var description: String { rawValue }

    package static func < (a: Self, b: Self) -> Bool { a.guid < b.guid }
    package static func == (a: Self, b: Self) -> Bool { a.guid == b.guid }
    package func hash(into hasher: inout Hasher) { guid.hash(into: &hasher) }
    package func _rawHashValue(seed: Int) -> Int { guid._rawHashValue(seed: seed) }
}

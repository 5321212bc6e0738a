package import LabCore

/// A volume for files of virtual machines.
package struct Datastore: Hashable, Sendable {
    /// The reference.
    package let id: Moref<Datastore>
    /// The name that stands in file paths.
    package let name: String
    /// The version of VMFS, 5 or 6.
    package let version: Int
    /// All the room it has.
    package internal(set) var capacity: ByteCount
    /// The room that files take up.
    package internal(set) var used: ByteCount = .zero
    /// Whether hosts reach it.
    package internal(set) var isAccessible = true

    /// The room that is left.
    package var freeSpace: ByteCount { used < capacity ? ByteCount(capacity.bytes - used.bytes) : .zero }
}

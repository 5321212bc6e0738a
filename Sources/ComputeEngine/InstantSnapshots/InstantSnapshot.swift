package import LabCore
package import SimulatedMachine

/// A snapshot that lies beside its disk: made and used in seconds, and gone with the disk.
///
/// Rule: GCE-085.
package struct InstantSnapshot: Hashable, Sendable, Identified {
    package typealias ID = ResourceID<InstantSnapshot>
    package static let collection = Collection.instantSnapshots

    package let id: ID
    package let path: ResourcePath
    package let created: Instant
    package internal(set) var state = InstantSnapshotState.creating
    package let sourceDisk: PersistentDisk.ID
    package internal(set) var diskSizeGB: Int
    package internal(set) var labels: Labels
    /// The group it was cut with; nothing for one that was asked for alone.
    package let group: InstantSnapshotGroup.ID?
    /// The point in time; nothing before it is fixed.
    package internal(set) var cut: Instant?
    package internal(set) var contents: Disk?
    package internal(set) var guest: Guest?
    /// The operation that ends when it is ready or has failed.
    var creation: Operation.Name?
    /// Whether it is to end in error.
    var isToFail = false
}

/// Instant snapshots of all disks of a consistency group, cut at one point in time.
package struct InstantSnapshotGroup: Hashable, Sendable, Identified {
    package typealias ID = ResourceID<InstantSnapshotGroup>
    package static let collection = Collection.instantSnapshotGroups

    package let id: ID
    package let path: ResourcePath
    package let created: Instant
    package internal(set) var state = InstantSnapshotState.creating
    package let policy: ResourcePolicy.ID
    /// The members, in the order of their disks.
    package internal(set) var members: [InstantSnapshot.ID]
    /// The operation that ends when all members are ready or one has failed.
    var creation: Operation.Name?
    /// Whether it is to end in error.
    var isToFail = false
}

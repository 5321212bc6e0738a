import Hypervisor
package import LabCore
package import SimulatedMachine

/// A standard or archive snapshot of a disk.
package struct DiskSnapshot: Hashable, Sendable, Identified {
    package typealias ID = ResourceID<DiskSnapshot>
    package static let collection = Collection.snapshots

    package let id: ID
    package let path: ResourcePath
    package let created: Instant
    package internal(set) var state = SnapshotState.creating
    /// The full URL and number of the source disk, which may be gone.
    ///
    /// Rule: GCE-061.
    package let sourceDisk: String
    package let sourceDiskID: PersistentDisk.ID
    /// The size of the source disk.
    ///
    /// Rule: GCE-063.
    package internal(set) var diskSizeGB: Int
    /// Where it is stored, which never changes: another place needs another snapshot.
    ///
    /// Rule: GCE-066.
    package let storageLocation: String
    package let chainName: String?
    package let type: SnapshotType
    package internal(set) var labels: Labels
    /// Whether a schedule made it.
    ///
    /// Rule: GCE-077.
    package let schedule: ResourcePolicy.ID?
    /// Whether the guest is to run its scripts around the point in time; never shown.
    let guestFlush: Bool
    /// The point in time; nothing before it is fixed.
    package internal(set) var cut: Instant?
    /// What it holds, from that point on.
    package internal(set) var contents: Disk?
    package internal(set) var guest: Guest?
    /// The key that encrypts it; nothing for one of the platform's own.
    package internal(set) var key: StoredKey?
    /// What it stores by itself, once it is ready; changes with its neighbours.
    ///
    /// Rule: GCE-063.
    package internal(set) var storageBytes: ByteCount?
    /// What it stored when it became ready.
    ///
    /// Rule: GCE-063.
    package internal(set) var creationSizeBytes: ByteCount?
    /// What a restore reads.
    ///
    /// Rule: GCE-063.
    package internal(set) var downloadBytes: ByteCount?
    /// The next older and younger ready snapshot of its chain.
    ///
    /// Rule: GCE-053.
    var older: ID?
    var younger: ID?
    /// The creation of disks from this snapshot.
    ///
    /// Rule: GCE-058.
    var restores = RateWindow()
    /// The disks that were made from it and show where they came from.
    ///
    /// Rule: GCE-048.
    var offspring: [PersistentDisk.ID] = []
    /// The operation that ends when it is ready or has failed.
    var creation: Operation.Name?
    /// Whether it is to end in error.
    var isToFail = false

    /// Snapshots that share blocks: of one disk, in one place, under one chain name.
    ///
    /// Rule: GCE-067.
    var chain: SnapshotChain {
        SnapshotChain(disk: sourceDiskID, location: storageLocation, name: chainName, type: type)
    }
}

/// What a snapshot is kept as; fixed at its creation.
///
/// Rule: GCE-069.
package enum SnapshotType: String, Hashable, Sendable, CaseIterable {
    case standard = "STANDARD"
    case archive = "ARCHIVE"
}

/// What tells one chain of incremental snapshots from another.
///
/// Rule: GCE-067.
struct SnapshotChain: Hashable, Sendable {
    var disk: PersistentDisk.ID
    var location: String
    var name: String?
    var type: SnapshotType
}

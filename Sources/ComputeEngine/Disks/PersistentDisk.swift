import Hypervisor
package import LabCore
package import SimulatedMachine

/// A zonal persistent disk.
package struct PersistentDisk: Hashable, Sendable, Identified {
    package typealias ID = ResourceID<PersistentDisk>
    package static let collection = Collection.disks

    package let id: ID
    package internal(set) var path: ResourcePath
    package let created: Instant
    package internal(set) var state = DiskState.creating
    package internal(set) var sizeGB: Int
    /// The kind of storage; `pd-standard` unless a request says otherwise.
    package let type: String
    package internal(set) var labels: Labels
    /// Where the contents came from.
    package internal(set) var origin: Origin?
    /// The instances it is attached to, in the order of their ids.
    ///
    /// Rule: GCE-049.
    package internal(set) var users: [Instance.ID] = []
    package internal(set) var lastAttach: Instant?
    package internal(set) var lastDetach: Instant?
    package internal(set) var policies: [ResourcePolicy.ID] = []
    /// Whether it is the read-only end of a replication.
    ///
    /// Rule: GCE-051.
    package internal(set) var isReplicationSecondary = false
    /// The read-only end of the replication that goes out from it; nothing while none does.
    ///
    /// Rule: GCE-132.
    package internal(set) var replicationSecondary: ID?
    /// The key that encrypts it; nothing for one of the platform's own.
    package internal(set) var key: StoredKey?
    /// What the disk holds while no machine works on it; nothing while one does.
    package internal(set) var contents: Disk?
    /// The machine that boots from the disk, if it holds one, with what a licence and an architecture say.
    package internal(set) var guest: Guest?
    /// The creation of snapshots of this disk.
    ///
    /// Rule: GCE-057.
    var snapshots = RateWindow()
    /// Snapshots whose point in time is not fixed yet.
    ///
    /// Rule: GCE-079.
    var snapshotsBeingCut = 0
    /// The instant snapshots of this disk, oldest first.
    ///
    /// Rule: GCE-085.
    package internal(set) var instantSnapshots: [InstantSnapshot.ID] = []
    /// When the latest of them was asked for.
    ///
    /// Rule: GCE-083.
    var latestInstantSnapshot: Instant?

    /// The capacity.
    package var size: ByteCount { .gibibytes(sizeGB) }
    /// The zone it is in.
    package var zone: String {
        guard case .zone(let zone) = path.scope else { return "" }
        return zone
    }

    /// Where the contents of a disk came from; the link goes when the source does.
    ///
    /// Rule: GCE-048.
    package enum Origin: Hashable, Sendable {
        case snapshot(link: String?, DiskSnapshot.ID)
        case image(link: String?, Image.ID)
        case instantSnapshot(link: String?, InstantSnapshot.ID)
        case machineImage(link: String?, MachineImage.ID)
        case disk(link: String?, PersistentDisk.ID)
    }

    /// The full URL of the snapshot the disk was made from, while there is one.
    ///
    /// Rule: GCE-048.
    package var sourceSnapshot: String? {
        guard case .snapshot(let link, _) = origin else { return nil }
        return link
    }
    /// The number of that snapshot, which stays.
    ///
    /// Rule: GCE-048.
    package var sourceSnapshotID: DiskSnapshot.ID? {
        guard case .snapshot(_, let id) = origin else { return nil }
        return id
    }
}

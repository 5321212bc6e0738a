import Hypervisor
package import LabCore
package import SimulatedMachine

/// A snapshot of a managed disk, full or incremental.
///
/// Whether it was provisioned says that its point in time is fixed; whether it can be used is another matter.
package struct DiskSnapshot: Booked {
    package let id: ResourceID
    package let uniqueID: String
    package let location: String
    package let isIncremental: Bool
    package let creation: ManagedDisk.CreationData
    /// The chain of incremental snapshots it belongs to.
    package let familyID: String?
    package let timeCreated: Instant
    package let sizeGB: Int
    package let osType: OSType?
    package let hyperVGeneration: Generation?
    package let securityType: SecurityType
    package let encryption: Encryption
    package let logicalSectorSize: Int
    package let sku: DiskSKU
    package internal(set) var tags: [String: String]
    package internal(set) var provisioning: ProvisioningState
    package internal(set) var access: SnapshotState
    /// Whether it is of a disk of type Ultra or Premium SSD v2.
    let copiesInBackground: Bool
    /// When its data began to be copied, and when that ends; nothing for one that is never copied.
    package internal(set) var copy: Copy?
    /// When the time of instant access is over.
    package internal(set) var instantAccessEnds: Instant?
    /// Why a copy to another location came to nothing, while it still says that it succeeded.
    ///
    /// Rule: AZ-034.
    package internal(set) var copyCompletionError: String?
    /// The access from outside that is allowed now.
    package internal(set) var grant: AccessGrant?
    /// What was on the disk at the point in time.
    package let contents: Disk
    package let guest: Guest?

    /// The time in which data is copied.
    package struct Copy: Hashable, Sendable {
        package var begins: Instant
        package var ends: Instant

        /// How much is copied, from 0 to 100.
        package func percent(at now: Instant) -> Int {
            guard now < ends else { return 100 }
            return Int((now - begins).nanoseconds * 100 / max(1, (ends - begins).nanoseconds))
        }
    }

    /// How much of it is copied, from 0 to 100; nothing for a snapshot that is never copied.
    package func completionPercent(at now: Instant) -> Int? { copy?.percent(at: now) }
    /// Whether its data is still being copied.
    func isCopying(at now: Instant) -> Bool { (copy?.percent(at: now) ?? 100) < 100 && access != .unavailable }
}

/// The snapshots of one disk, whatever became of the disk.
struct SnapshotFamily: Hashable, Sendable {
    let id: String
    /// All of them, the oldest first.
    var snapshots: [ResourceID] = []
    /// Those that are incremental, the oldest first.
    var incrementals: [ResourceID] = []
    /// When incremental ones were made lately.
    ///
    /// Rule: AZ-025.
    var pace = RateWindow()
    /// The point in time of the last one that was copied to another location.
    ///
    /// Rule: AZ-033.
    var lastCopied: Instant?
    /// When the blocks of disks are there that were made of its instant access snapshots.
    ///
    /// Rule: AZ-037.
    var instantDisks: [Instant] = []
}

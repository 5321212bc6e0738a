package import LabCore
import SimulatedMachine

/// A rule for disks: a consistency group, or a schedule of snapshots.
package struct ResourcePolicy: Hashable, Sendable, Identified {
    package typealias ID = ResourceID<ResourcePolicy>
    package static let collection = Collection.resourcePolicies

    package let id: ID
    package let path: ResourcePath
    package let created: Instant
    package internal(set) var state = ResourcePolicyState.creating
    package let kind: Kind
    /// The disks under it, in the order in which they came.
    package internal(set) var disks: [PersistentDisk.ID] = []

    /// What a policy says.
    package enum Kind: Hashable, Sendable {
        /// All disks are cut at one point in time.
        ///
        /// Rule: GCE-131.
        case consistencyGroup
        /// Snapshots are taken at these times.
        case snapshotSchedule(SnapshotSchedule)
    }
}

/// When snapshots are taken, and for how long they are kept.
package struct SnapshotSchedule: Hashable, Sendable {
    package var cycle: Cycle
    /// The hour of the day, in UTC, in which a run begins.
    ///
    /// Rule: GCE-128.
    package var startHour: Int
    package var maxRetentionDays: Int
    /// What becomes of the snapshots when the disk is deleted.
    ///
    /// Rule: GCE-129.
    package var onSourceDiskDelete: OnSourceDiskDelete

    package init(
        cycle: Cycle, startHour: Int = 0, maxRetentionDays: Int = 14,
        onSourceDiskDelete: OnSourceDiskDelete = .keepAutoSnapshots
    ) {
        self.cycle = cycle
        self.startHour = startHour
        self.maxRetentionDays = maxRetentionDays
        self.onSourceDiskDelete = onSourceDiskDelete
    }

    /// How often a run comes: one of three, never two.
    ///
    /// Rule: GCE-127.
    package enum Cycle: Hashable, Sendable {
        case hours(Int)
        case days(Int)
        case weekly

        /// The time from one run to the next.
        var interval: Duration {
            switch self {
            case .hours(let count): .hours(count)
            case .days(let count): .days(count)
            case .weekly: .days(7)
            }
        }
    }

    /// What becomes of the snapshots of a deleted disk.
    ///
    /// Rule: GCE-129.
    package enum OnSourceDiskDelete: String, Hashable, Sendable, CaseIterable {
        case keepAutoSnapshots = "KEEP_AUTO_SNAPSHOTS"
        case applyRetentionPolicy = "APPLY_RETENTION_POLICY"
    }
}

package import Hypervisor
package import LabCore

/// The buckets of tokens from which a subscription's calls are paid.
///
/// Rule: AZ-132. https://learn.microsoft.com/azure/virtual-machines/compute-throttling-limits
package struct TokenBuckets: Hashable, Sendable {
    /// A bucket, by the word that stands in the header.
    package enum Name: String, Hashable, Sendable, CaseIterable {
        case putVM = "PutVM"
        case updateVM = "UpdateVM"
        case deleteVM = "DeleteVM"
        case createUpdateDisks = "CreateUpdateDisks"
        case deleteDisks = "DeleteDisks"
        case highCostSnapshotCreateHydrate = "HighCostSnapshotCreateHydrate"
        case putRestorePoint = "PutRestorePointResource"
        case putRestorePointCollection = "PutRestorePointCollectionResource"
        case deleteRestorePoint = "DeleteRestorePointSubscriptionMaximum"
        /// The resource manager's own, for writes.
        case writes = "Writes"
        /// The resource manager's own, for deletions.
        case deletes = "Deletes"

        /// How many tokens a bucket holds, and how many it gains in a minute.
        package var size: TokenBucket.Size {
            let (capacity, refill) =
                switch self {
                case .putVM, .updateVM, .deleteVM: (12, 4)
                case .createUpdateDisks: (3_000, 1_000)
                case .deleteDisks, .highCostSnapshotCreateHydrate: (1_000, 333)
                case .putRestorePoint: (6, 2)
                case .putRestorePointCollection: (15, 5)
                case .deleteRestorePoint: (360, 120)
                case .writes, .deletes: (200, 600)
                }
            return TokenBucket.Size(capacity: capacity, refill: refill, each: .minutes(1))
        }
        /// Whether each resource has a bucket of its own.
        var isPerResource: Bool {
            switch self {
            case .putVM, .updateVM, .deleteVM, .putRestorePoint, .putRestorePointCollection: true
            case .createUpdateDisks, .deleteDisks, .highCostSnapshotCreateHydrate, .deleteRestorePoint, .writes,
                .deletes:
                false
            }
        }
    }

    private struct Key: Hashable, Sendable {
        var name: Name
        var resource: ResourceID?
    }

    private var buckets: [Key: TokenBucket] = [:]

    package init() {}

    /// Takes a token for a call about `resource`; answers how long to wait when there is none.
    package mutating func take(_ name: Name, for resource: ResourceID, at now: Instant) -> Duration? {
        let key = Key(name: name, resource: name.isPerResource ? resource : nil)
        return buckets[key, default: TokenBucket(full: name.size, at: now)].take(at: now)
    }
}

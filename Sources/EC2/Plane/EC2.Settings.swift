import LabCore

extension EC2 {
    /// What can be set of a simulated account and region; the defaults are those of the documentation.
    public struct Settings: Hashable, Sendable {
        /// The region in which everything lives.
        public var region = "us-east-1"
        /// The regions that the account can use, that one among them.
        ///
        /// Rule: AWS-058.
        public var regions = ["us-east-1", "us-west-2", "eu-west-1"]
        /// The zones of the region.
        public var zones = ["us-east-1a", "us-east-1b", "us-east-1c"]
        /// The access keys of the account that are active.
        ///
        /// Rule: AWS-163.
        public var accessKeys: Set<String> = [Settings.exampleAccessKey]
        /// The access key that calls are signed with unless they are told otherwise.
        package static let exampleAccessKey = "AKIAIOSFODNN7EXAMPLE"
        /// The account that owns everything.
        public var account = "123456789012"
        /// Whether calls are counted against token buckets.
        ///
        /// Rule: AWS-156.
        public var isThrottling = false
        /// How long a new resource stays unknown to calls that name it.
        ///
        /// Rule: AWS-155.
        public var visibilityDelay: Duration = .zero
        /// How long each step takes.
        public var timings = Timings()
        /// How much of everything there may be.
        public var quotas = Quotas()
        /// Behaviour that no page states and no recording shows.
        public var inferred = Inferred()
        /// What pages or recordings of different years say differently.
        public var eras = Eras()
        /// What the reference provider does where a user might do otherwise.
        public var provider = Provider()

        /// Makes the default settings.
        public init() {}
    }
}

extension EC2.Settings {
    /// How much of everything there may be in an account and region.
    public struct Quotas: Hashable, Sendable {
        /// Snapshots that are still pending, of one volume.
        ///
        /// Rule: AWS-006.
        public var pendingSnapshotsPerVolume = 5
        /// Snapshots that are still pending, of one volume of type st1 or sc1.
        ///
        /// Rule: AWS-006.
        public var pendingSnapshotsPerThroughputVolume = 1
        /// Snapshots that are still pending, of the account.
        ///
        /// Rule: AWS-010.
        public var pendingSnapshots = 100
        /// Snapshots of the region.
        ///
        /// Rule: AWS-011.
        public var snapshots = 100_000
        /// Data volumes that one call of CreateSnapshots may leave out.
        ///
        /// Rule: AWS-029.
        public var excludedVolumes = 40
        /// Volumes in one call of CreateSnapshots.
        ///
        /// Rule: AWS-029.
        public var volumesPerSnapshotSet = 40
        /// Copies of snapshots under way to the region.
        ///
        /// Rule: AWS-056.
        public var snapshotCopies = 20
        /// Volumes of the account.
        ///
        /// Rule: AWS-167.
        public var volumes = 5_000
        /// Provisioned storage of one volume type, in GiB.
        ///
        /// Rule: AWS-167.
        public var storage = 50 * 1_024
        /// Volumes attached to one instance.
        ///
        /// Rule: AWS-077.
        public var attachments = 28
        /// Instances that have one volume at a time.
        ///
        /// Rule: AWS-093.
        public var instancesPerVolume = 16
        /// Running On-Demand instances, in virtual processors.
        ///
        /// Rule: AWS-114.
        public var processors = 256
        /// Elastic addresses.
        public var addresses = 5
        /// Images that are being made without a reboot from one instance.
        ///
        /// Rule: AWS-125.
        public var imagesWithoutReboot = 4
        /// Modifications of one volume in 24 hours.
        ///
        /// Rule: AWS-090.
        public var modificationsPerDay = 4
        /// Resources that are looked at for one page of an answer, whatever is asked for.
        ///
        /// Rule: AWS-158.
        public var pageSize = 1_000
        /// Values of all filters of one call.
        ///
        /// Rule: AWS-160.
        public var filterValues = 200
        /// Tags that a user may put on one resource.
        ///
        /// Rule: AWS-149.
        public var tags = 50

        /// Makes the default quotas.
        public init() {}
    }

    /// What pages or recordings of different years say differently.
    public struct Eras: Hashable, Sendable {
        /// Deletion of a snapshot with fast restore is refused, as recorded in 2020.
        ///
        /// Rule: AWS-041.
        public var fastRestoreProtectsSnapshots = false
        /// Two modifications of a volume need six hours between them, as in older regions.
        ///
        /// Rule: AWS-090.
        public var modificationsNeedSixHours = false

        /// Makes the settings of today.
        public init() {}
    }

    /// What the reference provider does where a user might do otherwise.
    public struct Provider: Hashable, Sendable {
        /// The time between two looks at a resource that is waited for, as in the waiters of the official SDKs.
        public var poll: Duration = .seconds(15)
        /// The time between the calls when snapshots are asked for one after the other.
        public var gapBetweenSnapshots: Duration = .seconds(30)
        /// How often a call is repeated that was throttled, met a server fault or lost its answer.
        public var retries = 4
        /// Replaced volumes and instances are kept as evidence instead of being deleted.
        public var keepsReplaced = false

        /// Makes the default behaviour.
        public init() {}
    }
}

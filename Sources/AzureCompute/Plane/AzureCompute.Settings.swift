import LabCore

extension AzureCompute {
    /// What can be set of a simulated subscription; the defaults are those of the documentation.
    public struct Settings: Hashable, Sendable {
        /// The subscription that owns everything.
        public var subscription = "11111111-2222-3333-4444-555555555555"
        /// The directory that the subscription trusts.
        ///
        /// Rule: AZ-018.
        public var tenant = "72f988bf-0000-4000-8000-000000000000"
        /// Whom tokens must be for.
        ///
        /// Rule: AZ-018.
        public var audience = "https://management.azure.com/"
        /// The location in which the lab makes its machines.
        public var location = "eastus"
        /// The locations there are.
        ///
        /// Rule: AZ-013.
        public var locations = ["eastus", "westus"]
        /// The providers that the subscription has registered.
        ///
        /// Rule: AZ-020.
        public var registeredNamespaces: Set<String> = [
            "Microsoft.Compute", "Microsoft.Network", "Microsoft.Resources",
        ]
        /// Whether calls are counted against token buckets.
        ///
        /// Rule: AZ-132.
        public var isThrottling = false
        /// Which answers about an operation say when to ask again.
        ///
        /// Rule: AZ-130.
        public var retryAfter = RetryAfter.everywhere
        /// How long each step takes.
        public var timings = Timings()
        /// How much of everything there may be.
        public var quotas = Quotas()
        /// Behaviour that no page states and no recording shows.
        public var inferred = Inferred()
        /// What pages of different years say differently.
        public var eras = Eras()
        /// What the reference provider does where a user might do otherwise.
        public var provider = Provider()

        /// Makes the default settings.
        public init() {}
    }
}

extension AzureCompute.Settings {
    /// Which answers about an operation carry `Retry-After`.
    ///
    /// Rule: AZ-130.
    public enum RetryAfter: Hashable, Sendable, CaseIterable {
        case everywhere, onFirstAnswer, onPolls, nowhere

        var isOnFirstAnswer: Bool { self == .everywhere || self == .onFirstAnswer }
        var isOnPolls: Bool { self == .everywhere || self == .onPolls }
    }

    /// How much of everything there may be.
    public struct Quotas: Hashable, Sendable {
        /// Incremental snapshots of one disk at any moment.
        ///
        /// Rule: AZ-024.
        public var incrementalsPerDisk = 500
        /// Incremental snapshots of one disk in five minutes.
        ///
        /// Rule: AZ-025.
        public var incrementalsPerFiveMinutes = 7
        /// Snapshots of one family that are being read from outside.
        ///
        /// Rule: AZ-026.
        public var exportsPerFamily = 5
        /// Snapshots of one Ultra or Premium SSD v2 disk that are still being copied.
        ///
        /// Rule: AZ-035.
        public var copyingPerDisk = 3
        /// Copies in the background of the whole subscription: of snapshots, and into disks made of snapshots and points.
        ///
        /// Rule: AZ-035.
        public var backgroundCopies = 50
        /// Disks at once from one snapshot of an Ultra or Premium SSD v2 disk.
        ///
        /// Rule: AZ-035.
        public var disksFromOneSnapshot = 5
        /// Disks at once from all instant access snapshots of one disk.
        ///
        /// Rule: AZ-037.
        public var disksFromInstantAccess = 15
        /// Copies to another location under way.
        ///
        /// Rule: AZ-033.
        public var copyStarts = 100
        /// Restore points of one machine, over all collections and groups.
        ///
        /// Rule: AZ-098.
        public var restorePointsPerMachine = 500
        /// Restore point collections of a location.
        ///
        /// Rule: AZ-098.
        public var collections = 10_000
        /// Restore points of one machine and mode in an hour.
        ///
        /// Rule: AZ-099.
        public var restorePointsPerHour = 3
        /// Disks of one type and location.
        ///
        /// Rule: AZ-069.
        public var disks = 50_000
        /// Cores of all machines of a location.
        ///
        /// Rule: AZ-091.
        public var cores = 350
        /// Cores of machines that the location has hosts for; nothing while there is room for any number.
        ///
        /// Rule: AZ-091.
        public var allocatableCores: Int?
        /// Polls of one operation that come before their time and are answered all the same.
        ///
        /// Rule: AZ-130.
        public var earlyPolls = 3
        /// Tags of one resource.
        ///
        /// Rule: AZ-015.
        public var tags = 50
        /// The longest life of an access grant.
        ///
        /// Rule: AZ-050.
        public var accessDuration: Duration = .seconds(5_184_000)

        /// Makes the default quotas.
        public init() {}
    }

    /// What pages of different years say differently.
    public struct Eras: Hashable, Sendable {
        /// An OS disk is swapped only while its machine does not run, as older pages say.
        ///
        /// Rule: AZ-074.
        public var swapRequiresStopped = false
        /// Restore points of one machine are three hours apart, crash-consistent ones one hour, as the support matrix says.
        ///
        /// Rule: AZ-099.
        public var strictRestorePointPace = false

        /// Makes the settings of today.
        public init() {}
    }

    /// What the reference provider does where a user might do otherwise.
    public struct Provider: Hashable, Sendable {
        /// The resource group of the lab's machines.
        public var group = "belay"
        /// How often a call is repeated that was throttled, met a failure of the platform or lost its answer.
        public var retries = 5
        /// The time before the first repetition, which doubles with each.
        public var pause: Duration = .seconds(10)
        /// How long the provider waits for a creation pace to allow the next one.
        ///
        /// Rule: AZ-099.
        public var patience: Duration = .minutes(20)
        /// The time between the calls when snapshots are asked for one after the other.
        public var gapBetweenSnapshots: Duration = .seconds(30)
        /// Host caching of the OS disk of the lab's machines; with read-write a machine has no common instant for its disks.
        ///
        /// Rule: AZ-116.
        package var osDiskCaching = Caching.readOnly
        /// Replaced disks and machines are kept as evidence instead of being deleted.
        public var keepsReplaced = false

        /// Makes the default behaviour.
        public init() {}
    }
}

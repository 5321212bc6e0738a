import LabCore

extension ComputeEngine {
    /// What can be set of a simulated project; the defaults are those of the documentation.
    public struct Settings: Hashable, Sendable {
        /// The project that owns everything.
        public var project = "belay-lab"
        /// The project that publishes the appliances' images.
        public var imageProject = "belay-appliances"
        /// The region in which zones and policies lie.
        public var region = "us-central1"
        /// The zones of the region; the first is where machines are made.
        public var zones = ["us-central1-a", "us-central1-b", "us-central1-c"]
        /// Where snapshots are stored unless a request says otherwise.
        ///
        /// Rule: GCE-065.
        public var storageLocation = "us"
        /// Every place in which snapshots can be stored.
        ///
        /// Rule: GCE-065.
        public var storageLocations = ["us", "eu", "asia", "us-central1", "us-east1", "europe-west1"]
        /// Whether calls are counted against the limit for a minute.
        ///
        /// Rule: GCE-136.
        public var isMetering = false
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

extension ComputeEngine.Settings {
    /// How much of everything there may be in a project.
    public struct Quotas: Hashable, Sendable {
        /// Snapshots of the project.
        ///
        /// Rule: GCE-080.
        public var snapshots = 5_000
        /// Disks of the project.
        ///
        /// Rule: GCE-137.
        public var disks = 10_000
        /// Calls that change something, in one minute.
        ///
        /// Rule: GCE-136.
        public var callsPerMinute = 1_500
        /// Snapshots of a disk, disks from a snapshot or machine images of an instance, in any hour.
        ///
        /// Rule: GCE-057.
        public var burst = 6
        /// Instant snapshots of a disk.
        ///
        /// Rule: GCE-082.
        public var instantSnapshots = 32
        /// Disks in a consistency group.
        ///
        /// Rule: GCE-131.
        public var groupDisks = 128
        /// Items on one page of a list.
        ///
        /// Rule: GCE-032.
        public var pageSize = 500

        /// Makes the default quotas.
        public init() {}
    }

    /// What pages or recordings of different years say differently.
    public struct Eras: Hashable, Sendable {
        /// New operations show `PENDING` first, as in older recordings.
        public var operationsBeginPending = false
        /// New disks and snapshots can be encrypted with keys that the customer supplies, as before 2026.
        ///
        /// Rule: GCE-134.
        public var acceptsCustomerSuppliedKeys = false
        /// Boot disks that may not be detached are refused in the words of the years before 2020.
        ///
        /// Rule: GCE-100.
        public var hotRemoveWording = false

        /// Makes the settings of today.
        public init() {}
    }

    /// What the reference provider does where a user might do otherwise.
    public struct Provider: Hashable, Sendable {
        /// How often a call is repeated that was throttled, met a server fault or lost its answer.
        public var retries = 4
        /// The time between two tries.
        public var pause: Duration = .seconds(20)
        /// How long the provider waits for a creation rate to allow the next one.
        ///
        /// Rule: GCE-057.
        public var patience: Duration = .minutes(20)
        /// The time between the calls when snapshots are asked for one after the other.
        public var gapBetweenSnapshots: Duration = .seconds(30)
        /// Replaced disks and instances are kept as evidence instead of being deleted.
        public var keepsReplaced = false
        /// The consistency group that the provider puts the disks of a machine into is kept for the next snapshot.
        public var keepsConsistencyGroups = false

        /// Makes the default behaviour.
        public init() {}
    }
}

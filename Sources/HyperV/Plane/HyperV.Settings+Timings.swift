public import LabCore

extension HyperV.Settings {
    /// How long each step takes; where no source gives a number the default is an estimate.
    public struct Timings: Hashable, Sendable {
        /// Settings and fork of a checkpoint without memory.
        public var checkpoint: Duration = .seconds(1)
        /// The same, for each disk.
        public var perDisk: Duration = .milliseconds(200)
        /// The pause in which a running machine is captured with its memory.
        public var capture: Duration = .milliseconds(500)
        /// The memory that is written or read in a second.
        public var memoryRate: ByteCount = .mebibytes(400)
        /// What saving takes beside its memory.
        public var save: Duration = .seconds(2)
        /// What applying takes beside its disks and its memory.
        public var apply: Duration = .seconds(2)
        /// Until a deletion answers.
        public var delete: Duration = .milliseconds(1_500)
        /// The blocks that a merge moves in a second while the machine is off; half as many while it runs.
        public var mergeRate: ByteCount = .mebibytes(150)
        /// A merge of one layer on a volume where it is a change of metadata.
        ///
        /// Rule: HV-099.
        public var metadataMerge: Duration = .seconds(2)
        /// From a merge that failed until the service tries it again.
        public var mergeRetry: Duration = .minutes(1)
        /// Switching on or off.
        public var power: Duration = .seconds(1)
        /// Pausing and resuming.
        public var pause: Duration = .milliseconds(500)
        /// From a restored memory until the guest's services answer again.
        ///
        /// Rule: HV-155.
        public var heartbeatAfterRestore: Duration = .seconds(10)
        /// From a restored memory until the guest's clock is corrected.
        ///
        /// Rule: HV-076.
        public var clockCorrection: Duration = .seconds(10)
        /// What a shutdown with force leaves the guest.
        ///
        /// Rule: HV-129.
        public var forcedShutdown: Duration = .minutes(5)
        /// How long a finished job can be asked for.
        ///
        /// Rule: HV-173.
        public var jobRetention: Duration = .minutes(5)
        /// The blocks that an export or a copy moves in a second.
        public var copyRate: ByteCount = .mebibytes(300)
        /// Anything short: a rename, a new disk, a change of settings.
        public var change: Duration = .milliseconds(300)

        /// Makes the default timings.
        public init() {}
    }
}

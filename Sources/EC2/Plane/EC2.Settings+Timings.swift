public import LabCore

extension EC2.Settings {
    /// How long each step takes; where no source gives a number the default is an estimate.
    public struct Timings: Hashable, Sendable {
        /// A new volume until it is available.
        public var volumeCreation: Duration = .seconds(3)
        /// An attachment until it is attached, or gone.
        public var attachment: Duration = .seconds(3)
        /// A deleted volume until it is not found any more.
        ///
        /// Rule: AWS-086.
        public var volumeDeletion: Duration = .seconds(5)
        /// An instance from pending to running.
        public var launch: Duration = .seconds(15)
        /// Status checks from initializing to ok.
        public var statusChecks: Duration = .seconds(120)
        /// A clean stop.
        public var stop: Duration = .seconds(30)
        /// A stop that cuts the power at once.
        public var forcedStop: Duration = .seconds(10)
        /// How long a guest may take to shut down before its power is cut.
        ///
        /// Rule: AWS-100.
        public var shutdownLimit: Duration = .seconds(240)
        /// A reboot.
        public var reboot: Duration = .seconds(30)
        /// A terminated instance until nothing of it is left but its record.
        public var termination: Duration = .seconds(30)
        /// A terminated instance until it is forgotten.
        ///
        /// Rule: AWS-110.
        public var terminatedRecord: Duration = .minutes(60)
        /// What every snapshot takes before its blocks are copied.
        public var snapshot: Duration = .seconds(30)
        /// The blocks of a snapshot that are copied in a second.
        public var snapshotRate: ByteCount = .mebibytes(60)
        /// The least time between two snapshots of a volume.
        ///
        /// Rule: AWS-007.
        public var snapshotInterval: Duration = .seconds(15)
        /// What every copy of a snapshot takes before its blocks are moved.
        public var snapshotCopy: Duration = .seconds(60)
        /// The blocks of a copy that are moved in a second.
        public var snapshotCopyRate: ByteCount = .mebibytes(50)
        /// An image, once its snapshots are complete.
        ///
        /// Rule: AWS-122.
        public var image: Duration = .seconds(10)
        /// A deregistered image that is described as an empty list instead of an error.
        ///
        /// Rule: AWS-130.
        public var deregisteredRecord: Duration = .minutes(10)
        /// A root replacement until the old root is off.
        ///
        /// Rule: AWS-139.
        public var rootReplacement: Duration = .seconds(20)
        /// A modification until its new size shows.
        ///
        /// Rule: AWS-091.
        public var modification: Duration = .seconds(1)
        /// The optimizing of a modified volume of 1 TiB, of which smaller ones take their share.
        public var optimizingPerTebibyte: Duration = .hours(6)
        /// The first touch of a block of 512 KiB that has not been loaded.
        ///
        /// Rule: AWS-047.
        public var firstTouch: Duration = .milliseconds(50)
        /// The blocks of a restored volume that are loaded in the background in a second.
        ///
        /// Rule: AWS-047.
        public var backgroundLoading: ByteCount = .mebibytes(60)
        /// Enabling fast restore of a snapshot of 1 TiB, of which smaller ones take their share.
        ///
        /// Rule: AWS-049.
        public var fastRestorePerTebibyte: Duration = .minutes(60)
        /// Archiving a snapshot.
        public var archiving: Duration = .hours(24)
        /// Restoring an archived snapshot.
        ///
        /// Rule: AWS-142.
        public var archiveRestore: Duration = .hours(24)
        /// Taking a snapshot out of the Recycle Bin.
        ///
        /// Rule: AWS-147.
        public var recovery: Duration = .seconds(10)
        /// How far the clock of a caller may be from the service's.
        ///
        /// Rule: AWS-164.
        public var clockSkew: Duration = .minutes(15)
        /// The cool-down after the deregistration protection of an image is switched off.
        ///
        /// Rule: AWS-131.
        public var deregistrationCoolDown: Duration = .hours(24)

        /// Makes the default timings.
        public init() {}
    }
}

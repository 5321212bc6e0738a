public import LabCore

extension ComputeEngine.Settings {
    /// How long each step takes; where no source gives a number the default is an estimate.
    public struct Timings: Hashable, Sendable {
        /// An operation of the books alone: labels, metadata, policies, flags.
        public var books: Duration = .seconds(2)
        /// What is found out after an operation was accepted.
        public var lateFailure: Duration = .seconds(3)
        /// A new disk without contents.
        public var diskInsert: Duration = .seconds(8)
        /// The contents that a new disk takes over in a second from a snapshot or an image.
        public var restoreRate: ByteCount = .mebibytes(200)
        /// The same from an archive snapshot.
        ///
        /// Rule: GCE-069.
        public var archiveRestoreRate: ByteCount = .mebibytes(20)
        /// A deleted disk until it is not found any more.
        public var diskDelete: Duration = .seconds(3)
        /// A disk that grows.
        public var diskResize: Duration = .seconds(5)
        /// A disk until it is attached.
        public var attach: Duration = .seconds(4)
        /// A disk until it is detached.
        public var detach: Duration = .seconds(6)
        /// A snapshot until its point in time.
        public var snapshotCut: Duration = .seconds(3)
        /// What every upload takes before its blocks are moved.
        public var snapshotUpload: Duration = .seconds(7)
        /// The blocks of a snapshot that are uploaded in a second.
        public var uploadRate: ByteCount = .mebibytes(60)
        /// A deleted snapshot until it is not found any more.
        public var snapshotDelete: Duration = .seconds(8)
        /// An instant snapshot until its point in time.
        public var instantCut: Duration = .seconds(1)
        /// An instant snapshot, from its point in time until it can be used.
        public var instantReady: Duration = .seconds(2)
        /// The least time between two instant snapshots of a disk.
        ///
        /// Rule: GCE-083.
        public var instantInterval: Duration = .seconds(30)
        /// An instance until it has a host.
        public var provisioning: Duration = .seconds(3)
        /// An instance, from having a host until its guest begins to boot.
        public var staging: Duration = .seconds(5)
        /// What a stop takes beside the guest's own shutdown.
        public var stop: Duration = .seconds(10)
        /// How long a guest may take to shut down before its power is cut.
        ///
        /// Rule: GCE-111.
        public var shutdownLimit: Duration = .seconds(120)
        /// The same on a Spot instance.
        ///
        /// Rule: GCE-111.
        public var spotShutdownLimit: Duration = .seconds(30)
        /// A hard reset.
        public var reset: Duration = .seconds(4)
        /// What every suspension takes beside the memory.
        public var suspend: Duration = .seconds(13)
        /// The memory that a suspension writes out in a second.
        ///
        /// Rule: GCE-115.
        public var memoryRate: ByteCount = .mebibytes(100)
        /// A suspended instance until it is terminated.
        ///
        /// Rule: GCE-116.
        public var suspendedLifetime: Duration = .days(60)
        /// An instance whose host failed until it has another.
        public var repair: Duration = .seconds(90)
        /// A deleted instance until it is not found any more.
        public var instanceDelete: Duration = .seconds(20)
        /// An instance until it turns out that the zone is full.
        ///
        /// Rule: GCE-123.
        public var stockOut: Duration = .seconds(20)
        /// How long one call waits for an operation at most.
        ///
        /// Rule: GCE-019.
        public var wait: Duration = .seconds(120)
        /// Any hour, over which creation rates are counted.
        ///
        /// Rule: GCE-057.
        public var rateWindow: Duration = .hours(1)

        /// Makes the default timings.
        public init() {}
    }
}

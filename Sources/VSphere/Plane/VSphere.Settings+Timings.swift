public import LabCore

extension VSphere.Settings {
    /// The times that things take; the defaults are those of a machine room of 2020 and later.
    public struct Timings: Hashable, Sendable {
        /// Makes the usual times.
        public init() {}

        /// From the call until a task is taken up.
        public var dispatch = Duration.milliseconds(20)
        /// A power verb.
        public var power = Duration.seconds(2)
        /// A change of the configuration.
        public var reconfigure = Duration.milliseconds(500)
        /// A snapshot without memory, before its disks are counted.
        public var create = Duration.seconds(1)
        /// Each disk of a snapshot.
        public var createPerDisk = Duration.milliseconds(200)
        /// What quiescing adds before the freeze.
        public var quiesce = Duration.seconds(8)
        /// How long a guest's file systems can be held; beyond it the snapshot is given up.
        ///
        /// See VMW-046.
        public var freezeWindow = Duration.seconds(10)
        /// How fast memory is written, per second.
        public var memoryWriteRate = ByteCount.mebibytes(200)
        /// A revert to a state that is off, before its disks are counted.
        public var revert = Duration.seconds(2)
        /// A revert to a state with memory, before the memory is counted.
        public var revertWithMemory = Duration.seconds(3)
        /// Each disk of a revert.
        public var revertPerDisk = Duration.milliseconds(100)
        /// Stopping a machine that runs when a revert begins.
        public var revertStop = Duration.seconds(1)
        /// How fast memory is read, per second.
        public var memoryReadRate = ByteCount.mebibytes(400)
        /// A removal, before its deltas are counted.
        public var remove = Duration.seconds(1)
        /// How fast deltas are merged, per second.
        public var mergeRate = ByteCount.mebibytes(150)
        /// How fast a running guest writes while its deltas are merged, per second.
        ///
        /// See VMW-094.
        public var guestWriteRate = ByteCount.mebibytes(15)
        /// The stun that ends the merge of a running machine.
        ///
        /// See VMW-094.
        public var mergeStun = Duration.milliseconds(300)
        /// How fast disks are copied, per second.
        public var copyRate = ByteCount.mebibytes(200)
        /// From ShutdownGuest until the guest is off.
        public var guestShutdown = Duration.seconds(20)
        /// How long Tools may be silent before the server counts them as not running.
        public var toolsSilence = Duration.seconds(60)
        /// From a resume until the guest answers again.
        ///
        /// See VMW-087.
        public var guestAnswersAfterResume = Duration.seconds(5)
        /// From a resume until Tools step the guest's clock.
        ///
        /// See VMW-082.
        public var clockStep = Duration.seconds(1)
        /// The lag of the guest's clock that Tools leave alone.
        ///
        /// See VMW-082.
        public var clockTolerance = Duration.seconds(1)
    }
}

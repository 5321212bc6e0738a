import LabCore

extension VSphere.Settings {
    /// Behaviour that no page states and no recording shows; each field can be set to what turns out to be true.
    public struct Inferred: Hashable, Sendable {
        /// How far the hosts' clock, which stamps snapshots, is ahead of the server's.
        ///
        /// See VMW-017.
        public var hostClockLead = Duration.zero
        /// Whether a machine that a revert cuts off shows as powered off while the task runs.
        ///
        /// See VMW-064.
        public var revertShowsPowerOff = true
        /// Whether an empty name is refused in the task, with InvalidName, or by the call, with InvalidArgument.
        ///
        /// See VMW-022.
        public var emptyNameFailsInTask = true
        /// Whether a wish for memory is ignored when the machine is off, or refused with InvalidPowerState.
        ///
        /// See VMW-026.
        public var memoryIsIgnoredWhenOff = true
        /// Whether going beyond `snapshot.maxSnapshots` = 1 has a fault of its own.
        ///
        /// See VMW-038.
        public var singleSnapshotHasOwnFault = true
        /// Whether a resume that is not admitted leaves the machine suspended, not off.
        ///
        /// See VMW-068.
        public var failedResumeLeavesSuspended = false
        /// Whether the file of a disk that was added after the snapshot is deleted.
        ///
        /// See VMW-071.
        public var revertDeletesAddedDisks = false
        /// Whether network interfaces come back with the hardware address they had.
        ///
        /// See VMW-076.
        public var revertRestoresHardwareAddresses = true
        /// Whether a revert brings an old inventory name back.
        ///
        /// See VMW-077.
        public var revertRestoresName = false
        /// Whether going back to no current snapshot is refused, or does nothing.
        ///
        /// See VMW-079.
        public var revertWithoutCurrentIsRefused = true
        /// Whether what Tools told is forgotten when a revert ends powered off.
        ///
        /// See VMW-081.
        public var revertForgetsGuest = true
        /// Whether a change id from before a revert is refused, or answered with the whole disk.
        ///
        /// See VMW-086.
        public var oldChangeIDIsRefused = true
        /// Whether the log goes on through a revert.
        ///
        /// See VMW-088.
        public var logGoesOnThroughRevert = true
        /// Whether a removal without consolidation shows in `consolidationNeeded`.
        ///
        /// See VMW-095.
        public var unconsolidatedRemovalShows = true
        /// Whether a running merge can be cancelled.
        ///
        /// See VMW-103.
        public var mergeCanBeCancelled = false
        /// Whether a rename that changes nothing is refused.
        ///
        /// See VMW-104.
        public var emptyRenameIsRefused = true
        /// Whether a disk that a snapshot refers to can be removed.
        ///
        /// See VMW-114.
        public var referencedDiskCanBeRemoved = true
        /// Whether a disk's mode can be changed to or from independent while there are snapshots.
        ///
        /// See VMW-115.
        public var modeChangesWithSnapshots = false
        /// Whether the snapshot mode of persistent memory can be changed while there are snapshots.
        ///
        /// See VMW-121.
        public var persistentMemoryModeChangesWithSnapshots = false
        /// Whether a linked clone without a snapshot is refused with NotSupported instead of InvalidArgument.
        ///
        /// See VMW-138.
        public var linkedCloneNeedsSnapshotFault = LinkedCloneFault.invalidArgument
        /// Whether the shared files stay when the source of a linked clone is destroyed.
        ///
        /// See VMW-139.
        public var destroyKeepsSharedFiles = true
        /// Whether a machine that is registered again has its snapshots.
        ///
        /// See VMW-143.
        public var registerReadsSnapshots = true

        /// Makes the settings that are held most likely.
        public init() {}
    }

    /// The fault of a linked clone that names no snapshot.
    public enum LinkedCloneFault: Hashable, Sendable {
        /// InvalidArgument.
        case invalidArgument
        /// NotSupported.
        case notSupported
    }
}

public import LabCore

extension ComputeEngine.Settings {
    /// Behaviour that no page states and no recording shows; each field can be set to what turns out to be true.
    public struct Inferred: Hashable, Sendable {
        /// A name is taken from the moment in which its insert is accepted, for repeats as well.
        ///
        /// Rules: GCE-008, GCE-027.
        public var holdsNames = true
        /// The reason for a zone in the path that does not exist.
        ///
        /// Rule: GCE-009.
        public var unknownZone: ComputeFault.Reason = .invalid
        /// The reason for a call without a token.
        ///
        /// Rule: GCE-138.
        public var noToken: ComputeFault.Reason = "required"
        /// The reason for a call with a token that is none.
        ///
        /// Rule: GCE-138.
        public var badToken: ComputeFault.Reason = "authError"
        /// How long the record of a finished operation is kept.
        ///
        /// Rule: GCE-021.
        public var operationRetention: Duration = .days(14)
        /// The record of an operation can be deleted while its work goes on.
        ///
        /// Rule: GCE-022.
        public var deletesRunningOperations = true
        /// A request id that comes back with another call is refused; else the first operation is answered.
        ///
        /// Rule: GCE-026.
        public var refusesChangedRepeats = true
        /// Attempts that failed count against the creation rates.
        ///
        /// Rule: GCE-059.
        public var countsFailedAttempts = false
        /// The first snapshot of a restored disk is full; else it goes on from the snapshot it came from.
        ///
        /// Rule: GCE-070.
        public var restoredDisksAreFull = true
        /// A flush that is asked of a disk without a running guest fails; else it is passed over.
        ///
        /// Rule: GCE-075.
        public var flushNeedsRunningGuest = true
        /// Snapshots that are not ready yet cannot be deleted.
        ///
        /// Rule: GCE-078.
        public var protectsUnreadySnapshots = true
        /// Disks cannot be deleted before the point in time of a snapshot is fixed.
        ///
        /// Rule: GCE-079.
        public var protectsDisksBeingCut = true
        /// The operation of a snapshot ends when its point in time is fixed, before it can be used.
        public var snapshotOperationsEndAtCut = false
        /// The operation of a restored disk ends when the disk is listed, before its contents are there.
        ///
        /// Rule: GCE-046.
        public var diskOperationsEndAtListing = false
        /// The sentence after an unknown device name.
        ///
        /// Rule: GCE-102.
        public var unknownDevice = "No attached disk found with device name."
        /// A second boot disk is refused; else it takes the place of the first.
        ///
        /// Rule: GCE-104.
        public var refusesSecondBootDisk = true
        /// A start without a boot disk is refused at once; else its operation fails.
        ///
        /// Rule: GCE-106.
        public var refusesStartWithoutBootDisk = true
        /// A stop of what is stopped and a start of what runs succeed; else they are not ready.
        ///
        /// Rule: GCE-113.
        public var repeatedPowerSucceeds = true
        /// A change of an instance waits for the one before; else it is refused as not ready.
        ///
        /// Rule: GCE-124.
        public var queuesChanges = true
        /// An instance keeps its hardware address over stops and swapped disks.
        ///
        /// Rule: GCE-125.
        public var keepsHardwareAddresses = true
        /// Policies that are attached to a disk cannot be deleted.
        ///
        /// Rule: GCE-130.
        public var protectsAttachedPolicies = true
        /// What a restore reads of a snapshot beside its blocks.
        ///
        /// Rule: GCE-064.
        public var snapshotHeader: ByteCount = .kibibytes(1)

        /// Makes the default behaviour.
        public init() {}
    }
}

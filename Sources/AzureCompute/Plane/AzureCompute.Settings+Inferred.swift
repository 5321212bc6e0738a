import LabCore

extension AzureCompute.Settings {
    /// Behaviour that no page states and no recording shows; each field can be set to what turns out to be true.
    public struct Inferred: Hashable, Sendable {
        /// The code for a set of tags that is too large.
        ///
        /// Rule: AZ-015.
        public var tooManyTags: AzureFault.Code = "TagCountExceeded"
        /// The code for a tag whose name or value is too long.
        ///
        /// Rule: AZ-015.
        public var badTag: AzureFault.Code = "InvalidTagName"
        /// The code for a sixth export of a family.
        ///
        /// Rule: AZ-026.
        public var tooManyExports: AzureFault.Code = .operationNotAllowed
        /// The code for an incremental snapshot outside the subscription of its disk.
        ///
        /// Rule: AZ-027.
        public var foreignIncremental: AzureFault.Code = .invalidParameter
        /// The code for an incremental snapshot on premium storage.
        ///
        /// Rule: AZ-029.
        public var premiumIncremental: AzureFault.Code = .invalidParameter
        /// The code for a second copy of one disk that is under way, and for too many of all disks.
        ///
        /// Rule: AZ-033.
        public var secondCopyStart: AzureFault.Code = .conflict
        /// The code for anything that an unfinished snapshot cannot do.
        ///
        /// Rule: AZ-035.
        public var unfinishedSnapshot: AzureFault.Code = .operationNotAllowed
        /// The code for a snapshot of an ephemeral OS disk.
        ///
        /// Rule: AZ-043.
        public var ephemeralSnapshot: AzureFault.Code = .operationNotAllowed
        /// The code for making something under the name of what is being deleted.
        ///
        /// Rule: AZ-044.
        public var recreatedWhileDeleting: AzureFault.Code = .conflict
        /// The code for swapping in a disk of another encryption set.
        ///
        /// Rule: AZ-077.
        public var swapOfEncryption: AzureFault.Code = .propertyChangeNotAllowed
        /// The OS disk whose place another one took stays, free and costing; else it is deleted with the swap.
        ///
        /// Rule: AZ-080.
        public var swapKeepsReplacedDisk = true
        /// The code for reimaging a machine whose OS disk is managed.
        ///
        /// Rule: AZ-093.
        public var reimageOfManagedDisk: AzureFault.Code = .operationNotAllowed
        /// A failed attachment or swap leaves the new model with the machine.
        ///
        /// Rule: AZ-094.
        public var failedUpdateSavesModel = true
        /// How far apart the disks of a crash-consistent restore point lie where they have no common instant.
        ///
        /// Rule: AZ-116.
        public var cacheSkew: Duration = .seconds(2)
        /// Restore points of machines that are deallocated are allowed when they are crash-consistent.
        public var crashPointsOfDeallocated = true
        /// A failed restore point counts until it is deleted.
        ///
        /// Rule: AZ-098.
        public var failedPointsCount = true
        /// How long a lock that was removed still blocks.
        ///
        /// Rule: AZ-122.
        public var lockRemovalDelay: Duration = .zero
        /// The code for deleting a network interface that a machine uses.
        ///
        /// Rule: AZ-127.
        public var interfaceInUse: AzureFault.Code = "NicInUse"
        /// A disk that is detached and one that is attached at its place may stand in one request.
        public var swapsDataDisksInOneRequest = true
        /// Whether the lock on a disk blocks a change of the machine that would attach it.
        public var readOnlyDiskBlocksAttach = false

        /// Makes the default behaviour.
        public init() {}
    }
}

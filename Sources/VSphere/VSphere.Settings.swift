public import LabCore

extension VSphere {
    /// How a server behaves where servers differ, and where the documentation leaves it open.
    public struct Settings: Hashable, Sendable {
        /// Makes the settings of a vCenter Server 8.0 U3 with two hosts.
        public init() {}

        // MARK: The installation

        /// What the client is connected to.
        ///
        /// Rules of the section on ESXi.
        public var endpoint = Endpoint.vCenter
        /// The room on the first datastore.
        public var datastoreCapacity = ByteCount.gibibytes(4096)
        /// The version of VMFS on the first datastore, 5 or 6; deltas are `-delta.vmdk` or `-sesparse.vmdk` by it.
        public var datastoreVersion = 6
        /// The memory of each host.
        public var hostMemory = ByteCount.gibibytes(512)
        /// The processors of each host.
        public var hostProcessors = 64
        /// The instructions of each host's processors.
        public var processorFeatures: Set<String> = ["cpuid.avx", "cpuid.avx2"]
        /// How long a session may be idle.
        ///
        /// See VMW-002.
        public var sessionIdleLimit = Duration.minutes(30)
        /// How long a finished task can be read.
        ///
        /// See VMW-015.
        public var recentTaskAge = Duration.minutes(10)
        /// How many finished tasks can be read.
        ///
        /// See VMW-015.
        public var recentTaskCount = 200
        /// How far the hosts' clock, which stamps snapshots, is ahead of the server's.
        ///
        /// See VMW-017.
        public var hostClockLead = Duration.zero

        // MARK: Power

        /// Whether a suspended machine can be powered off, which drops its memory; vSphere 4 refused.
        public var powersOffSuspended = true
        /// Whether a machine that a revert cuts off shows as powered off while the task runs.
        ///
        /// See VMW-064.
        public var revertShowsPowerOff = true

        // MARK: Creating

        /// Whether an empty name is refused in the task, with InvalidName, or by the call, with InvalidArgument.
        ///
        /// See VMW-022.
        public var emptyNameFailsInTask = true
        /// Whether a wish for memory is ignored when the machine is off, or refused with InvalidPowerState.
        ///
        /// See VMW-026.
        public var memoryIsIgnoredWhenOff = true
        /// The capability `diskOnlySnapshotOnSuspendedVMSupported`.
        ///
        /// See VMW-027.
        public var diskOnlySnapshotOnSuspended = true
        /// Whether a machine with independent disks must be off for a snapshot, as old manuals say.
        ///
        /// See VMW-030.
        public var independentDiskNeedsPowerOff = false
        /// The snapshots that one path of the tree can hold; 32 by the manual, 31 in practice.
        ///
        /// See VMW-037.
        public var maxSnapshotLevels = 31
        /// Whether going beyond `snapshot.maxSnapshots` = 1 has a fault of its own.
        ///
        /// See VMW-038.
        public var singleSnapshotHasOwnFault = true
        /// Whether machines can have more than one snapshot.
        ///
        /// See VMW-039.
        public var multipleSnapshotsSupported = true
        /// Whether quiescing without an answer of Tools fails, or is ignored as the text says.
        ///
        /// See VMW-044.
        public var toolsUnavailableQuiesce = ToolsUnavailableQuiesce.fail
        /// Whether a quiesced snapshot that failed leaves the guest frozen.
        ///
        /// See VMW-047.
        public var failedQuiesceLeavesGuestFrozen = false
        /// How often a cancelled create leaves deltas behind.
        ///
        /// See VMW-016.
        public var cancelledCreateLeavesDeltas = Chance(1, in: 2)

        // MARK: Reverting

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

        // MARK: Removing

        /// Whether a removal without consolidation shows in `consolidationNeeded`.
        ///
        /// See VMW-095.
        public var unconsolidatedRemovalShows = true
        /// Whether the first removal after a revert fails once, as on vSAN.
        ///
        /// See VMW-101.
        public var firstRemovalAfterRevertFails = false
        /// Whether a running merge can be cancelled.
        ///
        /// See VMW-103.
        public var mergeCanBeCancelled = false
        /// Whether a rename that changes nothing is refused.
        ///
        /// See VMW-104.
        public var emptyRenameIsRefused = true

        // MARK: Changing, moving, cloning

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

        /// The times that things take.
        public var timings = Timings()
    }
}

extension VSphere.Settings {
    /// What a client is connected to.
    public enum Endpoint: Hashable, Sendable {
        /// A vCenter Server with two hosts.
        case vCenter
        /// One host without a vCenter Server.
        case esxi

        var hostNames: [String] {
            switch self {
            case .vCenter: ["esxi-1.example.com", "esxi-2.example.com"]
            case .esxi: ["localhost.localdomain"]
            }
        }
    }

    /// What becomes of a wish to quiesce when Tools are installed but do not answer.
    public enum ToolsUnavailableQuiesce: Hashable, Sendable {
        /// The snapshot fails, as on real hosts.
        case fail
        /// The snapshot is taken without, as the documentation says.
        case ignore
    }

    /// The fault of a linked clone that names no snapshot.
    public enum LinkedCloneFault: Hashable, Sendable {
        /// InvalidArgument.
        case invalidArgument
        /// NotSupported.
        case notSupported
    }

    /// How often something happens: so many times in so many.
    public struct Chance: Hashable, Sendable {
        /// The times it happens.
        public var numerator: Int
        /// The times it could.
        public var denominator: Int

        /// Makes a chance from 0, never, to `denominator`, always.
        public init(_ numerator: Int, in denominator: Int) {
            self.numerator = numerator
            self.denominator = denominator
        }

        /// Every time.
        public static let always = Chance(1, in: 1)
        /// Not once.
        public static let never = Chance(0, in: 1)
    }

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

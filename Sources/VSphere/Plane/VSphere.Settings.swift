public import LabCore

extension VSphere {
    /// How a server behaves where servers differ, and where the documentation leaves it open.
    public struct Settings: Hashable, Sendable {
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

        /// The capability `diskOnlySnapshotOnSuspendedVMSupported`.
        ///
        /// See VMW-027.
        public var diskOnlySnapshotOnSuspended = true
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

        /// Which machines with snapshots a host can move to another datastore.
        ///
        /// Rule: VMW-134.
        public var snapshotMoves = SnapshotMoves.running

        /// Whether the first removal after a revert fails once, as on vSAN.
        ///
        /// See VMW-101.
        public var firstRemovalAfterRevertFails = false

        /// How long each step takes.
        public var timings = Timings()
        /// How much of everything there may be.
        public var quotas = Quotas()
        /// Behaviour that no page states and no recording shows.
        public var inferred = Inferred()
        /// What pages of different years say differently.
        public var eras = Eras()

        /// Makes the settings of a vCenter Server 8.0 U3 with two hosts.
        public init() {}
    }
}

extension VSphere.Settings {
    /// How much of everything there may be.
    public struct Quotas: Hashable, Sendable {
        /// How many finished tasks can be read.
        ///
        /// See VMW-015.
        public var recentTaskCount = 200
        /// The snapshots that one path of the tree can hold; 32 by the manual, 31 in practice.
        ///
        /// See VMW-037.
        public var maxSnapshotLevels = 31

        /// Makes the default quotas.
        public init() {}
    }

    /// What pages of different years say differently.
    public struct Eras: Hashable, Sendable {
        /// Whether a suspended machine can be powered off, which drops its memory; vSphere 4 refused.
        public var powersOffSuspended = true
        /// Whether a machine with independent disks must be off for a snapshot, as old manuals say.
        ///
        /// See VMW-030.
        public var independentDiskNeedsPowerOff = false

        /// Makes the settings of today.
        public init() {}
    }

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

    /// Which machines with snapshots a host can move to another datastore.
    public enum SnapshotMoves: Hashable, Sendable {
        /// None, as before vSphere 4.
        case none
        /// Those that do not run, as before vSphere 5.
        case stopped
        /// All.
        case running
    }

    /// What becomes of a wish to quiesce when Tools are installed but do not answer.
    public enum ToolsUnavailableQuiesce: Hashable, Sendable {
        /// The snapshot fails, as on real hosts.
        case fail
        /// The snapshot is taken without, as the documentation says.
        case ignore
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
}

public import LabCore

extension HyperV {
    /// What can be set of a simulated host; the defaults are those of Windows Server 2025.
    public struct Settings: Hashable, Sendable {
        /// The generation of the host.
        public var profile: Profile
        /// The volumes, by drive letter, with their room.
        public var volumes = ["C:": ByteCount.gibibytes(500), "D:": ByteCount.gibibytes(8_192)]
        /// The volumes on which a merge is a change of metadata.
        ///
        /// Rule: HV-099.
        public var resilientVolumes: Set<String> = []
        /// The folder under which machines are made.
        public var machineFolder = "D:\\Hyper-V"
        /// What the processor can do.
        public var processorFeatures: Set<String> = ["sse4.2", "avx2", "avx512"]
        /// How long each step takes.
        public var timings = Timings()
        /// How much of everything there may be.
        public var quotas = Quotas()
        /// Behaviour that no page states and no recording shows.
        public var inferred = Inferred()
        /// What the reference provider does where a user might do otherwise.
        public var provider = Provider()

        /// Makes the settings of a generation of hosts.
        public init(profile: Profile = .ws2025) { self.profile = profile }
    }
}

extension HyperV.Settings {
    /// A generation of hosts.
    public enum Profile: String, Hashable, Sendable, CaseIterable {
        /// Windows Server 2025.
        case ws2025
        /// Windows 11: the same, with automatic checkpoints.
        case win11
        /// Windows Server 2012 R2: no production checkpoints and no `CheckpointType`.
        case ws2012r2
        /// Windows Server 2008 R2: as 2012 R2, and merges wait until the machine is off.
        case ws2008r2

        /// Whether checkpoints have a type.
        ///
        /// Rule: HV-031.
        package var hasCheckpointTypes: Bool { self == .ws2025 || self == .win11 }
        /// Whether new machines get automatic checkpoints.
        ///
        /// Rule: HV-040.
        package var enablesAutomaticCheckpoints: Bool { self == .win11 }
        /// Whether a merge runs while the machine does.
        ///
        /// Rule: HV-095.
        package var mergesLive: Bool { self != .ws2008r2 }
        /// The version of the configuration of new machines.
        package var version: ConfigurationVersion {
            switch self {
            case .ws2025, .win11: ConfigurationVersion(12, 0)
            case .ws2012r2: ConfigurationVersion(5, 0)
            case .ws2008r2: ConfigurationVersion(2, 0)
            }
        }
    }

    /// How much of everything there may be.
    public struct Quotas: Hashable, Sendable {
        /// Checkpoints of one machine.
        ///
        /// Rule: HV-025.
        public var checkpoints = 50
        /// Characters in the name of a checkpoint.
        ///
        /// Rule: HV-003.
        public var nameLength = 100
        /// Devices on an IDE controller, of which there are two.
        ///
        /// Rule: HV-134.
        public var devicesPerIDEController = 2
        /// SCSI controllers of one machine.
        ///
        /// Rule: HV-134.
        public var scsiControllers = 4
        /// Devices on a SCSI controller.
        ///
        /// Rule: HV-134.
        public var devicesPerSCSIController = 64
        /// The room of a VHDX.
        ///
        /// Rule: HV-134.
        public var vhdxSize = ByteCount.gibibytes(64 * 1_024)
        /// The room of a VHD.
        ///
        /// Rule: HV-134.
        public var vhdSize = ByteCount.gibibytes(2_040)

        /// Makes the documented quotas.
        public init() {}
    }

    /// What the reference provider does where a user might do otherwise.
    public struct Provider: Hashable, Sendable {
        /// How long a deletion waits for the merge that it leaves behind.
        ///
        /// A provider that comes back earlier leaves a merge that the next revert runs into.
        public var mergeLimit: Duration = .minutes(10)
        /// The time between two looks at a machine whose disks merge.
        public var poll: Duration = .seconds(5)
        /// How often a call is repeated that was throttled or lost its answer.
        public var retries = 4
        /// Whether every revert first takes a checkpoint of the failed state.
        public var keepsFailedState = false

        /// Makes the default behaviour.
        public init() {}
    }
}

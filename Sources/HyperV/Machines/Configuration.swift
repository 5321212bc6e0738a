package import Hypervisor
package import LabCore

/// The settings of a machine; a checkpoint keeps a copy, and applying it brings all of them back.
package struct Configuration: Hashable, Sendable {
    /// The name, which others may have too.
    package internal(set) var name: String
    package internal(set) var notes = ""
    package internal(set) var processorCount = 2
    package internal(set) var memory: ByteCount
    /// 1 with BIOS and IDE, 2 with UEFI and SCSI alone; fixed when the machine is made.
    ///
    /// Rule: HV-133.
    package internal(set) var generation: Int
    /// The version of this very record.
    package internal(set) var version: ConfigurationVersion
    package internal(set) var checkpointType = CheckpointType.production
    package internal(set) var automaticCheckpoints = false
    package internal(set) var drives: [HardDiskDrive] = []
    package internal(set) var adapters: [NetworkAdapter] = []
    /// The image in the DVD drive.
    package internal(set) var dvd: String?
    package internal(set) var criticalErrorAction = CriticalErrorAction.pause
    /// How long a machine waits for its storage, in minutes.
    package internal(set) var criticalErrorTimeout = 30
    /// Where settings and memory of checkpoints go.
    package internal(set) var snapshotFileLocation: String
    /// The integration services that the host offers to the guest.
    package internal(set) var integrationServices = IntegrationService.enabledByDefault
    /// Devices of the host that the machine has to itself, graphics partitions included.
    package internal(set) var assignedDevices: [String] = []
    /// Whether the machine can run machines of its own.
    package internal(set) var exposesVirtualization = false

    /// What becomes of a machine whose storage is full or away.
    ///
    /// Rule: HV-138.
    package enum CriticalErrorAction: Int, Hashable, Sendable {
        case none = 0
        case pause = 1
    }
}

/// The version of a machine's configuration.
public struct ConfigurationVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number before the dot.
    public let major: Int
    /// The number behind the dot.
    public let minor: Int

    /// Makes a version.
    public init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Orders versions from the older to the newer.
    public static func < (a: Self, b: Self) -> Bool { (a.major, a.minor) < (b.major, b.minor) }
    /// The version as Get-VM shows it.
    public var description: String { "\(major).\(minor)" }
}

/// A network adapter.
package struct NetworkAdapter: Hashable, Sendable {
    package internal(set) var hardwareAddress: String
    package internal(set) var switchName: String
}

/// A disk as a machine sees it: a place on a controller, and what is plugged in there.
package struct HardDiskDrive: Hashable, Sendable {
    package let controller: Controller
    package let controllerNumber: Int
    package let location: Int
    /// What is plugged in.
    package internal(set) var source: Source
    /// What the appliance uses it for.
    package let role: DiskRole?
    /// Whether other machines write to it too.
    ///
    /// Rule: HV-020.
    package internal(set) var isShared = false

    package enum Controller: Int, Hashable, Sendable { case ide = 0, scsi = 1 }

    package enum Source: Hashable, Sendable {
        case file(FilePath)
        /// A disk of the host, passed through.
        case physical(Int)
        /// A virtual Fibre Channel unit.
        case fibreChannel(String)
    }

    /// The virtual disk, where it is one.
    package var path: FilePath? {
        if case .file(let path) = source { path } else { nil }
    }

    /// Whether it is in the same place as another.
    func isAtPlace(of other: HardDiskDrive) -> Bool {
        (controller, controllerNumber, location) == (other.controller, other.controllerNumber, other.location)
    }
}

extension [HardDiskDrive] {
    /// The virtual disks among them.
    package var files: [FilePath] { compactMap(\.path) }

    /// What the appliance uses a virtual disk for.
    func role(of path: FilePath) -> DiskRole? { first { $0.path == path }?.role }
}

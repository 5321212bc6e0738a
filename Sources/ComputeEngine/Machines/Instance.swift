package import Hypervisor
package import LabCore
package import SimulatedMachine

/// A virtual machine instance.
package struct Instance: Hashable, Sendable, Identified {
    package typealias ID = ResourceID<Instance>
    package static let collection = Collection.instances

    package let id: ID
    package let path: ResourcePath
    package let created: Instant
    package internal(set) var state = PowerState.provisioning
    /// What a machine image carries over to other instances.
    package internal(set) var properties: InstanceProperties
    package internal(set) var labels: Labels
    /// The disks, boot disk first when there is one; a stopped instance may have none.
    ///
    /// Rules: GCE-104 and GCE-105.
    package internal(set) var disks: [AttachedDisk] = []
    package internal(set) var deletionProtection = false
    /// The address inside the network, which stays over stops and swapped disks.
    ///
    /// Rule: GCE-120.
    package internal(set) var networkIP: String
    /// The address from outside, while there is one.
    ///
    /// Rule: GCE-119.
    package internal(set) var natIP: String?
    package internal(set) var hardwareAddress: String
    package internal(set) var lastStart: Instant?
    package internal(set) var lastStop: Instant?
    package internal(set) var lastSuspended: Instant?
    /// The simulated machine; nothing when no disk ever held one.
    @Boxed package internal(set) var machine: SimulatedMachine?
    /// What the machine was made for.
    var guest: Guest?
    /// When the guest is up, or has given up.
    var settles: Instant?
    /// The changes under way and waiting, oldest first.
    ///
    /// Rule: GCE-124.
    var queue: [Operation.Name] = []
    /// Whether it is being deleted.
    var isBeingDeleted = false
    /// Rises with every change of power, so that what falls due late finds that it was overtaken.
    var epoch = 0
    /// The creation of machine images of it.
    ///
    /// Rule: GCE-090.
    var images = RateWindow()
    /// Rises whenever what is on the host's own disks is lost.
    ///
    /// Rule: GCE-118.
    package internal(set) var localSSDEpoch = 0
    /// Whether the next stop leaves the guest no time to finish its work.
    var skipsGrace = false

    /// The zone it is in.
    package var zone: String {
        guard case .zone(let zone) = path.scope else { return "" }
        return zone
    }
    /// The name that the lab knows the instance by.
    package var machineID: MachineID { MachineID(rawValue: id.description) }
    /// The boot disk, which is the first.
    package var bootDisk: AttachedDisk? { disks.first { $0.isBoot } }
}

/// What is configured of an instance and carried over by a machine image.
///
/// Rule: GCE-088.
package struct InstanceProperties: Hashable, Sendable {
    package var machineType = "n1-standard-4"
    package var metadata: [String: String] = [:]
    package var serviceAccount: String?
    package var tags: [String] = []
    package var isSpot = false
    package var automaticRestart = true
    /// How long the guest may go on with its work before it is asked to shut down; nothing for no time.
    package var gracefulShutdown: Duration?
    /// Disks in the host itself, whose contents no stop and no image keeps.
    ///
    /// Rule: GCE-118.
    package var localSSDs = 0
    /// An address inside the network that was named by the owner, and so goes with an image.
    ///
    /// Rule: GCE-095.
    package var fixedNetworkIP: String?
    /// The way to the outside; nothing for none.
    package var accessConfig: AccessConfig? = .ephemeral

    package init() {}

    /// A hash of the metadata, which a change of it must name.
    ///
    /// Rule: GCE-030.
    package var metadataFingerprint: String { Fingerprint.of(metadata) }
}

/// How an instance is reached from outside.
package enum AccessConfig: Hashable, Sendable {
    /// By an address that is lent while the instance runs.
    ///
    /// Rule: GCE-119.
    case ephemeral
    /// By an address that was reserved.
    ///
    /// Rule: GCE-119.
    case reserved(String)
}

/// A disk of an instance.
package struct AttachedDisk: Hashable, Sendable {
    package let disk: PersistentDisk.ID
    /// The name under which the guest finds it.
    ///
    /// Rule: GCE-103.
    package let deviceName: String
    package let isBoot: Bool
    package let mode: Mode
    /// Whether it is deleted with the instance.
    ///
    /// Rule: GCE-108.
    package internal(set) var autoDelete: Bool
    /// What the guest uses it for; nothing for a disk that no entry of its own mounts.
    package let role: DiskRole?

    /// Whether the instance may write.
    package enum Mode: String, Hashable, Sendable, CaseIterable {
        case readWrite = "READ_WRITE"
        case readOnly = "READ_ONLY"
    }
}

/// What instances.attachDisk is asked for, and the disks of a new instance.
package struct AttachDisk: Hashable, Sendable {
    /// A reference to the disk.
    package var source: String
    package var deviceName: String?
    package var boot: Bool
    package var mode: AttachedDisk.Mode
    package var autoDelete: Bool
    /// Attach although another instance has it; for regional disks alone.
    ///
    /// Rule: GCE-045.
    package var forceAttach: Bool
    /// The customer's key of the disk.
    package var diskEncryptionKey: EncryptionKey?

    package init(
        source: String, deviceName: String? = nil, boot: Bool = false, mode: AttachedDisk.Mode = .readWrite,
        autoDelete: Bool = false, forceAttach: Bool = false
    ) {
        self.source = source
        self.deviceName = deviceName
        self.boot = boot
        self.mode = mode
        self.autoDelete = autoDelete
        self.forceAttach = forceAttach
    }
}

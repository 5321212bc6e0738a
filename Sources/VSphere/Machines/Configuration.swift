package import LabCore

/// What a machine is configured to be; a snapshot keeps it and a revert brings it back whole.
package struct Configuration: Hashable, Sendable {
    /// The name of the machine when this was its configuration.
    package var name: String
    /// The BIOS uuid, which the guest sees.
    package var uuid: String
    /// The uuid in the inventory; nothing on a host of its own.
    ///
    /// Rule: VMW-150.
    package var instanceUUID: String?
    /// Changes with each change, so that writers notice each other.
    ///
    /// Rule: VMW-119.
    package var changeVersion: String
    /// When it was changed last.
    package var modified: Instant
    /// The version of the virtual hardware.
    package var hardwareVersion = "vmx-19"
    /// The guest's operating system, as `debian12_64Guest` or `windows2019srv_64Guest`.
    package var guestID = "debian12_64Guest"
    /// The number of processors.
    package var numCPUs = 2
    /// The memory.
    package var memory: ByteCount
    /// Remarks for people.
    package var annotation = ""
    /// Settings without a field of their own.
    package var extraConfig: [String: String] = [:]
    /// No snapshot can be created or removed while this is set.
    ///
    /// Rule: VMW-040.
    package var snapshotLocked = false
    /// Has no effect since API 4.0.
    ///
    /// Rule: VMW-041.
    package var snapshotDisabled = false
    /// What becomes of the machine at a power-off.
    package var powerOffBehavior = PowerOffBehavior.powerOff
    /// The directory for the files of snapshots, on the machine's own datastore; nothing for the machine's own directory.
    ///
    /// Rule: VMW-136.
    package var snapshotDirectory: String?
    /// The key that encrypts the machine; nothing for one that is not encrypted.
    ///
    /// Rule: VMW-120.
    package var encryptionKey: String?
    /// Whether changed blocks are tracked.
    package var tracksChanges = false
    /// The disks, by ascending key.
    package var disks: [VirtualDisk] = []
    /// The network interfaces, by ascending key.
    package var nics: [VirtualEthernetCard] = []
    /// The controllers, by ascending key.
    package var controllers = [VirtualController(key: 1000, sharing: .notShared)]
    /// Devices of the host that the machine was given.
    package var passthrough: [String] = []
    /// The snapshot mode of persistent memory, for machines that have some.
    package var persistentMemorySnapshotMode: String?
    /// The properties that a vApp hands to the guest.
    ///
    /// Rule: VMW-078.
    package var vAppProperties: [String: String] = [:]
    /// Whether another host runs a shadow of the machine.
    ///
    /// Rule: VMW-036.
    package var isFaultTolerant = false

    /// Whether the guest is Windows, whose writers are asked when it is quiesced.
    package var isWindows: Bool { guestID.hasPrefix("windows") }
    /// The disks that are part of snapshots; storage that is handed through to the guest can only stay outside.
    ///
    /// Rule: VMW-145.
    package var dependentDisks: [VirtualDisk] { disks.filter { !$0.mode.isIndependent } }

    /// What `snapshotPowerOffBehavior` can be.
    package enum PowerOffBehavior: String, Hashable, Sendable { case powerOff, revert, take }
}

/// A controller to which disks are attached.
package struct VirtualController: Hashable, Sendable {
    /// The device's number in the machine.
    package var key: Int
    /// Whether other machines attach to the same disks.
    package var sharing: Sharing

    package enum Sharing: String, Hashable, Sendable { case notShared = "noSharing", virtualSharing, physicalSharing }
}

/// A network interface.
package struct VirtualEthernetCard: Hashable, Sendable {
    /// The device's number in the machine, from 4000.
    package var key: Int
    /// The hardware address.
    package var hardwareAddress: String
    /// Whether the server chose the hardware address.
    ///
    /// Rule: VMW-140.
    package var addressIsGenerated: Bool
    /// The network it is connected to.
    package var network: String
}

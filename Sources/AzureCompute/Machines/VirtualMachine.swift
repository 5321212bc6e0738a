package import Hypervisor
package import LabCore
package import SimulatedMachine

/// A virtual machine.
package struct VirtualMachine: Booked {
    package let id: ResourceID
    /// What tells this machine from another one of the same name.
    package let vmID: String
    package let location: String
    package let zone: String?
    package let availabilitySet: String?
    package let priority: String
    package let imageReference: String?
    package let osProfile: OSProfile?
    package let hyperVGeneration: Generation
    package let securityType: SecurityType
    package internal(set) var size: VirtualMachineSize
    package internal(set) var osDisk: OSDisk
    package internal(set) var dataDisks: [DataDisk]
    package internal(set) var interfaces: [InterfaceReference]
    package internal(set) var tags: [String: String]
    package internal(set) var ultraSSDEnabled = false
    package internal(set) var provisioning = ProvisioningState.creating
    package internal(set) var power = PowerState.starting
    /// Whether it occupies a host.
    package internal(set) var hasHost = true
    package internal(set) var isGeneralized = false
    package internal(set) var isMarkedForDeletion = false
    /// Whether the agent in the guest reports.
    package internal(set) var hasAgent = true
    /// Whether the guest has scripts that bring its applications to rest.
    package internal(set) var hasSnapshotScripts = false
    package internal(set) var extensions: [String: ProvisioningState] = [:]
    /// Attempts at application consistency that will be file-system-consistent.
    ///
    /// Rule: AZ-107.
    package internal(set) var degradedAttempts = 0
    /// Which temporary disk it has; deallocation gives it another, empty one.
    ///
    /// Rule: AZ-092.
    package internal(set) var temporaryDisk: String
    /// What its virtual TPM has sealed keys with.
    ///
    /// Rule: AZ-092.
    package internal(set) var tpmSeed: String
    /// How often its disks were changed.
    ///
    /// Rule: AZ-101.
    package internal(set) var modelVersion = 0
    /// The change that is under way.
    ///
    /// Rule: AZ-088.
    package internal(set) var operation: Operation.ID?
    /// The machine behind it; nothing while nothing boots from its OS disk.
    @Boxed package internal(set) var machine: SimulatedMachine?
    /// The disks that the guest has, which are those of the model but after a failed change.
    ///
    /// Rule: AZ-094.
    package internal(set) var inserted: [DiskRole: ResourceID] = [:]
    /// What software it runs.
    package internal(set) var guest: Guest?
    /// When the services of its guest are up or have given up.
    package internal(set) var settles: Instant?

    /// All its disks, the OS disk first.
    package var allDisks: [ResourceID] { [osDisk.disk] + dataDisks.map(\.disk) }

    /// The disks that the guest has a use for: it boots from one and finds the other by its LUN.
    package var disksByRole: [DiskRole: ResourceID] {
        var disks: [DiskRole: ResourceID] = osDisk.isEphemeral ? [:] : [.root: osDisk.disk]
        if guest?.spec.disks.contains(where: { $0.role == .data }) == true {
            disks[.data] = dataDisks.first { $0.lun == Guest.dataLUN }?.disk
        }
        return disks
    }

    /// What the host keeps of one of its disks.
    func caching(of disk: ResourceID) -> Caching {
        osDisk.disk == disk ? osDisk.caching : dataDisks.first { $0.disk == disk }?.caching ?? .uncached
    }
}

/// The OS disk of a machine.
package struct OSDisk: Hashable, Sendable {
    package var disk: ResourceID
    package var name: String
    package var osType: OSType
    /// How the machine got its first OS disk; it stays what it was.
    ///
    /// Rule: AZ-072.
    package let createOption: ManagedDisk.CreateOption
    package var caching: Caching
    /// What becomes of whichever disk is in this place when the machine is deleted.
    package var deleteOption: DeleteOption
    package let isEphemeral: Bool
}

/// A data disk of a machine.
package struct DataDisk: Hashable, Sendable {
    package var lun: Int
    package var disk: ResourceID
    package var caching: Caching
    package var deleteOption: DeleteOption

    package init(
        lun: Int, disk: ResourceID, caching: Caching = .uncached, deleteOption: DeleteOption = .detach
    ) {
        self.lun = lun
        self.disk = disk
        self.caching = caching
        self.deleteOption = deleteOption
    }
}

/// What is set up inside of a generalized image.
package struct OSProfile: Hashable, Sendable {
    package var computerName: String
    package var adminUsername: String?

    package init(computerName: String, adminUsername: String? = "azureuser") {
        self.computerName = computerName
        self.adminUsername = adminUsername
    }
}

/// A network interface of a machine.
package struct InterfaceReference: Hashable, Sendable {
    package var interface: ResourceID
    package var deleteOption: DeleteOption

    package init(_ interface: ResourceID, deleteOption: DeleteOption = .detach) {
        self.interface = interface
        self.deleteOption = deleteOption
    }
}

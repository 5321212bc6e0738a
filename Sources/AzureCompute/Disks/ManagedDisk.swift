package import Hypervisor
package import LabCore
import SimulatedMachine

/// A managed disk.
package struct ManagedDisk: Booked {
    package let id: ResourceID
    /// What tells this disk from another one of the same name.
    ///
    /// Rule: AZ-056.
    package let uniqueID: String
    package let location: String
    package let zone: String?
    package let creation: CreationData
    package let timeCreated: Instant
    package internal(set) var sku: DiskSKU
    package internal(set) var sizeGB: Int
    package internal(set) var osType: OSType?
    package internal(set) var hyperVGeneration: Generation?
    package internal(set) var securityType: SecurityType
    package internal(set) var encryption: Encryption
    /// How many machines may have it at once.
    package internal(set) var maxShares = 1
    package internal(set) var logicalSectorSize = 512
    package internal(set) var tags: [String: String] = [:]
    package internal(set) var provisioning: ProvisioningState
    package internal(set) var state: DiskState
    /// The machine that has it, be it deallocated.
    package internal(set) var managedBy: ResourceID?
    /// When it last changed hands.
    package internal(set) var lastOwnershipUpdate: Instant
    /// The access from outside that is allowed now.
    package internal(set) var grant: AccessGrant?
    /// Whether the guest encrypts it.
    ///
    /// Rule: AZ-076.
    package internal(set) var isGuestEncrypted = false
    /// Whether the host writes to it past its cache, with a battery behind.
    ///
    /// Rule: AZ-103.
    package internal(set) var isWriteAccelerated = false
    /// When all of its blocks are there; reading is slow until then.
    ///
    /// Rule: AZ-066.
    package internal(set) var hydrated: Instant
    /// Whether it is being detached, or a detachment failed.
    ///
    /// Rule: AZ-065.
    package internal(set) var isBeingDetached = false
    /// What is on it; nothing while a guest has it.
    var contents: Disk?
    /// The machine whose guest has it.
    var insertedIn: ResourceID?
    /// What software is on it.
    package internal(set) var guest: Guest?

    package var size: ByteCount { .gibibytes(sizeGB) }

    /// How a disk or a snapshot came to be; it never changes.
    ///
    /// Rules: AZ-030 and AZ-056.
    package struct CreationData: Hashable, Sendable {
        package var option: CreateOption
        package var source: ResourceID?
        package var sourceUniqueID: String?

        package init(_ option: CreateOption, source: ResourceID? = nil) {
            self.option = option
            self.source = source
        }
    }

    /// What a disk or a snapshot is made of.
    package enum CreateOption: String, Hashable, Sendable, CaseIterable {
        case empty = "Empty"
        case fromImage = "FromImage"
        case copy = "Copy"
        case copyStart = "CopyStart"
        case restore = "Restore"
        case upload = "Upload"
        case attach = "Attach"
    }
}

/// What software is on a disk, and for which machine it was installed.
package struct Guest: Hashable, Sendable {
    /// The machine that the appliance was installed for.
    package var spec: MachineSpec
    /// The family of machines that came from one installation and share what is kept outside of them.
    package var family: UInt64

    /// The place at which the guest looks for the disk of a role, beside its OS disk.
    package static let dataLUN = 0
}

/// What a marketplace image holds.
struct VendorImage: Hashable, Sendable {
    var disks: [DiskRole: Disk]
    var guest: Guest
    var osType = OSType.linux
    var generation = Generation.v2
}

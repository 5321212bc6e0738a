/// A verb that changes something, by the name of its operation in the vendor's interface descriptions.
///
/// Rule: https://github.com/Azure/azure-rest-api-specs
package enum Verb: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    case createMachine = "VirtualMachines_CreateOrUpdate"
    case updateMachine = "VirtualMachines_Update"
    case deleteMachine = "VirtualMachines_Delete"
    case start = "VirtualMachines_Start"
    case restart = "VirtualMachines_Restart"
    case powerOff = "VirtualMachines_PowerOff"
    case deallocate = "VirtualMachines_Deallocate"
    case reapply = "VirtualMachines_Reapply"
    case reimage = "VirtualMachines_Reimage"
    case generalize = "VirtualMachines_Generalize"
    case attachDetachDataDisks = "VirtualMachines_AttachDetachDataDisks"
    case createExtension = "VirtualMachineExtensions_CreateOrUpdate"
    case createDisk = "Disks_CreateOrUpdate"
    case updateDisk = "Disks_Update"
    case deleteDisk = "Disks_Delete"
    case grantDiskAccess = "Disks_GrantAccess"
    case revokeDiskAccess = "Disks_RevokeAccess"
    case createSnapshot = "Snapshots_CreateOrUpdate"
    case updateSnapshot = "Snapshots_Update"
    case deleteSnapshot = "Snapshots_Delete"
    case grantSnapshotAccess = "Snapshots_GrantAccess"
    case revokeSnapshotAccess = "Snapshots_RevokeAccess"
    case createEncryptionSet = "DiskEncryptionSets_CreateOrUpdate"
    case deleteEncryptionSet = "DiskEncryptionSets_Delete"
    case createCollection = "RestorePointCollections_CreateOrUpdate"
    case deleteCollection = "RestorePointCollections_Delete"
    case createRestorePoint = "RestorePoints_Create"
    case deleteRestorePoint = "RestorePoints_Delete"
    case grantPointAccess = "DiskRestorePoint_GrantAccess"
    case revokePointAccess = "DiskRestorePoint_RevokeAccess"
    case createNetworkInterface = "NetworkInterfaces_CreateOrUpdate"
    case deleteNetworkInterface = "NetworkInterfaces_Delete"
    case createPublicAddress = "PublicIPAddresses_CreateOrUpdate"
    case deletePublicAddress = "PublicIPAddresses_Delete"
    case createGroup = "ResourceGroups_CreateOrUpdate"
    case deleteGroup = "ResourceGroups_Delete"
    case moveResources = "Resources_MoveResources"
    case createLock = "ManagementLocks_CreateOrUpdate"
    case deleteLock = "ManagementLocks_Delete"

    /// The HTTP method.
    package enum Method: String, Hashable, Sendable {
        case put = "PUT", patch = "PATCH", post = "POST", delete = "DELETE"
    }

    package var method: Method {
        switch self {
        case .createMachine, .createExtension, .createDisk, .createSnapshot, .createEncryptionSet, .createCollection,
            .createRestorePoint, .createNetworkInterface, .createPublicAddress, .createGroup, .createLock:
            .put
        case .updateMachine, .updateDisk, .updateSnapshot: .patch
        case .deleteMachine, .deleteDisk, .deleteSnapshot, .deleteEncryptionSet, .deleteCollection,
            .deleteRestorePoint, .deleteNetworkInterface, .deletePublicAddress, .deleteGroup, .deleteLock:
            .delete
        case .start, .restart, .powerOff, .deallocate, .reapply, .reimage, .generalize, .attachDetachDataDisks,
            .grantDiskAccess, .revokeDiskAccess, .grantSnapshotAccess, .revokeSnapshotAccess, .grantPointAccess,
            .revokePointAccess, .moveResources:
            .post
        }
    }

    /// The bucket of tokens from which the call is paid; nothing for verbs of other services than compute and disks.
    ///
    /// Rule: AZ-134.
    package var bucket: TokenBuckets.Name? {
        switch self {
        case .createMachine: .putVM
        case .updateMachine, .start, .restart, .powerOff, .reapply, .reimage, .generalize, .attachDetachDataDisks,
            .createExtension:
            .updateVM
        case .deleteMachine, .deallocate: .deleteVM
        case .createDisk, .updateDisk: .createUpdateDisks
        case .deleteDisk, .deleteSnapshot: .deleteDisks
        case .createSnapshot, .updateSnapshot: .highCostSnapshotCreateHydrate
        case .createRestorePoint: .putRestorePoint
        case .createCollection: .putRestorePointCollection
        case .deleteRestorePoint, .deleteCollection: .deleteRestorePoint
        default: nil
        }
    }

    /// The verb as it stands in messages: `powerOff`.
    var word: String {
        switch self {
        case .createRestorePoint: "Create Restore Point"
        default:
            rawValue.split(separator: "_").last.map { $0.prefix(1).lowercased() + $0.dropFirst() } ?? rawValue
        }
    }

    package var description: String { rawValue }
}

import HashTreeCollections
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// DiskEncryptionSets_CreateOrUpdate.
    package mutating func createEncryptionSet(_ id: ResourceID, location: String) throws(AzureFault) -> Operation {
        try call(.createEncryptionSet, on: id) { plane throws(AzureFault) in
            try plane.checkPlacement(
                id, location: location, tags: [:], existing: plane.diskEncryptionSets[id]?.location)
            plane.diskEncryptionSets[id] = DiskEncryptionSet(id: id, location: location)
            plane.enroll(id)
            return plane.acceptDone(.createEncryptionSet, on: id, status: 201)
        }
    }

    /// DiskEncryptionSets_Delete.
    package mutating func deleteEncryptionSet(_ id: ResourceID) throws(AzureFault) -> Operation {
        try call(.deleteEncryptionSet, on: id) { plane throws(AzureFault) in
            guard plane.diskEncryptionSets[id] != nil else {
                return plane.acceptDone(.deleteEncryptionSet, on: id, status: 204)
            }
            if let user = plane.disks.values.filter({ $0.encryption.set == id }).map(\.id).min() {
                throw .notAllowed("The disk encryption set '\(id.name)' is used by '\(user.name)'.", rule: nil)
            }
            plane.diskEncryptionSets[id] = nil
            plane.strikeOff(id)
            return plane.acceptDone(.deleteEncryptionSet, on: id)
        }
    }

    /// The vault with the key of an encryption set is there, or is not.
    ///
    /// Rule: AZ-068.
    package mutating func setVault(of id: ResourceID, isReachable: Bool) {
        diskEncryptionSets[id]?.isVaultReachable = isReachable
    }
}

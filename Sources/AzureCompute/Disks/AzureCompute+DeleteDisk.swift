import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// Disks_Delete; one that is not there is deleted already.
    ///
    /// Rule: AZ-008.
    package mutating func deleteDisk(_ id: ResourceID) throws(AzureFault) -> Operation {
        try call(.deleteDisk, on: id) { plane throws(AzureFault) in
            guard let disk = plane.disks[id] else { return plane.acceptDone(.deleteDisk, on: id, status: 204) }
            if let owner = disk.managedBy { throw .attached(id, to: owner) }
            guard !disk.state.isExported else { throw .sharedAccess(id) }
            try plane.checkInstantAccess(ofSource: disk)
            do throws(NotInState<ProvisioningState>) { try plane.disks[id]?.provisioning.delete() } catch {
                return plane.acceptDone(.deleteDisk, on: id, status: 204)
            }
            return plane.accept(.deleteDisk, on: id, .deleteDisk(id), lasting: plane.settings.timings.diskDeletion)
        }
    }

    mutating func completeDeletion(ofDisk id: ResourceID) { remove(disk: id) }

    mutating func remove(disk id: ResourceID) {
        guard let disk = disks.remove(id) else { return }
        usage[disk.location]?.disks[disk.sku, default: 1] -= 1
        backgroundCopies.end(into: disk.uniqueID)
        strikeOff(id)
    }
}

import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// Whether a machine may have a disk, OS disk or data disk.
    ///
    /// That a disk is still being hydrated is no hindrance. Rule: AZ-066. Nor is it that it lies in another group. Rule: AZ-060.
    func checkAttachment(of id: ResourceID, to machine: VirtualMachine) throws(AzureFault) {
        try checkSubscription(of: id)
        guard let disk = disks[id], disk.location == machine.location else {
            throw .sourceNotFound(id.name, rule: "AZ-059")
        }
        guard disk.provisioning != .deleting else {
            throw .beingDeleted(id, code: settings.inferred.recreatedWhileDeleting)
        }
        if disk.isBeingDetached { throw .beingDetached(id, machine.id) }
        if let owner = disk.managedBy, owner != machine.id, disk.maxShares == 1 {
            throw .owned(id, by: owner, machine.id)
        }
        guard disk.state != .activeSAS, disk.state != .activeSASFrozen else { throw .sharedAccess(id) }
        guard disk.state != .readyToUpload, disk.state != .activeUpload else {
            throw .notAllowed("Disk \(id.name) is waiting for its contents and cannot be attached.", rule: "AZ-066")
        }
        try checkZone(of: disk, for: machine)
        guard !disk.sku.isPremium || machine.size.supportsPremium else {
            throw AzureFault(
                .invalidParameter,
                "Requested operation cannot be performed because the VM size \(machine.size.name) does not support the "
                    + "storage account type \(disk.sku.rawValue) of disk '\(id.name)'.", rule: "AZ-064")
        }
        if settings.inferred.readOnlyDiskBlocksAttach, let lock = blockingLock(.updateDisk, on: id) {
            throw .locked(id, by: lock, "write")
        }
    }

    /// Rules: AZ-057 and AZ-058.
    private func checkZone(of disk: ManagedDisk, for machine: VirtualMachine) throws(AzureFault) {
        guard !disk.sku.isZoneRedundant else { return }
        if disk.zone != nil, machine.availabilitySet != nil {
            throw AzureFault(
                .badRequest,
                "Zonal Disk '\(disk.id.name)' cannot be attached to resource '\(machine.id.name)' because the resource "
                    + "belongs to an Availability Set and this feature is not supported.", rule: "AZ-058")
        }
        guard disk.zone != machine.zone else { return }
        let sentence =
            if let zone = machine.zone {
                disk.zone.map {
                    "Disk \(disk.id.name) cannot be attached to the VM because it is not in the same zone as the VM. "
                        + "VM zone: '\(zone)'. Disk zone: '\($0)'."
                } ?? "Disk \(disk.id.name) cannot be attached to the VM because it is not in zone '\(zone)'."
            } else {
                "Disk \(disk.id.name) cannot be attached to the VM because it is in zone '\(disk.zone ?? "")' and the VM "
                    + "is not."
            }
        throw AzureFault(.badRequest, sentence, rule: "AZ-057")
    }

    /// A machine has a disk from now on, in the books.
    mutating func takePossession(of id: ResourceID, _ machine: ResourceID) {
        guard var disk = disks[id], let owner = virtualMachines[machine] else { return }
        do throws(NotInState<DiskState>) {
            try disk.state.attach(isAllocated: owner.hasHost)
        } catch {
            // A shared disk that another machine has stays as it is.
            note(id.name, "stays \(error.found.rawValue)")
        }
        disk.managedBy = disk.managedBy ?? machine
        disk.lastOwnershipUpdate = now
        disks[id] = disk
    }

    /// A machine has given a disk up.
    mutating func giveUp(_ id: ResourceID, _ machine: ResourceID) {
        guard var disk = disks[id], disk.managedBy == machine else { return }
        disk.managedBy = nil
        disk.isBeingDetached = false
        disk.lastOwnershipUpdate = now
        do throws(NotInState<DiskState>) { try disk.state.detach() } catch {
            // One that is read from outside stays so, and is nobody's afterwards.
            note(id.name, "stays \(error.found.rawValue)")
        }
        disks[id] = disk
    }

    /// The disks of a machine follow its host.
    mutating func follow(_ machine: ResourceID, hasHost: Bool) {
        for id in virtualMachines[machine]?.allDisks ?? [] {
            guard var disk = disks[id] else { continue }
            if hasHost {
                do throws(NotInState<DiskState>) { _ = try disk.state.allocate() } catch {
                    note(id.name, "stays \(error.found.rawValue)")
                }
            } else {
                _ = disk.state.deallocate()
            }
            disks[id] = disk
        }
    }
}

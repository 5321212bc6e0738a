import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// Whether another disk may take the place of the OS disk; its create option stays what it was.
    ///
    /// Rules: AZ-071, AZ-072, AZ-073 and AZ-079.
    func checkSwap(
        _ wanted: MachineUpdate.OSDiskUpdate, of machine: VirtualMachine, _ change: inout MachineChange, _ verb: Verb
    ) throws(AzureFault) {
        if let option = wanted.createOption, option != machine.osDisk.createOption {
            throw .unchangeable("osDisk.createOption", rule: "AZ-072")
        }
        if let sku = wanted.sku, let present = disks[wanted.disk]?.sku, sku != present {
            throw .notAllowed(
                "Managed disk storage account type change through Virtual Machine '\(machine.id.name)' is not allowed. "
                    + "Please update disk resource at \(wanted.disk).", rule: "AZ-055")
        }
        guard wanted.disk != machine.osDisk.disk else {
            guard wanted.name == nil || wanted.name == machine.osDisk.name else {
                throw .unchangeable("osDisk.name", rule: "AZ-073")
            }
            return
        }
        guard wanted.name == nil || wanted.name == wanted.disk.name else {
            throw .unchangeable("osDisk.name", rule: "AZ-073")
        }
        try checkAttachment(of: wanted.disk, to: machine)
        guard let new = disks[wanted.disk] else { throw missing(wanted.disk) }
        guard new.osType == machine.osDisk.osType else {
            throw AzureFault(
                .invalidParameter, "The OS type of disk '\(new.id.name)' is not that of the VM.",
                target: "osDisk.osType", rule: "AZ-079")
        }
        try checkFit(of: new, into: machine)
        try checkSize(wanted.diskSizeGB, of: new, &change)
        if settings.eras.swapRequiresStopped, machine.power == .running {
            throw .running(verb, machine.id, rule: "AZ-074")
        }
        change.osDisk = new.id
    }

    /// Generation, encryption and security type stay with the machine.
    private func checkFit(of new: ManagedDisk, into machine: VirtualMachine) throws(AzureFault) {
        let old = disks[machine.osDisk.disk]
        guard (new.hyperVGeneration ?? .v1) == machine.hyperVGeneration else {
            throw AzureFault(
                .propertyChangeNotAllowed,
                "Swapping OS Disk is not supported since HyperVisor property on the OSDisk and VM do not match. Please "
                    + "make sure the HyperVisor property on the OSDisk is HyperVisor Generation "
                    + "'\(machine.hyperVGeneration.rawValue)'", status: 409, rule: "AZ-071")
        }
        guard old?.isGuestEncrypted != true, !new.isGuestEncrypted else {
            throw AzureFault(
                "OSDiskSwapNotSupportedForVMsUsingDiskEncryption",
                "Swapping OS Disk is not supported for VMs using disk encryption.", status: 409, rule: "AZ-076")
        }
        if let old, old.encryption != new.encryption {
            throw AzureFault(
                settings.inferred.swapOfEncryption,
                "Changing property 'osDisk.managedDisk.diskEncryptionSet' is not allowed.", status: 409,
                target: "osDisk.managedDisk.diskEncryptionSet", rule: "AZ-077")
        }
        guard new.securityType == machine.securityType else {
            throw AzureFault(
                .badRequest, "Security type of VM is not compatible with the security type of attached OS Disk.",
                rule: "AZ-078")
        }
    }

    /// A request that was read and written back still carries the size of the old disk.
    ///
    /// Rule: AZ-075.
    private func checkSize(
        _ sizeGB: Int?, of new: ManagedDisk, _ change: inout MachineChange
    ) throws(AzureFault) {
        guard let sizeGB, sizeGB != new.sizeGB else { return }
        guard sizeGB > new.sizeGB else { throw .shrinks(new.id.name, rule: "AZ-075") }
        change.osDiskGrowth = sizeGB
    }

    /// A change is done: the model, the books of the disks, and what the guest has.
    mutating func complete(_ change: MachineChange, of id: ResourceID) throws(AzureFault) {
        guard virtualMachines[id] != nil else { return }
        save(change, of: id, detaching: true)
        _ = virtualMachines[id]?.provisioning.succeed()
        // A corrected change is what mends a failed one, so the guest is looked at even when the model was right.
        renewDisks(of: id)
    }

    /// A change failed after it was accepted: the new model is there, and nothing was done for it.
    ///
    /// Rule: AZ-094.
    mutating func fail(_ change: MachineChange, of id: ResourceID) {
        guard let machine = virtualMachines[id] else { return }
        if settings.inferred.failedUpdateSavesModel {
            save(change, of: id, detaching: false)
        } else {
            let present = Set(machine.allDisks)
            for disk in change.attached + [change.osDisk].compactMap({ $0 }) where !present.contains(disk) {
                if disks[disk]?.managedBy == id { disks[disk]?.managedBy = nil }
            }
        }
        _ = virtualMachines[id]?.provisioning.fail()
    }

    private mutating func save(_ change: MachineChange, of id: ResourceID, detaching: Bool) {
        guard var machine = virtualMachines[id] else { return }
        let failing = detaching ? [] : machine.dataDisks.filter { change.detached.contains($0.disk) }
        machine.dataDisks = failing + change.dataDisks.filter { new in !failing.contains { $0.lun == new.lun } }
        let old = machine.osDisk.disk
        if let new = change.osDisk {
            machine.osDisk.disk = new
            machine.osDisk.name = new.name
        }
        if let size = change.size {
            usage[machine.location]?.cores += size.cores - machine.size.cores
            if machine.hasHost { usage[machine.location]?.allocatedCores += size.cores - machine.size.cores }
            machine.size = size
        }
        machine.tags = change.tags ?? machine.tags
        machine.ultraSSDEnabled = change.ultraSSDEnabled ?? machine.ultraSSDEnabled
        if change.touchesDisks { machine.modelVersion += 1 }
        virtualMachines[id] = machine
        settle(change, replacing: old, of: id, detaching: detaching)
    }

    /// The books of the disks follow the model.
    private mutating func settle(
        _ change: MachineChange, replacing old: ResourceID, of id: ResourceID, detaching: Bool
    ) {
        if detaching { for disk in change.detached { giveUp(disk, id) } }
        if let new = change.osDisk {
            giveUp(old, id)
            if !settings.inferred.swapKeepsReplacedDisk, old != new { remove(disk: old) }  // Rule: AZ-080
            takePossession(of: new, id)
            if let sizeGB = change.osDiskGrowth {
                disks[new]?.sizeGB = sizeGB
                disks[new]?.contents?.grow(to: .gibibytes(sizeGB))
            }
        }
        let present = Set(virtualMachines[id]?.allDisks ?? [])
        for disk in change.attached {
            if present.contains(disk) {
                takePossession(of: disk, id)
            } else if disks[disk]?.managedBy == id {
                disks[disk]?.managedBy = nil
            }
        }
    }

    /// The guest is given the disks of the model; another OS disk under a running guest restarts it.
    ///
    /// Rule: AZ-074.
    mutating func renewDisks(of id: ResourceID) {
        guard let machine = virtualMachines[id] else { return }
        let isOther = machine.machine != nil && machine.inserted[.root] != machine.disksByRole[.root]
        guard isOther, machine.power == .running else {
            if !isOther { insertDisks(of: id) }
            return
        }
        _ = cutGuestPower(of: id)
        boot(id)
    }
}

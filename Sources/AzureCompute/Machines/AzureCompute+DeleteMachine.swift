import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// VirtualMachines_Delete; it overtakes whatever else is under way.
    ///
    /// Rules: AZ-008 and AZ-089.
    package mutating func deleteMachine(_ id: ResourceID) throws(AzureFault) -> Operation {
        try call(.deleteMachine, on: id) { plane throws(AzureFault) in
            guard let machine = plane.virtualMachines[id] else {
                return plane.acceptDone(.deleteMachine, on: id, status: 204)
            }
            if machine.isMarkedForDeletion, let running = machine.operation.flatMap({ plane.operations[$0] }) {
                return running
            }
            plane.preempt(machine.operation)
            plane.virtualMachines[id]?.isMarkedForDeletion = true
            do throws(NotInState<ProvisioningState>) { try plane.virtualMachines[id]?.provisioning.delete() } catch {
                throw .concurrent(id)
            }
            _ = plane.cutGuestPower(of: id)
            return plane.accept(
                .deleteMachine, on: id, .deleteMachine(id), lasting: plane.settings.timings.machineDeletion)
        }
    }

    mutating func completeDeletion(ofMachine id: ResourceID) { remove(machine: id) }

    /// A machine that could not be deleted takes nothing but another deletion.
    ///
    /// Rule: AZ-086.
    mutating func failDeletion(ofMachine id: ResourceID) {
        _ = virtualMachines[id]?.provisioning.fail()
        virtualMachines[id]?.power = .stopped
        virtualMachines[id]?.settles = nil
    }

    /// Disks and interfaces stay, but for those whose reference says otherwise; so do collections of restore points.
    ///
    /// Rules: AZ-090 and AZ-112.
    mutating func remove(machine id: ResourceID) {
        guard let machine = virtualMachines[id] else { return }
        if let family = machine.guest?.family, let outside = machine.machine?.outside {
            surroundings.leaves(id, of: family, outside)
        }
        takeOutDisks(of: id)
        giveUpHost(of: id)
        usage[machine.location]?.cores -= machine.size.cores
        virtualMachines[id] = nil
        for disk in machine.allDisks { giveUp(disk, id) }
        if machine.osDisk.deleteOption == .delete { remove(disk: machine.osDisk.disk) }
        for disk in machine.dataDisks where disk.deleteOption == .delete { remove(disk: disk.disk) }
        for reference in machine.interfaces {
            networkInterfaces[reference.interface]?.machine = nil
            if reference.deleteOption == .delete { removeNetwork(reference.interface) }
        }
        strikeOff(id)
    }
}

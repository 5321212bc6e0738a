import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension VSphere {
    /// Lets the guest live up to now, and stores what it wrote meanwhile.
    ///
    /// Rule: VMW-130.
    mutating func settle(_ id: Moref<VirtualMachine>) {
        guard var vm = virtualMachines[id], vm.question == nil else { return }
        virtualMachines[id] = nil
        let before = vm
        if now > vm.hardwareClock, vm.hardware.power == .on {
            vm.hardware.advance(to: now)
            vm.hardwareClock = now
        }
        keepBooks(of: &vm, since: before)
        virtualMachines[id] = vm
    }

    /// Waits for the next timer of a guest that has something to write, once for each.
    mutating func watchGuest(_ id: Moref<VirtualMachine>) {
        guard let vm = virtualMachines[id], vm.power.state == .poweredOn, vm.question == nil,
            let next = vm.hardware.nextTimer
        else { return }
        let due = max(next, vm.hardwareClock)
        guard due > now, vm.watchedUntil.map({ due < $0 || $0 <= now }) ?? true else { return }
        virtualMachines[id]?.watchedUntil = due
        agenda.enter(.guestWrites(id, due: due), at: due)
    }

    mutating func guestWrites(_ id: Moref<VirtualMachine>, due: Instant) {
        guard virtualMachines[id]?.watchedUntil == due else { return }
        virtualMachines[id]?.watchedUntil = nil
        settle(id)
        watchGuest(id)
    }

    /// Stores what a machine wrote since `before`; when that does not fit, the machine stands still there.
    ///
    /// Rule: VMW-131.
    mutating func keepBooks(of vm: inout VirtualMachine, since before: VirtualMachine) {
        let booked = store
        for disk in vm.config.disks where !disk.mode.forgetsAtPowerOff {
            guard let role = disk.role, let content = vm.hardware.disk(role) else { continue }
            store.write(content, to: disk.path)
        }
        guard store.isOverfull(vm.home.datastore), vm.power.state == .poweredOn else { return }
        store = booked
        vm.hardware = before.hardware
        vm.hardwareClock = before.hardwareClock
        pose(
            "msg.hbacommon.outofspace: There is no more space for virtual disk '\(vm.home.stem).vmdk'.",
            choices: ["Retry", "Cancel"], to: &vm)
    }

    /// Gives the hardware the contents that stand in a disk's file.
    mutating func mount(_ disk: VirtualDisk, in id: Moref<VirtualMachine>) throws(MethodFault) {
        guard let role = disk.role else { return }
        guard let content = store.content(of: disk.path) else {  // Rule: VMW-072.
            throw MethodFault(.fileNotFound(file: disk.path.description), rule: "VMW-080")
        }
        try change(id) { vm in
            if vm.hardware.disk(role) == nil {
                vm.hardware.attach(content, as: role)
            } else {
                vm.hardware.replaceDisk(role, with: content)
            }
        }
    }
}

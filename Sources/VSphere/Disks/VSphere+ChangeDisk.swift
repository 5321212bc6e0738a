import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension VSphere {
    /// Lets a disk grow.
    mutating func resizeDisk(
        _ key: Int, to size: ByteCount, in id: Moref<VirtualMachine>
    ) throws(MethodFault) {
        let index = try self.index(of: key, in: id)
        let vm = try virtualMachine(id)
        let disk = vm.config.disks[index]
        guard size >= disk.capacity else {
            throw MethodFault(.invalidDeviceSpec(device: key, why: "A disk never shrinks."), rule: "VMW-112")
        }
        let hasParent = store[disk.path]?.disk?.parent != nil
        if hasParent, vm.power.state != .poweredOff {
            let why = "Hot-extend is supported only for flat disks without snapshots."
            throw MethodFault(.genericVMConfigFault(why: why), rule: "VMW-111")
        }
        if hasParent {
            throw MethodFault(
                .invalidDeviceOperation(device: 0, why: "Disks with parents cannot be expanded."), rule: "VMW-110")
        }
        let growth = ByteCount(size.bytes - disk.capacity.bytes)
        if store[disk.path]?.disk?.format == .thick { try store.demand(growth, for: disk.path) }
        store.grow(disk.path, to: size)
        try change(id) { vm in
            vm.config.disks[index].capacity = size
            guard let role = disk.role, var content = vm.hardware.detach(role) else { return }
            content.grow(to: size)
            vm.hardware.attach(content, as: role)
        }
    }

    /// Changes how a disk takes part in snapshots.
    mutating func setMode(
        of key: Int, to mode: DiskMode, in id: Moref<VirtualMachine>
    ) throws(MethodFault) {
        let index = try self.index(of: key, in: id)
        let vm = try virtualMachine(id)
        let changesIndependence = vm.config.disks[index].mode.isIndependent != mode.isIndependent
        if changesIndependence, !vm.tree.isEmpty, !settings.inferred.modeChangesWithSnapshots {
            throw MethodFault(
                .invalidDeviceSpec(device: key, why: "The mode cannot change while there are snapshots."),
                rule: "VMW-115")
        }
        guard vm.power.state == .poweredOff else {
            throw MethodFault(.invalidPowerState(requested: .poweredOff, existing: vm.power.state))
        }
        try change(id) { vm in vm.config.disks[index].mode = mode }
    }
}

import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension VSphere {
    /// Takes a disk out.
    ///
    /// Files that a snapshot needs stay, whatever was asked for. Rule: VMW-114.
    mutating func removeDisk(
        _ key: Int, destroyFile: Bool, from id: Moref<VirtualMachine>
    ) throws(MethodFault) {
        let index = try self.index(of: key, in: id)
        let disk = try virtualMachine(id).config.disks[index]
        let isReferenced = store[disk.path]?.disk?.parent != nil
        if isReferenced, !settings.inferred.referencedDiskCanBeRemoved {
            throw MethodFault(
                .invalidDeviceOperation(device: key, why: "A snapshot refers to the disk."), rule: "VMW-114")
        }
        try change(id) { vm in
            if let role = disk.role { _ = vm.hardware.detach(role) }
            vm.config.disks.remove(at: index)
            if !destroyFile { vm.detached.append(disk.path) }
        }
        let heads = try virtualMachine(id).snapshotHeads
        if destroyFile, store[disk.path]?.disk?.children.isEmpty == true, !heads.contains(disk.path) {
            store.delete(disk.path)  // Rule: VMW-113.
        }
    }
}

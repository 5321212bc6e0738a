import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension VSphere {
    /// Writes the file of a new disk in the machine's directory and names it for a configuration.
    mutating func makeDisk(
        _ content: Disk, thin: Bool, role: DiskRole?, mode: DiskMode, in id: Moref<VirtualMachine>
    ) throws(MethodFault) -> VirtualDisk {
        let vm = try virtualMachine(id)
        var path = vm.file(".vmdk")
        var number = 0
        while store[path] != nil {
            number += 1
            path = vm.file("_\(number).vmdk")
        }
        let link = DiskLink(format: thin ? .thin : .thick, content: content)
        try store.create(path, StoredFile(.diskExtent, size: link.size(above: nil), disk: link))
        return VirtualDisk(
            key: vm.config.nextDiskKey, role: role, capacity: content.size, mode: mode, backing: .flat, path: path)
    }

    /// Puts a disk into the configuration and, where the guest knows it, into the hardware.
    mutating func install(_ disk: VirtualDisk, in id: Moref<VirtualMachine>) throws(MethodFault) {
        if let role = disk.role, try virtualMachine(id).hardware.disk(role) != nil {
            throw MethodFault(
                .invalidDeviceSpec(device: disk.key, why: "The machine has a \(role.rawValue) disk already."))
        }
        try mount(disk, in: id)
        try change(id) { vm in vm.config.disks.append(disk) }
    }
}

extension Configuration {
    /// The key of the next disk.
    var nextDiskKey: Int { (disks.map(\.key).max() ?? 1999) + 1 }
}

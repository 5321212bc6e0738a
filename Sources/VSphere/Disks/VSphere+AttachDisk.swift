import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension VSphere {
    /// Takes an existing disk file into a machine.
    mutating func attachDisk(
        _ path: FilePath, role: DiskRole?, mode: DiskMode, to id: Moref<VirtualMachine>
    ) throws(MethodFault) {
        let vm = try virtualMachine(id)
        guard let link = store[path]?.disk else { throw MethodFault(.fileNotFound(file: path.description)) }
        guard link.children.isEmpty else { throw MethodFault(.fileLocked(file: path.description)) }
        let disk = VirtualDisk(
            key: vm.config.nextDiskKey, role: role, capacity: link.content.size, mode: mode, backing: .flat, path: path)
        try change(id) { vm in vm.detached.removeAll { $0 == path } }
        try install(disk, in: id)
    }
}

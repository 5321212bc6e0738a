import HashTreeCollections
package import Hypervisor
import LabCore
package import SimulatedMachine

extension VSphere {
    /// Makes a machine that is off, with freshly installed disks.
    ///
    /// `CreateVM_Task`, but done at once.
    package mutating func createVM(
        _ spec: MachineSpec, contents: [DiskRole: Disk], on datastore: String = "datastore1", thin: Bool = true
    ) throws(MethodFault) -> Moref<VirtualMachine> {
        try call("CreateVM_Task", on: spec.name, needs: .register) { (plane) throws(MethodFault) in
            let id = try plane.addMachine(spec, named: spec.name, on: datastore, host: nil)
            for disk in spec.disks {
                let content = contents[disk.role] ?? Disk(size: disk.size)
                let made = try plane.makeDisk(content, thin: thin, role: disk.role, mode: .persistent, in: id)
                try plane.install(made, in: id)
            }
            try plane.addNIC(network: "VM Network", address: nil, to: id)
            return id
        }
    }

    /// Enters a machine without devices, with its directory and its small files.
    mutating func addMachine(
        _ spec: MachineSpec, named name: String, on datastore: String, host: Moref<HostSystem>?
    ) throws(MethodFault) -> Moref<VirtualMachine> {
        guard virtualMachines.count(.named(name)) == 0 else {
            throw MethodFault(.duplicateName(name: name))
        }
        guard let host = host ?? hosts.keys.min() else { throw MethodFault(.invalidHostState(host: "")) }
        let id = newMachineMoref()
        var directory = name
        while !store.paths(in: directory, on: datastore).isEmpty { directory += "_1" }
        let home = FilePath(datastore, directory, name + ".vmx")
        let config = Configuration(
            name: name, uuid: world.names.uuid(),
            instanceUUID: settings.endpoint == .esxi ? nil : world.names.uuid(),  // Rule: VMW-150.
            changeVersion: newChangeVersion(), modified: now, memory: spec.memory)
        let vm = VirtualMachine(
            id: id, name: name, home: home, spec: spec, host: host, config: config,
            hardware: SimulatedMachine(spec: spec, seed: world.dice.next()), generationID: world.names.uuid(),
            hardwareClock: now)
        try store.create(home, StoredFile(.config, size: .kibibytes(4)))
        try store.create(vm.file(".nvram"), StoredFile(.nvram, size: .kibibytes(264)))
        try store.create(vm.file(".vmsd"), StoredFile(.snapshotList, size: .zero))
        try store.create(vm.logPath, StoredFile(.log, size: .kibibytes(64)))
        virtualMachines[id] = vm
        return id
    }
}

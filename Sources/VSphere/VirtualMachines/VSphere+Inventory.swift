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
        guard !virtualMachines.values.contains(where: { $0.name == name }) else {
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

    /// Deletes a machine with all its snapshots and files.
    ///
    /// `Destroy_Task`.
    package mutating func destroy(_ vm: Moref<VirtualMachine>) throws(MethodFault) -> Moref<TaskInfo> {
        try submit(.destroy, to: vm)
    }

    func beginDestroy(_ id: Moref<VirtualMachine>) throws(MethodFault) -> Duration {
        let vm = try virtualMachine(id)
        guard vm.power.state == .poweredOff else {
            throw MethodFault(.invalidPowerState(requested: .poweredOff, existing: vm.power.state), rule: "VMW-142")
        }
        return settings.timings.reconfigure
    }

    mutating func finishDestroy(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        let vm = try virtualMachine(id)
        forget(vm)
        for path in store.paths(in: vm.home.directory, on: vm.home.datastore).reversed() where !isShared(path, of: vm) {
            store.delete(path)
        }
    }

    /// Whether a linked clone stands on a file.
    ///
    /// Rule: VMW-139.
    private func isShared(_ path: FilePath, of vm: VirtualMachine) -> Bool {
        guard settings.destroyKeepsSharedFiles, let children = store[path]?.disk?.children else { return false }
        return children.contains { $0.directory != vm.home.directory || isShared($0, of: vm) }
    }

    /// Takes a machine out of the inventory and leaves its files.
    ///
    /// `UnregisterVM`.
    package mutating func unregisterVM(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        try call("UnregisterVM", on: id, needs: .unregister) { (plane) throws(MethodFault) in
            let vm = try plane.virtualMachine(id)
            if let task = vm.activeTask { throw MethodFault(.taskInProgress(task: task), rule: "VMW-007") }
            guard vm.power.state == .poweredOff else {
                throw MethodFault(.invalidPowerState(requested: .poweredOff, existing: vm.power.state))
            }
            plane.forget(vm)
            plane.unregistered[vm.home.description] = vm
        }
    }

    /// Takes a machine whose files are there into the inventory.
    ///
    /// `RegisterVM_Task`, but done at once. Rule: VMW-143.
    package mutating func registerVM(at home: FilePath) throws(MethodFault) -> Moref<VirtualMachine> {
        try call("RegisterVM_Task", on: home, needs: .register) { (plane) throws(MethodFault) in
            guard var vm = plane.unregistered[home.description], plane.store[home] != nil else {
                throw MethodFault(.fileNotFound(file: home.description))
            }
            plane.unregistered[home.description] = nil
            vm.id = plane.newMachineMoref()
            if plane.settings.registerReadsSnapshots {
                plane.renew(&vm)
            } else {
                vm.tree = SnapshotTree()
                vm.snapshots = [:]
            }
            plane.virtualMachines[vm.id] = vm
            return vm.id
        }
    }

    /// Gives the snapshots of a machine that is registered again their new references; numbers and names stay.
    private mutating func renew(_ vm: inout VirtualMachine) {
        var names: [Moref<VirtualMachineSnapshot>: Moref<VirtualMachineSnapshot>] = [:]
        for old in vm.tree.inOrder {
            let new = newSnapshotMoref(of: vm.id, number: vm.tree.nodes[old]?.number ?? 0)
            names[old] = new
            guard var snapshot = vm.snapshots[old] else { continue }
            snapshot.id = new
            snapshot.virtualMachine = vm.id
            vm.snapshots[old] = nil
            vm.snapshots[new] = snapshot
            owners[new] = vm.id
        }
        vm.tree.rename { names[$0] ?? $0 }
    }

    private mutating func forget(_ vm: VirtualMachine) {
        for id in vm.tree.inOrder { owners[id] = nil }
        virtualMachines[vm.id] = nil
    }

    /// Makes a template of a machine.
    ///
    /// `MarkAsTemplate`.
    package mutating func markAsTemplate(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        try call("MarkAsTemplate", on: id, needs: .markAsTemplate) { (plane) throws(MethodFault) in
            let vm = try plane.virtualMachine(id)
            guard vm.power.state == .poweredOff else {
                throw MethodFault(.invalidPowerState(requested: .poweredOff, existing: vm.power.state))
            }
            try plane.change(id) { vm in vm.isTemplate = true }
        }
    }

    /// Deletes a file that no machine uses.
    ///
    /// `DeleteDatastoreFile_Task`, but done at once.
    package mutating func deleteDatastoreFile(_ path: FilePath) throws(MethodFault) {
        try call("DeleteDatastoreFile_Task", on: path, needs: .fileManagement) { (plane) throws(MethodFault) in
            guard let file = plane.store[path] else { throw MethodFault(.fileNotFound(file: path.description)) }
            guard file.lockedBy == nil, file.disk?.children.isEmpty ?? true else {
                throw MethodFault(.fileLocked(file: path.description))
            }
            plane.store.delete(path)
        }
    }
}

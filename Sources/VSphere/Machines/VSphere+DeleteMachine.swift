import HashTreeCollections
import LabCore
import SimulatedMachine

extension VSphere {
    /// Deletes a machine with all its snapshots and files.
    ///
    /// `Destroy_Task`.
    package mutating func destroy(_ vm: Moref<VirtualMachine>) throws(MethodFault) -> Moref<TaskInfo> {
        try submit(.destroy, to: vm)
    }

    func beginDestroy(_ id: Moref<VirtualMachine>) throws(MethodFault) -> Duration {
        let vm = try virtualMachine(id)
        guard vm.power.state == .poweredOff else {
            throw MethodFault(
                .invalidPowerState(requested: .poweredOff, existing: vm.power.state), rule: "VMW-142")
        }
        return settings.timings.reconfigure
    }

    mutating func finishDestroy(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        let vm = try virtualMachine(id)
        forget(vm)
        for snapshot in vm.snapshots.values {
            for path in [snapshot.dataFile, snapshot.memoryFile].compactMap(\.self) { store.delete(path) }
        }
        for path in store.paths(in: vm.home.directory, on: vm.home.datastore).reversed()
        where !isShared(path, of: vm) {
            store.delete(path)
        }
    }

    /// Whether a linked clone stands on a file.
    ///
    /// Rule: VMW-139.
    private func isShared(_ path: FilePath, of vm: VirtualMachine) -> Bool {
        guard settings.inferred.destroyKeepsSharedFiles, let children = store[path]?.disk?.children
        else {
            return false
        }
        return children.contains { $0.directory != vm.home.directory || isShared($0, of: vm) }
    }

    /// Takes a machine and its snapshots out of the books.
    mutating func forget(_ vm: VirtualMachine) {
        for id in vm.tree.inOrder { owners[id] = nil }
        virtualMachines[vm.id] = nil
    }
}

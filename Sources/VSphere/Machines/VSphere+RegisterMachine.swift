import HashTreeCollections
import LabCore
import SimulatedMachine

extension VSphere {
    /// Takes a machine out of the inventory and leaves its files.
    ///
    /// `UnregisterVM`.
    package mutating func unregisterVM(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        try call("UnregisterVM", on: id, needs: .unregister) { (plane) throws(MethodFault) in
            let vm = try plane.virtualMachine(id)
            if let task = vm.activeTask {
                throw MethodFault(.taskInProgress(task: task), rule: "VMW-007")
            }
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
            if plane.settings.inferred.registerReadsSnapshots {
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
}

import HashTreeCollections
import LabCore
import SimulatedMachine

extension VSphere {
    /// A machine by its reference.
    ///
    /// - Throws: `ManagedObjectNotFound`.
    package func virtualMachine(_ id: Moref<VirtualMachine>) throws(MethodFault) -> VirtualMachine {
        guard let vm = virtualMachines[id] else { throw unknown(id.value) }
        return vm
    }

    /// A snapshot by its reference, with its machine.
    ///
    /// - Throws: `ManagedObjectNotFound`.
    package func snapshot(
        _ id: Moref<VirtualMachineSnapshot>
    ) throws(MethodFault) -> (snapshot: VirtualMachineSnapshot, vm: VirtualMachine) {
        guard let owner = owners[id], let vm = virtualMachines[owner], let snapshot = vm.snapshots[id]
        else {
            throw unknown(id.value)
        }
        return (snapshot, vm)
    }

    /// The machine that a snapshot is of, for verbs on snapshots; a snapshot that is gone is unknown.
    ///
    /// Rule: VMW-006.
    func machine(of id: Moref<VirtualMachineSnapshot>) throws(MethodFault) -> Moref<VirtualMachine> {
        try snapshot(id).vm.id
    }

    /// A task by its reference.
    ///
    /// - Throws: `ManagedObjectNotFound` for one that was forgotten.
    package func task(_ id: Moref<TaskInfo>) throws(MethodFault) -> TaskInfo {
        guard let task = tasks[id] else { throw unknown(id.value) }
        return task
    }

    /// A host by its reference, or `fallback`.
    func host(_ id: Moref<HostSystem>?, or fallback: Moref<HostSystem>) throws(MethodFault)
        -> HostSystem
    {
        guard let host = hosts[id ?? fallback] else { throw unknown((id ?? fallback).value) }
        return host
    }

    /// Changes a machine in its place in the table.
    mutating func change<Answer>(
        _ id: Moref<VirtualMachine>, _ change: (inout VirtualMachine) throws(MethodFault) -> Answer
    ) throws(MethodFault) -> Answer {
        guard let answer = try virtualMachines.change(id, change) else { throw unknown(id.value) }
        return answer
    }

    func unknown(_ object: String) -> MethodFault {
        MethodFault(.managedObjectNotFound(object: object), rule: "VMW-006")
    }
}

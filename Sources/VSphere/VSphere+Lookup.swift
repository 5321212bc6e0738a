import HashTreeCollections
import LabCore

extension VSphere {
    /// A machine by its reference.
    ///
    /// - Throws: `ManagedObjectNotFound`.
    package func virtualMachine(_ id: Moref<VirtualMachine>) throws(MethodFault) -> VirtualMachine {
        guard let vm = virtualMachines[id] else { throw notFound(id.value) }
        return vm
    }

    /// A snapshot by its reference, with its machine.
    ///
    /// - Throws: `ManagedObjectNotFound`.
    package func snapshot(
        _ id: Moref<VirtualMachineSnapshot>
    ) throws(MethodFault) -> (snapshot: VirtualMachineSnapshot, vm: VirtualMachine) {
        guard let owner = owners[id], let vm = virtualMachines[owner], let snapshot = vm.snapshots[id] else {
            throw notFound(id.value)
        }
        return (snapshot, vm)
    }

    /// A task by its reference.
    ///
    /// - Throws: `ManagedObjectNotFound` for one that was forgotten.
    package func task(_ id: Moref<TaskInfo>) throws(MethodFault) -> TaskInfo {
        guard let task = tasks[id] else { throw notFound(id.value) }
        return task
    }

    /// A host by its reference, or `fallback`.
    func host(_ id: Moref<HostSystem>?, or fallback: Moref<HostSystem>) throws(MethodFault) -> HostSystem {
        guard let host = hosts[id ?? fallback] else { throw notFound((id ?? fallback).value) }
        return host
    }

    /// Changes a machine in its place in the table.
    mutating func change<Answer>(
        _ id: Moref<VirtualMachine>, _ change: (inout VirtualMachine) throws(MethodFault) -> Answer
    ) throws(MethodFault) -> Answer {
        guard var vm = virtualMachines[id] else { throw notFound(id.value) }
        virtualMachines[id] = nil
        do throws(MethodFault) {
            let answer = try change(&vm)
            virtualMachines[id] = vm
            return answer
        } catch {
            virtualMachines[id] = vm
            throw error
        }
    }

    func notFound(_ object: String) -> MethodFault {
        MethodFault(.managedObjectNotFound(object: object), rule: "VMW-006")
    }
}

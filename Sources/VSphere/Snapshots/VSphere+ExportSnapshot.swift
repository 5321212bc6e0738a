import HashTreeCollections
import LabCore

extension VSphere {
    /// Opens a lease through which a snapshot's disks are read; the task runs until the lease ends.
    ///
    /// `ExportSnapshot`.
    package mutating func exportSnapshot(
        _ id: Moref<VirtualMachineSnapshot>
    ) throws(MethodFault) -> Moref<TaskInfo> {
        try submit(.exportSnapshot(id), to: try machine(of: id))  // Rule: VMW-147.
    }

    /// Ends the lease of an export.
    ///
    /// `HttpNfcLeaseComplete`.
    package mutating func completeLease(_ task: Moref<TaskInfo>) throws(MethodFault) {
        try call("HttpNfcLeaseComplete", on: task, needs: .export) { (plane) throws(MethodFault) in
            guard case .exportSnapshot = try plane.task(task).operation else { throw plane.unknown(task.value) }
            plane.complete(task)
        }
    }
}

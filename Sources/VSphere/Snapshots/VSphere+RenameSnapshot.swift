import HashTreeCollections
import LabCore

extension VSphere {
    /// Changes a snapshot's name or description; not a task.
    ///
    /// `RenameSnapshot`.
    package mutating func renameSnapshot(
        _ id: Moref<VirtualMachineSnapshot>, name: String?, text: String?
    ) throws(MethodFault) {
        try call("RenameSnapshot", on: id, needs: .renameSnapshot) { (plane) throws(MethodFault) in
            let vm = try plane.snapshot(id).vm
            if let task = vm.activeTask { throw MethodFault(.taskInProgress(task: task), rule: "VMW-008") }
            if name == nil, text == nil, plane.settings.inferred.emptyRenameIsRefused {
                throw MethodFault(.invalidArgument(property: "name"), rule: "VMW-104")
            }
            if let name { try SnapshotSpec(name: name, memory: false, quiesce: false).checkName() }
            try plane.change(vm.id) { vm in
                if let name { vm.snapshots[id]?.name = name }
                if let text { vm.snapshots[id]?.text = text }
            }
        }
    }
}

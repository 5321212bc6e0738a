import HashTreeCollections
import Hypervisor
import LabCore

extension HyperV {
    /// Makes a new machine from the checkpoint and lets the old one stand by, switched off.
    mutating func exportAndImport(
        _ checkpoint: Boxed<Checkpoint>, of vm: Boxed<VirtualMachine>
    ) throws(Refusal) -> RevertReport {
        let number = world.names.number("restored machine")
        let folder = FilePath("\(settings.machineFolder)\\Exports", "\(vm.config.name)-\(number)")
        let name = "\(vm.config.name)-restored-\(number)"
        try run("Export-VMSnapshot", on: vm.id) { plane throws(HyperVFault) in
            try plane.exportVMSnapshot(checkpoint.id, path: folder)
        }
        var made: VirtualMachine.ID?
        var notes: [Note] = []
        do throws(Refusal) {
            let new = try importAgain(folder, named: name)
            made = new
            if machines[vm.id]?.state != .off {
                try run("Stop-VM", on: vm.id) { plane throws(HyperVFault) in try plane.turnOffVM(vm.id).job }
            }
        } catch {
            takeBack(made, and: folder)
            throw error
        }
        do throws(Refusal) {
            try native { plane throws(HyperVFault) in try plane.removeExport(folder) }
        } catch {
            notes.append(Note("The exported files in \(folder) could not be deleted: \(error.message)"))
        }
        guard let made, let state = machines[made]?.state else {
            throw Refusal(.unknown, code: "NoReply", message: "The import named no machine.", verb: "Import-VM")
        }
        notes += [
            Note("\(made) is a copy of the checkpoint with a GUID and addresses of its own.", rule: "HV-163"),
            Note("The old machine \(vm.id) is off and keeps its checkpoints.", rule: "HV-160"),
        ]
        return RevertReport(
            machine: MachineID(rawValue: made.rawValue), method: RevertMethod.newMachine.rawValue,
            leftRunning: state == .running, notes: notes)
    }

    /// Imports a folder under a new GUID; when the answer is lost, the new machine is found by its name.
    private mutating func importAgain(_ folder: FilePath, named name: String) throws(Refusal) -> VirtualMachine.ID {
        var made: VirtualMachine.ID?
        try native { plane throws(HyperVFault) in
            made = try plane.importVM(folder, generateNewID: true, name: name)
        }
        guard let found = made ?? machines.values.first(where: { $0.config.name == name })?.id else {
            throw Refusal(.unknown, code: "NoReply", message: "The import named no machine.", verb: "Import-VM")
        }
        return found
    }

    /// Takes a new machine and the exported files away again.
    private mutating func takeBack(_ made: VirtualMachine.ID?, and folder: FilePath) {
        // The first error is the one to report; what cannot be taken away shows among the leftovers.
        if let made, let files = machines[made]?.configBox.drives.files {
            leaveOff(made)
            try? native { plane throws(HyperVFault) in try plane.removeVM(made) }
            for path in files { try? native { plane throws(HyperVFault) in try plane.removeItem(path) } }
        }
        // As above.
        try? native { plane throws(HyperVFault) in try plane.removeExport(folder) }
    }
}

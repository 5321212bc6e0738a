import HashTreeCollections
import Hypervisor
import LabCore

extension HyperV {
    /// Calls Restore-VMSnapshot; a machine that it left off although nothing was applied is started again.
    mutating func restore(
        _ checkpoint: Boxed<Checkpoint>, of vm: Boxed<VirtualMachine>, method: RevertMethod = .restore,
        notes: [Note] = []
    ) throws(Refusal) -> RevertReport {
        do throws(Refusal) {
            try run("Restore-VMSnapshot", on: vm.id) { plane throws(HyperVFault) in
                try plane.restoreVMSnapshot(checkpoint.id, confirm: .given)
            }
        } catch {
            let isStranded = vm.state == .running && machines[vm.id]?.state == .off
            // The first error is the one to report; that the machine is off shows in its facts.
            if isStranded, machines[vm.id]?.lastApplied == vm.lastApplied { try? start(vm.id) }
            throw error
        }
        awaitGuest(vm.id)
        var notes = notes
        restoreType(of: vm, notes: &notes)
        let state = machines[vm.id]?.state ?? .off
        notes += self.notes(onApplying: checkpoint, ending: state)
        return RevertReport(
            machine: MachineID(rawValue: vm.id.rawValue), method: method.rawValue, leftRunning: state == .running,
            notes: notes)
    }

    /// The checkpoint type is one of the settings that a checkpoint brings back, so it is set again.
    private mutating func restoreType(of vm: Boxed<VirtualMachine>, notes: inout [Note]) {
        guard machines[vm.id]?.wrappedValue.config.checkpointType != vm.config.checkpointType else { return }
        do throws(Refusal) { try setType(vm.config.checkpointType, of: vm.id) } catch {
            notes.append(
                Note("The checkpoint type is the one of the checkpoint now: \(error.message)", rule: "HV-068"))
        }
    }

    private func notes(onApplying checkpoint: Boxed<Checkpoint>, ending state: PowerState) -> [Note] {
        var notes: [Note] = []
        switch state {
        case .running:
            notes.append(Note("The machine goes on from the checkpoint's memory.", rule: "HV-063"))
            notes.append(Note("The guest's clock starts at the checkpoint's time.", rule: "HV-076"))
        case .saved:
            notes.append(Note("The checkpoint holds memory and the machine did not run: it is saved.", rule: "HV-062"))
        default: notes.append(Note("The checkpoint holds no memory, so the machine is off now.", rule: "HV-061"))
        }
        notes.append(Note("What was written since the checkpoint is gone for good.", rule: "HV-066"))
        return notes
    }

    /// Keeps the failed state as a checkpoint of its own, and then restores.
    ///
    /// Rule: HV-066.
    mutating func checkpointAndRestore(
        _ checkpoint: Boxed<Checkpoint>, of vm: Boxed<VirtualMachine>
    ) throws(Refusal) -> RevertReport {
        let request = CheckpointRequest(name: "failed-\(checkpoint.name)")
        let job = try run("Checkpoint-VM", on: vm.id) { plane throws(HyperVFault) in
            try plane.checkpointVM(vm.id, request)
        }
        let note = Note("The state before the revert is kept as the checkpoint 'failed-\(checkpoint.name)'.")
        do throws(Refusal) {
            return try restore(checkpoint, of: vm, method: .checkpointAndRestore, notes: [note])
        } catch {
            if case .checkpoint(let kept)? = job?.affected {
                // The first error is the one to report; a checkpoint that stays shows in the list.
                _ = try? run("Remove-VMSnapshot", on: vm.id) { plane throws(HyperVFault) in
                    try plane.removeVMSnapshot(kept)
                }
                awaitMerges(of: vm.id)
            }
            throw error
        }
    }
}

import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension HyperV {
    /// Removes one checkpoint, or one and everything under it; the merges that this leaves go on afterwards.
    ///
    /// `Remove-VMSnapshot`. Rule: HV-057.
    package mutating func removeVMSnapshot(
        _ target: Checkpoint.ID, includeAllChildSnapshots: Bool = false
    ) throws(HyperVFault) -> Job.ID {
        try call("Remove-VMSnapshot", on: target.rawValue, answer: { $0.rawValue }, checksFirst: true) {
            (plane) throws(HyperVFault) in
            let checkpoint = try plane.checkpoint(target)
            let tree = try plane.machine(checkpoint.machine).tree
            let targets = includeAllChildSnapshots ? tree.subtree(of: target) : [target]
            return try plane.beginRemoval(of: targets, from: checkpoint.machine)
        }
    }

    /// Removes the checkpoints of a machine that have a name, or all of them.
    ///
    /// Nobody asks whether all of them are meant. Rules: HV-090 and HV-091.
    package mutating func removeVMSnapshots(
        of id: VirtualMachine.ID, named name: String? = nil
    ) throws(HyperVFault) -> Job.ID? {
        try call("Remove-VMSnapshot", on: id.rawValue, answer: { $0?.rawValue ?? "nothing" }, checksFirst: true) {
            (plane) throws(HyperVFault) in
            let targets = try plane.vmSnapshots(of: id, named: name)
                .sorted { ($0.created, $0.id) < ($1.created, $1.id) }.map(\.id)  // A list promises no order.
            guard !targets.isEmpty else { return nil }
            return try plane.beginRemoval(of: targets, from: id)
        }
    }

    /// Removes one checkpoint through WMI, whose reference warns of more.
    ///
    /// `Msvm_VirtualSystemSnapshotService.DestroySnapshot`. Rule: HV-093.
    package mutating func destroySnapshot(
        _ target: Checkpoint.ID
    ) throws(HyperVFault) -> (returnValue: Int, job: Job.ID) {
        let takesChildren = !settings.inferred.destroyKeepsChildren
        return (4096, try removeVMSnapshot(target, includeAllChildSnapshots: takesChildren))
    }

    mutating func beginRemoval(
        of targets: [Checkpoint.ID], from id: VirtualMachine.ID
    ) throws(HyperVFault) -> Job.ID {
        settle(id)
        try validateRemoval(from: machine(id))
        return begin(.removeCheckpoints(targets), on: id, phases: [settings.timings.delete])
    }

    /// Refuses to remove what somebody else works on, before anything is touched.
    private func validateRemoval(from machine: Boxed<VirtualMachine>) throws(HyperVFault) {
        if let job = machine.job.flatMap({ jobs[$0] }) {
            switch job.operation {
            case .createCheckpoint, .applyCheckpoint:
                if settings.inferred.operationsRefuseRemoval { throw .state("HV-106") }
            default: throw .busy(machine)
            }
        }
        if machine.state.isTransitional { throw .state("HV-106") }
    }

    // MARK: The end of the job

    /// Takes the settings away, and leaves the layers to be merged; what runs is not touched.
    ///
    /// Rule: HV-094.
    mutating func finishRemoval(of targets: [Checkpoint.ID], from id: VirtualMachine.ID) {
        settle(id)
        var layers: [FilePath] = []
        for target in targets {
            guard let checkpoint = checkpoints[target] else { continue }
            eraseState(checkpoint.stateFile)
            machines[id]?.change { machine in
                machine.tree.remove(target)
                if machine.lastApplied == target { machine.lastApplied = nil }
            }
            checkpoints[target] = nil
            for path in checkpoint.configBox.drives.files where files[path]?.checkpoint == target {
                files[path]?.checkpoint = nil
                layers.append(path)
            }
            note(id.rawValue, "checkpoint '\(checkpoint.name)' is gone")
        }
        // The newest first, so that what nobody stands on goes before it is looked at from below.
        for path in layers.reversed() { settleLayer(path, of: id) }
        pumpMerges()
    }
}

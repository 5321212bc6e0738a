import HashTreeCollections
public import Hypervisor
import LabCore
import SimulatedMachine

extension HyperV {
    /// The snapshots of a machine, oldest first.
    public func snapshots(of machine: MachineID) throws(Refusal) -> [Hypervisor.Snapshot] {
        let vm = try labMachine(machine)
        return vm.tree.inOrder.compactMap { checkpoints[$0] }
            .sorted { ($0.created, $0.id) < ($1.created, $1.id) }
            .map { describe($0, of: vm, notes: []) }
    }

    /// A checkpoint in the words that all platforms share.
    func describe(_ checkpoint: Boxed<Checkpoint>, of vm: Boxed<VirtualMachine>, notes: [Note]) -> Hypervisor.Snapshot {
        let method: TakingMethod =
            switch checkpoint.consistency {
            case .memory: .standard
            case .application, .fileSystem: .production
            case .crash: .disksOnly
            case .off: .off
            }
        var stored = checkpoint.stateFile.flatMap { stateFiles[$0] } ?? .zero
        for path in checkpoint.configBox.drives.files {
            for child in files[path]?.children ?? [] { stored += files[child]?.fileSize ?? .zero }
        }
        return Hypervisor.Snapshot(
            id: Hypervisor.Snapshot.ID(rawValue: checkpoint.id.rawValue), name: checkpoint.name,
            machine: MachineID(rawValue: vm.id.rawValue), instant: checkpoint.created,
            disks: checkpoint.config.drives.filter { $0.path != nil }.compactMap(\.role).sorted(),
            holdsMemory: checkpoint.memory != nil, isQuiesced: method == .production,
            state: checkpoint.type == .missing ? .failed : .ready, method: method.rawValue, storedBytes: stored,
            notes: notes)
    }

    /// A checkpoint of a machine by the name that the lab has for it.
    func labCheckpoint(
        _ id: Hypervisor.Snapshot.ID, of vm: Boxed<VirtualMachine>, for cmdlet: String
    ) throws(Refusal) -> Boxed<Checkpoint> {
        do throws(HyperVFault) {
            guard let guid = Checkpoint.ID(rawValue: id.rawValue) else { throw HyperVFault.noCheckpoint(id.rawValue) }
            let found = try checkpoint(guid)
            guard found.machine == vm.id else {
                throw HyperVFault(.objectNotFound, "'\(vm.config.name)' has no checkpoint with id \"\(id)\".")
            }
            return found
        } catch {
            var fault = error
            fault.verb = cmdlet
            throw Refusal(fault)
        }
    }

    /// Removes a checkpoint, and waits a while for the merge that this leaves behind.
    public mutating func deleteSnapshot(
        _ snapshot: Hypervisor.Snapshot.ID, of machine: MachineID
    ) throws(Refusal) {
        let vm = try labMachine(machine)
        awaitGuest(vm.id)
        let checkpoint = try labCheckpoint(snapshot, of: vm, for: "Remove-VMSnapshot")
        try run("Remove-VMSnapshot", on: vm.id) { plane throws(HyperVFault) in
            try plane.removeVMSnapshot(checkpoint.id)
        }
        awaitMerges(of: vm.id)
    }
}

import HashTreeCollections
public import Hypervisor
import LabCore

/// A native way to take a snapshot.
enum TakingMethod: String, ProviderMethod {
    static let purpose = "way of taking a snapshot"

    /// A standard checkpoint: with memory.
    case standard
    /// A production checkpoint, which turns into a standard one when the guest does not come to rest.
    case production
    /// A production checkpoint, or none.
    case productionOnly = "production-only"
    /// A standard checkpoint whose memory is thrown away.
    case disksOnly = "disks-only"
    /// A checkpoint of a machine that is off, which is the same whatever its type.
    case off

    /// The type that the machine has to be set to; nothing where any will do.
    var type: CheckpointType? {
        switch self {
        case .standard, .disksOnly: .standard
        case .production: .production
        case .productionOnly: .productionOnly
        case .off: nil
        }
    }
}

extension HyperV {
    /// Takes a snapshot and waits until it can be used.
    public mutating func takeSnapshot(
        _ request: SnapshotRequest, of machine: MachineID
    ) throws(Refusal) -> Hypervisor.Snapshot {
        let vm = try labMachine(machine)
        awaitGuest(vm.id)
        try check(request.scope, of: vm)
        var notes: [Note] = []
        let method = try choose(request, for: vm, notes: &notes)
        let type = method.type ?? (vm.config.checkpointType == .disabled ? .standard : nil)
        let made = try with(type, of: vm.id, notes: &notes) { plane throws(Refusal) in
            try plane.checkpoint(vm.id, named: request.name, dropsMemory: method == .disksOnly)
        }
        guard let checkpoint = checkpoints[made], let vm = machines[vm.id] else {
            throw Refusal(.unknown, code: "NoReply", message: "The checkpoint was made and is gone again.")
        }
        if method == .production, checkpoint.state == .saved {
            notes.append(
                Note(
                    "The guest did not come to rest, and Hyper-V took a standard checkpoint without a word.",
                    rule: "HV-009"))
        }
        if checkpoint.state == .off, vm.state == .running {
            notes.append(Note("A revert to it leaves the machine off.", rule: "HV-061"))
        }
        return describe(checkpoint, of: vm, notes: notes)
    }

    private func check(_ scope: SnapshotRequest.Scope, of vm: Boxed<VirtualMachine>) throws(Refusal) {
        let roles = vm.config.drives.compactMap(\.role)
        switch scope {
        case .machine: return
        case .disks(let wanted) where Set(wanted) == Set(roles): return
        case .disks: try Self.require(.diskSnapshot, code: "NotSupported")
        case .disksInSuccession: try Self.require(.successiveSnapshots, code: "NotSupported")
        }
    }

    /// The way that was asked for, or the one that fits what the snapshot is to hold.
    private func choose(
        _ request: SnapshotRequest, for vm: Boxed<VirtualMachine>, notes: inout [Note]
    ) throws(Refusal) -> TakingMethod {
        if let method = try TakingMethod.named(request.method, code: "UnknownMethod") {
            guard method != .off || vm.state == .off else {
                throw Refusal(
                    .unsupported, code: "UnknownMethod",
                    message: "The way '\(method.rawValue)' is for a machine that is off.")
            }
            return method
        }
        if vm.state == .off {
            if request.memory { notes.append(Note("The machine is off: there is no memory to keep.", rule: "HV-012")) }
            return .off
        }
        if request.memory {
            guard request.quiesce != .required else {
                throw Refusal(
                    .refused, code: "QuiesceNotPossible",
                    message: "A checkpoint with memory is a standard one, and the guest is not asked for it.",
                    rule: "HV-011")
            }
            return .standard
        }
        switch request.quiesce {
        case .required: return .productionOnly
        case .preferred: return .production
        case .off:
            notes.append(
                Note(
                    "Taken as a standard checkpoint, whose memory was thrown away: it boots as after a power cut.",
                    rule: "HV-074"))
            return .disksOnly
        }
    }

    /// Sets a machine to a type of checkpoint, does something, and sets it back.
    private mutating func with(
        _ type: CheckpointType?, of id: VirtualMachine.ID, notes: inout [Note],
        _ body: (inout HyperV) throws(Refusal) -> Checkpoint.ID
    ) throws(Refusal) -> Checkpoint.ID {
        guard let type, let before = machines[id]?.wrappedValue.config.checkpointType, before != type else {
            return try body(&self)
        }
        try setType(type, of: id)
        let made: Checkpoint.ID
        do throws(Refusal) { made = try body(&self) } catch {
            // The first error is the one to report; a type that cannot be set back shows in the machine's settings.
            try? setType(before, of: id)
            throw error
        }
        do throws(Refusal) { try setType(before, of: id) } catch {
            notes.append(
                Note("The machine's checkpoint type could not be set back: \(error.message)", rule: "HV-030"))
        }
        return made
    }

    mutating func setType(_ type: CheckpointType, of id: VirtualMachine.ID) throws(Refusal) {
        var change = VMChange()
        change.checkpointType = type
        try native { plane throws(HyperVFault) in try plane.setVM(id, change) }
    }

    /// Calls Checkpoint-VM, and throws the memory away where only disks were asked for.
    private mutating func checkpoint(
        _ id: VirtualMachine.ID, named name: String, dropsMemory: Bool
    ) throws(Refusal) -> Checkpoint.ID {
        let job = try run("Checkpoint-VM", on: id) { plane throws(HyperVFault) in
            try plane.checkpointVM(id, CheckpointRequest(name: name))
        }
        guard case .checkpoint(let made) = job?.affected else {
            throw Refusal(.unknown, code: "NoReply", message: "The job named no checkpoint.", verb: "Checkpoint-VM")
        }
        guard dropsMemory, checkpoints[made]?.memory != nil else { return made }
        do throws(Refusal) {
            try native { plane throws(HyperVFault) in
                if plane.checkpoints[made]?.memory != nil { try plane.removeVMSavedState(ofCheckpoint: made) }
            }
        } catch {
            // Without this the checkpoint would hold what was not asked for; the first error is the one to report.
            _ = try? run("Remove-VMSnapshot", on: id) { plane throws(HyperVFault) in try plane.removeVMSnapshot(made) }
            awaitMerges(of: id)
            throw error
        }
        return made
    }
}

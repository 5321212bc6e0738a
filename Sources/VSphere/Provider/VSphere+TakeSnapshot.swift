import HashTreeCollections
public import Hypervisor
import LabCore
import SimulatedMachine

/// A native way of taking a snapshot.
enum TakingMethod: String, ProviderMethod {
    static let purpose = "way of taking a snapshot"

    /// One snapshot of all dependent disks.
    case snapshot
    /// The same, with the root disk made independent before, so that it stays out.
    ///
    /// Rule: VMW-073.
    case independentRoot = "independent-root"
}

extension VSphere {
    /// Takes a snapshot and waits until it can be used.
    public mutating func takeSnapshot(
        _ request: SnapshotRequest, of machine: MachineID
    ) throws(Refusal) -> Hypervisor.Snapshot {
        let vm = try labMachine(machine)
        let roles = vm.config.disks.compactMap(\.role)
        switch request.scope {
        case .machine: return try takeOfMachine(request, of: vm)
        case .disks(let wanted) where Set(wanted) == Set(roles):
            return try takeOfMachine(request, of: vm)
        case .disks(let wanted) where wanted == [.data] && roles.contains(.data):
            return try takeOfDataDisk(request, of: vm)
        case .disks:
            throw Refusal(
                .unsupported, code: "NotSupported",
                message:
                    "Of single disks, only the data disk can be left in a snapshot: the root disk cannot stay alone.",
                rule: "VMW-073")
        case .disksInSuccession:
            throw Refusal(
                .unsupported, code: "NotSupported",
                message: "A snapshot holds all dependent disks of a machine at one instant.",
                rule: "VMW-055")
        }
    }

    /// The snapshots of a machine, oldest first.
    public func snapshots(of machine: MachineID) throws(Refusal) -> [Hypervisor.Snapshot] {
        let vm = try labMachine(machine)
        return vm.tree.nodes.sorted { $0.value.number < $1.value.number }
            .compactMap { vm.snapshots[$0.key] }
            .map { describe($0, of: vm, notes: []) }
    }

    /// Removes one snapshot, and merges what that left behind.
    public mutating func deleteSnapshot(
        _ snapshot: Hypervisor.Snapshot.ID, of machine: MachineID
    ) throws(Refusal) {
        let vm = try labMachine(machine)
        let id = Moref<VirtualMachineSnapshot>(snapshot.rawValue)
        let remove = { (plane: inout VSphere) throws(MethodFault) in
            try plane.removeSnapshot(id, removeChildren: false)
        }
        do throws(Refusal) {
            try run("RemoveSnapshot_Task", on: vm.id, remove)
        } catch {
            guard error.kind == .failed else { throw error }
            if virtualMachines[vm.id]?.snapshots[id] != nil {  // As vSAN does once; see VMW-101.
                try run("RemoveSnapshot_Task", on: vm.id, remove)
            } else {
                try consolidate(vm.id)
            }
        }
        try bringRootBack(of: vm.id)
    }

    /// Runs ConsolidateVMDisks_Task where deltas were left.
    private mutating func consolidate(_ id: Moref<VirtualMachine>) throws(Refusal) {
        try run("ConsolidateVMDisks_Task", on: id) { (plane) throws(MethodFault) in
            try plane.consolidateDisks(of: id)
        }
    }

    private mutating func takeOfMachine(
        _ request: SnapshotRequest, of vm: VirtualMachine
    ) throws(Refusal) -> Hypervisor.Snapshot {
        try check(request, against: .snapshot)
        var notes: [Note] = []
        if catalogue.independentRoots.contains(vm.id) {
            try changeRoot(of: vm, to: .persistent, notes: &notes) { _, _ in }
            catalogue.independentRoots.remove(vm.id)
        }
        return try create(request, of: vm.id, notes: notes)
    }

    /// Calls CreateSnapshot_Task with what can be had of memory and quiescing.
    mutating func create(
        _ request: SnapshotRequest, of id: Moref<VirtualMachine>, notes: [Note]
    ) throws(Refusal) -> Hypervisor.Snapshot {
        waitUntilReady(id)
        let vm = try labMachine(MachineID(rawValue: id.value))
        var notes = notes
        let quiesces = try decideQuiescing(request, of: vm, notes: &notes)
        if vm.power.state == .poweredOff, request.memory {
            notes.append(Note("The machine is off, so there is no memory to keep.", rule: "VMW-026"))
        }
        let made: Moref<VirtualMachineSnapshot>
        do throws(Refusal) {
            made = try create(request, of: id, quiesces: quiesces)
        } catch {
            let isQuiesceFault = ["ApplicationQuiesceFault", "FilesystemQuiesceFault"].contains(
                error.code)
            guard quiesces, isQuiesceFault, request.quiesce == .preferred else { throw error }
            notes.append(Note("Taken without quiescing: \(error.message)", rule: error.rule))
            made = try create(request, of: id, quiesces: false)
        }
        guard let snapshot = virtualMachines[id]?.snapshots[made], let vm = virtualMachines[id] else {
            throw Refusal(.unknown, code: "NoReply", message: "The snapshot was made and is gone again.")
        }
        if snapshot.state == .poweredOff, vm.power.state == .poweredOn {
            notes.append(Note("A revert to it leaves the machine off.", rule: "VMW-025"))
        }
        return describe(snapshot, of: vm, notes: notes)
    }

    private mutating func create(
        _ request: SnapshotRequest, of id: Moref<VirtualMachine>, quiesces: Bool
    ) throws(Refusal) -> Moref<VirtualMachineSnapshot> {
        let spec = SnapshotSpec(
            name: request.name.escapedForSnapshots, text: "", memory: request.memory, quiesce: quiesces)
        let info = try run("CreateSnapshot_Task", on: id) { (plane) throws(MethodFault) in
            try plane.createSnapshot(spec, of: id)
        }
        guard case .snapshot(let made) = info.result else {
            throw Refusal(
                .unknown, code: "NoReply", message: "The task named no snapshot.", verb: info.name)
        }
        return made
    }

    /// Decides whether to ask for quiescing, and refuses where it is required and cannot be had.
    private func decideQuiescing(
        _ request: SnapshotRequest, of vm: VirtualMachine, notes: inout [Note]
    ) throws(Refusal) -> Bool {
        guard request.quiesce != .off else { return false }
        let isRequired = request.quiesce == .required
        if vm.power.state == .poweredOff {
            notes.append(
                Note("The machine is off: its disks are at rest without quiescing.", rule: "VMW-042"))
            return false
        }
        let obstacle: Note? =
            if vm.power.state == .suspended {
                Note("A suspended guest cannot bring its disks to rest.", rule: "VMW-042")
            } else if request.memory {
                Note("A snapshot with memory is not quiesced: memory holds what has not reached the disks.")
            } else if !vm.tools.isInstalled {
                Note(
                    "VMware Tools are not installed: the wish to quiesce would be ignored.", rule: "VMW-043")
            } else {
                nil
            }
        guard let obstacle else { return true }
        if isRequired {
            throw Refusal(
                .refused, code: "QuiesceNotPossible", message: obstacle.text, rule: obstacle.rule)
        }
        notes.append(obstacle)
        return false
    }
}

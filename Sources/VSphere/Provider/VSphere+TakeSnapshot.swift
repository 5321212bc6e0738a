import HashTreeCollections
public import Hypervisor
import LabCore

/// The words of the reference provider for the ways in which it takes and reverts snapshots.
enum ProviderMethod {
    /// One snapshot of all dependent disks.
    static let snapshot = "snapshot"
    /// The same, with the root disk made independent before, so that it stays out.
    static let independentRoot = "independent-root"
    /// `RevertToSnapshot_Task`.
    static let revert = "revert"
    /// `RevertToSnapshot_Task` with `suppressPowerOn`.
    static let revertWithoutPowerOn = "revert-suppress-power-on"
    /// A new machine, cloned from the snapshot.
    static let newMachine = "new-machine"
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
        case .disks(let wanted) where Set(wanted) == Set(roles): return try takeOfMachine(request, of: vm)
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
                message: "A snapshot holds all dependent disks of a machine at one instant.", rule: "VMW-055")
        }
    }

    private mutating func takeOfMachine(
        _ request: SnapshotRequest, of vm: VirtualMachine
    ) throws(Refusal) -> Hypervisor.Snapshot {
        try check(request.method, against: [ProviderMethod.snapshot])
        var notes: [Note] = []
        if provider.independentRoots.contains(vm.id) {
            try changeRoot(of: vm, to: .persistent, notes: &notes) { _, _ in }
            provider.independentRoots.remove(vm.id)
        }
        return try create(request, of: vm.id, notes: notes)
    }

    /// Makes the root disk independent while the machine is off, and takes the snapshot before it runs again.
    private mutating func takeOfDataDisk(
        _ request: SnapshotRequest, of vm: VirtualMachine
    ) throws(Refusal) -> Hypervisor.Snapshot {
        try check(request.method, against: [ProviderMethod.independentRoot])
        if vm.config.disks.first(where: { $0.role == .root })?.mode == .independentPersistent {
            return try create(request, of: vm.id, notes: [])
        }
        if request.memory {
            throw Refusal(
                .unsupported, code: "MemorySnapshotOnIndependentDisk",
                message: "Memory cannot be kept when the root disk stays out of the snapshot.", rule: "VMW-029")
        }
        var notes: [Note] = []
        var taken: Hypervisor.Snapshot?
        try changeRoot(of: vm, to: .independentPersistent, notes: &notes) { (plane, notes) throws(Refusal) in
            taken = try plane.create(request, of: vm.id, notes: notes)
        }
        provider.independentRoots.insert(vm.id)
        guard var snapshot = taken else { throw Refusal(.lab, code: "NoSnapshot", message: "No snapshot was made.") }
        snapshot.notes = notes + snapshot.notes.filter { !notes.contains($0) }
        return snapshot
    }

    /// Changes the root disk's mode while the machine is off, does something else meanwhile, and brings the power back.
    private mutating func changeRoot(
        of vm: VirtualMachine, to mode: DiskMode, notes: inout [Note],
        meanwhile body: (inout VSphere, [Note]) throws(Refusal) -> Void
    ) throws(Refusal) {
        guard let root = vm.config.disks.first(where: { $0.role == .root }) else {
            throw Refusal(.lab, code: "NoRootDisk", message: "The machine has no root disk.")
        }
        guard vm.tree.isEmpty else {
            let message = "The root disk's mode cannot change while the machine has snapshots."
            throw Refusal(.refused, code: "InvalidDeviceSpec", message: message, rule: "VMW-115")
        }
        let wasRunning = vm.power.state == .poweredOn
        if vm.power.state == .suspended {
            let message = "The machine must be off, not suspended, to change a disk's mode."
            throw Refusal(.refused, code: "InvalidPowerState", message: message, rule: "VMW-010")
        }
        if wasRunning {
            try shutDownAndWait(vm.id)
            notes.append(Note("The guest was shut down for it and booted again: a disk's mode changes only while off."))
        }
        notes.append(
            Note("The root disk is \(mode.rawValue) from now on.", rule: mode.isIndependent ? "VMW-073" : "VMW-115"))
        let before = root.mode
        do throws(Refusal) {
            try setMode(mode, ofDisk: root.key, of: vm.id)
            try body(&self, notes)
        } catch {
            // The first error is the one to report; what cannot be put back shows in the machine's configuration.
            if virtualMachines[vm.id]?.tree.isEmpty == true { try? setMode(before, ofDisk: root.key, of: vm.id) }
            if wasRunning { try? setPower(.on, of: MachineID(rawValue: vm.id.value)) }
            throw error
        }
        if wasRunning { try setPower(.on, of: MachineID(rawValue: vm.id.value)) }
    }

    mutating func setMode(_ mode: DiskMode, ofDisk key: Int, of vm: Moref<VirtualMachine>) throws(Refusal) {
        try run("ReconfigVM_Task", on: vm) { (plane) throws(MethodFault) in
            try plane.reconfigureVM(vm, ConfigSpec(devices: [.setDiskMode(key: key, mode)]))
        }
    }

    // MARK: The call

    /// Calls CreateSnapshot_Task with what can be had of memory and quiescing.
    private mutating func create(
        _ request: SnapshotRequest, of id: Moref<VirtualMachine>, notes: [Note]
    ) throws(Refusal) -> Hypervisor.Snapshot {
        awaitGuest(id)
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
            let isQuiesceFault = ["ApplicationQuiesceFault", "FilesystemQuiesceFault"].contains(error.code)
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
            throw Refusal(.unknown, code: "NoReply", message: "The task named no snapshot.", verb: info.name)
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
            notes.append(Note("The machine is off: its disks are at rest without quiescing.", rule: "VMW-042"))
            return false
        }
        let obstacle: Note? =
            if vm.power.state == .suspended {
                Note("A suspended guest cannot bring its disks to rest.", rule: "VMW-042")
            } else if request.memory {
                Note("A snapshot with memory is not quiesced: memory holds what has not reached the disks.")
            } else if !vm.tools.isInstalled {
                Note("VMware Tools are not installed: the wish to quiesce would be ignored.", rule: "VMW-043")
            } else {
                nil
            }
        guard let obstacle else { return true }
        if isRequired {
            throw Refusal(.refused, code: "QuiesceNotPossible", message: obstacle.text, rule: obstacle.rule)
        }
        notes.append(obstacle)
        return false
    }

    func check(_ method: String?, against known: [String]) throws(Refusal) {
        guard let method, !known.contains(method) else { return }
        let message = "vSphere knows no way '\(method)' for this; it knows \(known.joined(separator: ", "))."
        throw Refusal(.unsupported, code: "UnknownMethod", message: message)
    }
}

extension String {
    /// The text as the name of a snapshot: `%`, `/` and `\` escaped.
    ///
    /// Rule: VMW-021.
    var escapedForSnapshots: String {
        map { character in
            switch character {
            case "%": "%25"
            case "/": "%2f"
            case "\\": "%5c"
            default: String(character)
            }
        }.joined()
    }
}

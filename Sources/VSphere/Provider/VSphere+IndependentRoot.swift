import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension VSphere {
    /// Makes the root disk independent while the machine is off, and takes the snapshot before it runs again.
    mutating func takeOfDataDisk(
        _ request: SnapshotRequest, of vm: VirtualMachine
    ) throws(Refusal) -> Hypervisor.Snapshot {
        try check(request, against: .independentRoot)
        if vm.config.disks.first(where: { $0.role == .root })?.mode == .independentPersistent {
            return try create(request, of: vm.id, notes: [])
        }
        if request.memory {
            throw Refusal(
                .unsupported, code: "MemorySnapshotOnIndependentDisk",
                message: "Memory cannot be kept when the root disk stays out of the snapshot.",
                rule: "VMW-029")
        }
        var notes: [Note] = []
        var taken: Hypervisor.Snapshot?
        try changeRoot(of: vm, to: .independentPersistent, notes: &notes) {
            (plane, notes) throws(Refusal) in
            taken = try plane.create(request, of: vm.id, notes: notes)
        }
        catalogue.independentRoots.insert(vm.id)
        guard var snapshot = taken else {
            throw Refusal(.lab, code: "NoSnapshot", message: "No snapshot was made.")
        }
        snapshot.notes = notes + snapshot.notes.filter { !notes.contains($0) }
        return snapshot
    }

    /// Changes the root disk's mode while the machine is off, does something else meanwhile, and brings the power back.
    mutating func changeRoot(
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
            notes.append(
                Note(
                    "The guest was shut down for it and booted again: a disk's mode changes only while off."))
        }
        notes.append(
            Note(
                "The root disk is \(mode.rawValue) from now on.",
                rule: mode.isIndependent ? "VMW-073" : "VMW-115"))
        let before = root.mode
        do throws(Refusal) {
            try setMode(mode, ofDisk: root.key, of: vm.id)
            try body(&self, notes)
        } catch {
            // The first error is the one to report; what cannot be put back shows in the machine's configuration.
            if virtualMachines[vm.id]?.tree.isEmpty == true {
                try? setMode(before, ofDisk: root.key, of: vm.id)
            }
            if wasRunning { try? setPower(.on, of: MachineID(rawValue: vm.id.value)) }
            throw error
        }
        if wasRunning { try setPower(.on, of: MachineID(rawValue: vm.id.value)) }
    }

    mutating func setMode(_ mode: DiskMode, ofDisk key: Int, of vm: Moref<VirtualMachine>)
        throws(Refusal)
    {
        try run("ReconfigVM_Task", on: vm) { (plane) throws(MethodFault) in
            try plane.reconfigureVM(vm, ConfigSpec(devices: [.setDiskMode(key: key, mode)]))
        }
    }

    /// Makes a root disk that was left out of snapshots part of them again, as soon as the machine is off and has none.
    mutating func bringRootBack(of id: Moref<VirtualMachine>) throws(Refusal) {
        guard catalogue.independentRoots.contains(id), let vm = virtualMachines[id], vm.tree.isEmpty,
            vm.power.state == .poweredOff, let root = vm.config.disks.first(where: { $0.role == .root })
        else { return }
        try setMode(.persistent, ofDisk: root.key, of: id)
        catalogue.independentRoots.remove(id)
    }

    /// Refuses a way of taking a snapshot that is not the one for the disks that are meant.
    func check(_ request: SnapshotRequest, against only: TakingMethod) throws(Refusal) {
        guard let method = try TakingMethod.named(request.method, code: "NotSupported"), method != only
        else { return }
        throw Refusal(
            .unsupported, code: "NotSupported",
            message:
                "A snapshot of these disks is taken by '\(only.rawValue)', not by '\(method.rawValue)'.")
    }
}

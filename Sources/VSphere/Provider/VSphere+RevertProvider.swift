import HashTreeCollections
public import Hypervisor
import LabCore

extension VSphere {
    /// Brings a machine back to a snapshot by vSphere's own means, and waits until that is done.
    public mutating func revert(
        _ request: RevertRequest, of machine: MachineID
    ) throws(Refusal) -> RevertReport {
        let vm = try labMachine(machine)
        let id = Moref<VirtualMachineSnapshot>(request.snapshot.rawValue)
        guard let snapshot = vm.snapshots[id] else { throw Refusal(notFound(id.value), verb: "RevertToSnapshot_Task") }
        let held = snapshot.config.dependentDisks.compactMap(\.role)
        if let wanted = request.disks, Set(wanted) != Set(held) {
            let message = "A revert brings back all disks of a snapshot, not some."
            throw Refusal(.unsupported, code: "NotSupported", message: message, rule: "VMW-070")
        }
        let method = request.method ?? ProviderMethod.revert
        try check(
            method, against: [ProviderMethod.revert, ProviderMethod.revertWithoutPowerOn, ProviderMethod.newMachine])
        guard method != ProviderMethod.newMachine else { return try cloneInstead(of: vm, from: snapshot) }
        let suppresses = method == ProviderMethod.revertWithoutPowerOn
        try run("RevertToSnapshot_Task", on: vm.id) { (plane) throws(MethodFault) in
            try plane.revertToSnapshot(id, suppressPowerOn: suppresses)
        }
        let state = virtualMachines[vm.id]?.power.state ?? .poweredOff
        if state == .poweredOn { awaitGuest(vm.id) }
        var notes = notes(onRevertTo: snapshot, ending: state, suppressesPowerOn: suppresses)
        if !held.contains(.root) {
            notes.append(Note("The root disk is independent and stayed as it was.", rule: "VMW-073"))
        }
        return RevertReport(machine: machine, method: method, leftRunning: state == .poweredOn, notes: notes)
    }

    private func notes(
        onRevertTo snapshot: VirtualMachineSnapshot, ending state: PowerState, suppressesPowerOn: Bool
    ) -> [Note] {
        switch state {
        case .poweredOff: [Note("The snapshot holds no memory, so the machine is off now.", rule: "VMW-063")]
        case .suspended where suppressesPowerOn && snapshot.state == .poweredOn:
            [Note("The machine sleeps with the snapshot's memory: it was not to be switched on.", rule: "VMW-065")]
        case .suspended: [Note("The snapshot was of a suspended machine, and it is suspended again.", rule: "VMW-063")]
        case .poweredOn:
            [
                Note("The machine goes on from the snapshot's memory.", rule: "VMW-063"),
                Note("Its peers were not rewound: they meet a machine from the past.", rule: "VMW-083"),
            ]
        }
    }

    /// Makes a new machine from the snapshot and lets the old one stand by, switched off.
    private mutating func cloneInstead(
        of vm: VirtualMachine, from snapshot: VirtualMachineSnapshot
    ) throws(Refusal) -> RevertReport {
        if vm.power.state == .poweredOn {
            try run("PowerOffVM_Task", on: vm.id) { (plane) throws(MethodFault) in try plane.powerOffVM(vm.id) }
        }
        let spec = CloneSpec(name: freeName(after: vm.name), snapshot: snapshot.id)
        let info = try run("CloneVM_Task", on: vm.id) { (plane) throws(MethodFault) in try plane.cloneVM(vm.id, spec) }
        guard case .virtualMachine(let clone) = info.result else {
            throw Refusal(.unknown, code: "NoReply", message: "The task named no machine.", verb: info.name)
        }
        let notes = [
            Note("\(clone) is a copy of the snapshot without snapshots of its own.", rule: "VMW-137"),
            Note("The old machine \(vm.id) is switched off and keeps its snapshots."),
        ]
        return RevertReport(
            machine: MachineID(rawValue: clone.value), method: ProviderMethod.newMachine, leftRunning: false,
            notes: notes)
    }

    private func freeName(after name: String) -> String {
        var number = 1
        while virtualMachines.values.contains(where: { $0.name == "\(name)-restored-\(number)" }) { number += 1 }
        return "\(name)-restored-\(number)"
    }
}

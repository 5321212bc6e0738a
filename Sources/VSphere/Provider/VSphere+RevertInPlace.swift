import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension VSphere {
    /// Brings the machine itself back, and leaves it in the power state of the snapshot.
    mutating func revertInPlace(
        _ vm: VirtualMachine, to snapshot: VirtualMachineSnapshot, suppressesPowerOn: Bool
    ) throws(Refusal) -> RevertReport {
        let id = snapshot.id
        try run("RevertToSnapshot_Task", on: vm.id) { (plane) throws(MethodFault) in
            try plane.revertToSnapshot(id, suppressPowerOn: suppressesPowerOn)
        }
        let state = virtualMachines[vm.id]?.power.state ?? .poweredOff
        if state == .poweredOn { waitUntilReady(vm.id) }
        var notes = notes(onRevertTo: snapshot, ending: state, suppressesPowerOn: suppressesPowerOn)
        if !snapshot.config.dependentDisks.contains(where: { $0.role == .root }) {
            notes.append(Note("The root disk is independent and stayed as it was.", rule: "VMW-073"))
        }
        let method: RevertMethod = suppressesPowerOn ? .revertWithoutPowerOn : .revert
        return RevertReport(
            machine: MachineID(rawValue: vm.id.value), method: method.rawValue,
            leftRunning: state == .poweredOn,
            notes: notes)
    }

    private func notes(
        onRevertTo snapshot: VirtualMachineSnapshot, ending state: PowerState, suppressesPowerOn: Bool
    ) -> [Note] {
        switch state {
        case .poweredOff:
            [Note("The snapshot holds no memory, so the machine is off now.", rule: "VMW-063")]
        case .suspended where suppressesPowerOn && snapshot.state == .poweredOn:
            [
                Note(
                    "The machine sleeps with the snapshot's memory: it was not to be switched on.",
                    rule: "VMW-065")
            ]
        case .suspended:
            [Note("The snapshot was of a suspended machine, and it is suspended again.", rule: "VMW-063")]
        case .poweredOn:
            [
                Note("The machine goes on from the snapshot's memory.", rule: "VMW-063"),
                Note("Its peers were not rewound: they meet a machine from the past.", rule: "VMW-083"),
            ]
        }
    }
}

import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension VSphere {
    /// Makes a new machine from the snapshot and lets the old one stand by, switched off.
    mutating func cloneInstead(
        of vm: VirtualMachine, from snapshot: VirtualMachineSnapshot
    ) throws(Refusal) -> RevertReport {
        if vm.power.state == .poweredOn {
            try run("PowerOffVM_Task", on: vm.id) { (plane) throws(MethodFault) in
                try plane.powerOffVM(vm.id)
            }
        }
        let spec = CloneSpec(name: freeName(after: vm.name), snapshot: snapshot.id)
        let info = try run("CloneVM_Task", on: vm.id) { (plane) throws(MethodFault) in
            try plane.cloneVM(vm.id, spec)
        }
        guard case .virtualMachine(let clone) = info.result else {
            throw Refusal(
                .unknown, code: "NoReply", message: "The task named no machine.", verb: info.name)
        }
        let notes = [
            Note("\(clone) is a copy of the snapshot without snapshots of its own.", rule: "VMW-137"),
            Note("The old machine \(vm.id) is switched off and keeps its snapshots."),
        ]
        return RevertReport(
            machine: MachineID(rawValue: clone.value), method: RevertMethod.newMachine.rawValue,
            leftRunning: false,
            notes: notes)
    }

    private func freeName(after name: String) -> String {
        var number = 1
        while virtualMachines.count(.named("\(name)-restored-\(number)")) > 0 { number += 1 }
        return "\(name)-restored-\(number)"
    }
}

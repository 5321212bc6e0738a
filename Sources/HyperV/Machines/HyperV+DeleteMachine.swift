import HashTreeCollections
import LabCore
import SimulatedMachine

extension HyperV {
    /// Removes a machine with its settings and its checkpoints; its virtual disks stay, and are merged afterwards.
    ///
    /// `Remove-VM -Force`. Rules: HV-105 and HV-127.
    package mutating func removeVM(_ id: VirtualMachine.ID) throws(HyperVFault) {
        try call("Remove-VM", on: id.rawValue) { (plane) throws(HyperVFault) in
            let machine = try plane.machine(id)
            guard machine.state == .off || machine.state == .saved else { throw .state("HV-127") }
            if machine.job != nil { throw .busy(machine) }
            plane.goOff(id)
            plane.finishRemoval(of: machine.tree.inOrder, from: id)
            guard let machine = plane.machines[id] else { return }
            for path in machine.configBox.drives.files { plane.putAway(path) }
            plane.surroundings.leaves(id, of: machine.family, machine.hardware.outside)
            plane.machines[id] = nil
            plane.pumpMerges()
        }
    }
}

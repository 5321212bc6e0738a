import HashTreeCollections
import LabCore

extension HyperV {
    /// Gives a checkpoint another name.
    ///
    /// `Rename-VMSnapshot`; through WMI it is ModifySystemSettings with the checkpoint's InstanceID. Rule: HV-172.
    package mutating func renameVMSnapshot(_ id: Checkpoint.ID, to name: String) throws(HyperVFault) {
        try call("Rename-VMSnapshot", on: id.rawValue) { (plane) throws(HyperVFault) in
            let checkpoint = try plane.checkpoint(id)
            let machine = try plane.machine(checkpoint.machine)
            try plane.checkName(name, ofCheckpointOf: machine)
            plane.checkpoints[id]?.name = name
        }
    }

    /// Throws the memory of a checkpoint away; its disks stay as after a power cut.
    ///
    /// `Remove-VMSavedState -VMSnapshot`. Rule: HV-074.
    package mutating func removeVMSavedState(ofCheckpoint id: Checkpoint.ID) throws(HyperVFault) {
        try call("Remove-VMSavedState", on: id.rawValue) { (plane) throws(HyperVFault) in
            let checkpoint = try plane.checkpoint(id)
            let machine = try plane.machine(checkpoint.machine)
            if machine.job != nil { throw .busy(machine) }
            guard checkpoint.memory != nil else { throw .state() }
            plane.eraseState(checkpoint.stateFile)
            plane.checkpoints[id]?.memory = nil
            plane.checkpoints[id]?.stateFile = nil
            plane.checkpoints[id]?.consistency = .crash
            plane.advance(by: plane.settings.timings.change)
        }
    }

    /// Turns a checkpoint of a backup into a reference point, which is no checkpoint any more.
    ///
    /// `Msvm_VirtualSystemSnapshotService.ConvertToReferencePoint`. Rule: HV-159.
    package mutating func convertToReferencePoint(_ id: Checkpoint.ID) throws(HyperVFault) -> Job.ID {
        try call("ConvertToReferencePoint", on: id.rawValue, answer: { $0.rawValue }) {
            (plane) throws(HyperVFault) in
            let checkpoint = try plane.checkpoint(id)
            guard checkpoint.type == .recovery else {
                throw HyperVFault(
                    .invalidParameter, "Only a recovery checkpoint can become a reference point.", rule: "HV-159")
            }
            return try plane.beginRemoval(of: [id], from: checkpoint.machine)
        }
    }
}

import HashTreeCollections
import LabCore
import SimulatedMachine

extension HyperV {
    /// Unplugs a disk; its file stays.
    ///
    /// `Remove-VMHardDiskDrive`.
    package mutating func removeVMHardDiskDrive(
        _ drive: HardDiskDrive, from id: VirtualMachine.ID
    ) throws(HyperVFault) {
        try call("Remove-VMHardDiskDrive", on: id.rawValue) { (plane) throws(HyperVFault) in
            let machine = try plane.machine(id)
            if machine.job != nil { throw .busy(machine) }
            guard let drive = machine.config.drives.first(where: { $0.isAtPlace(of: drive) }) else {
                throw HyperVFault(.objectNotFound, "There is no such hard disk drive.")
            }
            try plane.checkState(of: machine, changing: drive.controller)
            plane.settle(id)
            if let path = drive.path { plane.putAway(path) }
            try plane.change(id) { machine in
                if let role = drive.role { _ = machine.hardware.detach(role) }
                machine.config.drives.removeAll { $0.isAtPlace(of: drive) }
            }
        }
    }
}

import HashTreeCollections
package import Hypervisor
import LabCore
import SimulatedMachine

extension HyperV {
    /// Plugs a disk into a machine; the next free place is taken where none is given.
    ///
    /// `Add-VMHardDiskDrive`.
    package mutating func addVMHardDiskDrive(
        _ source: HardDiskDrive.Source, to id: VirtualMachine.ID, controller: HardDiskDrive.Controller? = nil,
        role: DiskRole? = nil, supportPersistentReservations: Bool = false
    ) throws(HyperVFault) {
        try call("Add-VMHardDiskDrive", on: id.rawValue) { (plane) throws(HyperVFault) in
            let machine = try plane.machine(id)
            if machine.job != nil { throw .busy(machine) }
            let controller = controller ?? (machine.config.generation == 1 ? .ide : .scsi)
            if controller == .ide, machine.config.generation == 2 {
                throw HyperVFault(
                    .invalidParameter, "A virtual machine of generation 2 has no IDE controllers.", rule: "HV-133")
            }
            try plane.checkState(of: machine, changing: controller)
            if case .file(let path) = source {
                let file = try plane.file(path)
                if let owner = file.owner { throw .inUse(path, by: "machine \(owner)", rule: "HV-073") }
            }
            let place = try plane.freePlace(on: controller, of: machine)
            var drive = HardDiskDrive(
                controller: controller, controllerNumber: place.number, location: place.location, source: source,
                role: role)
            drive.isShared = supportPersistentReservations
            try plane.change(id) { $0.config.drives.append(drive) }
            plane.mount(drive, in: id)
        }
    }

    /// A running machine takes SCSI disks alone, and a saved one none.
    ///
    /// Rule: HV-132.
    func checkState(
        of machine: Boxed<VirtualMachine>, changing controller: HardDiskDrive.Controller
    ) throws(HyperVFault) {
        switch machine.state {
        case .off: return
        case .running where controller == .scsi, .paused where controller == .scsi: return
        default: throw .state("HV-132")
        }
    }

    /// Rule: HV-134.
    private func freePlace(
        on controller: HardDiskDrive.Controller, of machine: Boxed<VirtualMachine>
    ) throws(HyperVFault) -> (number: Int, location: Int) {
        let quotas = settings.quotas
        let (count, size) =
            controller == .ide
            ? (2, quotas.devicesPerIDEController) : (quotas.scsiControllers, quotas.devicesPerSCSIController)
        for number in 0..<count {
            let taken = machine.config.drives.filter { $0.controller == controller && $0.controllerNumber == number }
                .map(\.location)
            if let free = (0..<size).first(where: { !taken.contains($0) }) { return (number, free) }
        }
        throw .noPlace("all \(count * size) places are taken", rule: "HV-134")
    }
}

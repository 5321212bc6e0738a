import HashTreeCollections
package import Hypervisor
import LabCore
import SimulatedMachine

/// What a new machine is to be.
package struct NewVM: Hashable, Sendable {
    /// What its appliance was installed for.
    package var spec: MachineSpec
    /// 1 or 2.
    package var generation = 2
    /// The virtual disks, root first, with what they are for.
    package var disks: [Disk] = []

    /// A virtual disk to plug in.
    package struct Disk: Hashable, Sendable {
        var path: FilePath
        var role: DiskRole?
    }

    package init(spec: MachineSpec) { self.spec = spec }
}

extension HyperV {
    /// Makes a machine that is off, with a network adapter and the disks that are given.
    ///
    /// `New-VM`. It is set to production checkpoints where there are any. Rules: HV-007 and HV-133.
    package mutating func newVM(
        _ request: NewVM, family: UInt64, folder: String
    ) throws(HyperVFault) -> VirtualMachine.ID {
        try call("New-VM", on: request.spec.name, answer: { $0.rawValue }) { (plane) throws(HyperVFault) in
            let id = plane.makeID(VirtualMachine.self)
            var config = Configuration(
                name: request.spec.name, memory: request.spec.memory, generation: request.generation,
                version: plane.settings.profile.version, snapshotFileLocation: folder)
            config.checkpointType = plane.settings.profile.hasCheckpointTypes ? .production : .standard
            config.automaticCheckpoints = plane.settings.profile.enablesAutomaticCheckpoints
            config.adapters = [
                NetworkAdapter(
                    hardwareAddress: plane.world.names.hardwareAddress(under: "00:15:5d"), switchName: "Lab")
            ]
            for (number, disk) in request.disks.enumerated() {
                _ = try plane.file(disk.path)
                config.drives.append(
                    HardDiskDrive(
                        controller: request.generation == 1 ? .ide : .scsi, controllerNumber: 0, location: number,
                        source: .file(disk.path), role: disk.role))
            }
            let machine = VirtualMachine(
                id: id, spec: request.spec, family: family, configBox: Boxed(config),
                hardwareBox: Boxed(SimulatedMachine(spec: request.spec, seed: plane.world.dice.next())),
                privateAddress: plane.world.names.address(under: "192.168"), generationID: plane.world.names.guid(),
                folder: folder)
            plane.machines[id] = Boxed(machine)
            for drive in config.drives { plane.mount(drive, in: id) }
            return id
        }
    }

    /// A folder for a machine that no other has.
    mutating func freeFolder(for name: String) -> String {
        let number = world.names.number("folder of \(name)")
        return "\(settings.machineFolder)\\\(number == 1 ? name : "\(name)-\(number)")"
    }
}

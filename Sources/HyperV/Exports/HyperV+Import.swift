import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension HyperV {
    /// Makes a machine of an exported one: with copies of its files and a new GUID, or in place and under the old one.
    ///
    /// `Import-VM -Copy -GenerateNewId`. Rule: HV-163.
    package mutating func importVM(
        _ folder: FilePath, generateNewID: Bool, name: String? = nil
    ) throws(HyperVFault) -> VirtualMachine.ID {
        try call("Import-VM", on: folder.rawValue, answer: { $0.rawValue }) { (plane) throws(HyperVFault) in
            guard let export = plane.exports[folder] else {
                throw HyperVFault(.objectNotFound, "There is no virtual machine in '\(folder)'.")
            }
            if !generateNewID, plane.settings.inferred.duplicateIDsAreRefused, plane.machines[export.machine] != nil {
                throw HyperVFault(
                    .operationFailed,
                    "The operation failed because a virtual machine with the identifier \(export.machine) exists.",
                    rule: "HV-163")
            }
            return try plane.register(export, newID: generateNewID, name: name)
        }
    }

    private mutating func register(
        _ export: ExportedMachine, newID: Bool, name: String?
    ) throws(HyperVFault) -> VirtualMachine.ID {
        let id = newID ? makeID(VirtualMachine.self) : export.machine
        var config = export.config
        config.name = name ?? config.name
        let folder = newID ? freeFolder(for: config.name) : export.folder.rawValue
        var size = ByteCount.zero
        if newID {
            for index in config.drives.indices {
                guard let path = config.drives[index].path else { continue }
                let original = try file(path)
                let copy = FilePath("\(folder)\\Virtual Hard Disks", path.name)
                try create(NewVHD(path: copy, size: original.size, content: original.content))
                config.drives[index].source = .file(copy)
                size += original.fileSize
            }
            config.snapshotFileLocation = folder
            for index in config.adapters.indices {
                config.adapters[index].hardwareAddress = world.names.hardwareAddress(under: "00:15:5d")
            }
        }
        var machine = VirtualMachine(
            id: id, spec: export.spec, family: export.family, configBox: Boxed(config),
            hardwareBox: Boxed(SimulatedMachine(spec: export.spec, seed: world.dice.next())),
            privateAddress: newID ? world.names.address(under: "192.168") : export.privateAddress,
            generationID: world.names.guid(), folder: folder)
        machine.hardware.outside = export.outside
        machines[id] = Boxed(machine)
        for drive in config.drives { mount(drive, in: id) }
        if let memory = export.memory {
            machines[id]?.wrappedValue.hardware.restore(memory: memory, at: world.now)
            machines[id]?.wrappedValue.hardware.suspend(at: world.now)
            machines[id]?.savedOn = export.savedOn
            machines[id]?.savedAt = world.now
            machines[id]?.run.clockLag = world.now - export.created
            machines[id]?.state = .saved
            keepSavedState(of: id, config.memory)
        }
        advance(by: size.time(at: settings.timings.copyRate))
        return id
    }
}

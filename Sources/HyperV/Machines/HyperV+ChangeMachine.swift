import HashTreeCollections
package import LabCore
import SimulatedMachine

/// What `Set-VM` is to change; nothing stays as it is where nothing is given.
package struct VMChange: Hashable, Sendable {
    package var checkpointType: CheckpointType?
    package var automaticCheckpoints: Bool?
    package var notes: String?
    package var processorCount: Int?
    package var memory: ByteCount?
    package var snapshotFileLocation: String?
    package var criticalErrorAction: Configuration.CriticalErrorAction?
    /// In minutes.
    package var criticalErrorTimeout: Int?
    package var exposesVirtualization: Bool?
    package var dvd: String?

    package init() {}
}

extension HyperV {
    /// Changes the settings of a machine.
    ///
    /// `Set-VM`.
    package mutating func setVM(_ id: VirtualMachine.ID, _ change: VMChange) throws(HyperVFault) {
        try call("Set-VM", on: id.rawValue) { (plane) throws(HyperVFault) in
            let machine = try plane.machine(id)
            if machine.job != nil { throw .busy(machine) }
            try plane.check(change, of: machine)
            try plane.change(id) { machine in
                // Rule: HV-030.
                if let type = change.checkpointType { machine.config.checkpointType = type }
                if let isOn = change.automaticCheckpoints { machine.config.automaticCheckpoints = isOn }
                if let notes = change.notes { machine.config.notes = notes }
                if let count = change.processorCount { machine.config.processorCount = count }
                if let memory = change.memory { machine.config.memory = memory }
                if let folder = change.snapshotFileLocation { machine.config.snapshotFileLocation = folder }
                if let action = change.criticalErrorAction { machine.config.criticalErrorAction = action }
                if let minutes = change.criticalErrorTimeout { machine.config.criticalErrorTimeout = minutes }
                if let isOn = change.exposesVirtualization { machine.config.exposesVirtualization = isOn }
                if let image = change.dvd { machine.config.dvd = image }
            }
        }
    }

    /// Rules: HV-028, HV-044 and HV-132.
    private func check(_ change: VMChange, of machine: Boxed<VirtualMachine>) throws(HyperVFault) {
        if change.checkpointType != nil, !settings.profile.hasCheckpointTypes {
            throw .unknownParameter("CheckpointType")
        }
        if machine.state.isTransitional { throw .state("HV-030") }
        if change.automaticCheckpoints != nil, machine.state != .off { throw .state("HV-044") }
        let isHardware =
            change.processorCount != nil || change.memory != nil || change.exposesVirtualization != nil
        if isHardware, machine.state != .off { throw .state("HV-132") }
        if change.snapshotFileLocation != nil, !machine.tree.isEmpty { throw .state("HV-028") }
    }

    /// Gives a machine another name, whatever state it is in.
    ///
    /// `Rename-VM`.
    package mutating func renameVM(_ id: VirtualMachine.ID, to name: String) throws(HyperVFault) {
        try call("Rename-VM", on: id.rawValue) { (plane) throws(HyperVFault) in
            try plane.change(id) { $0.config.name = name }
        }
    }

    /// Brings a machine's configuration to the version of this host, and never back.
    ///
    /// `Update-VMVersion`.
    package mutating func updateVMVersion(_ id: VirtualMachine.ID) throws(HyperVFault) {
        try call("Update-VMVersion", on: id.rawValue) { (plane) throws(HyperVFault) in
            guard try plane.machine(id).state == .off else { throw .state("HV-135") }
            let version = plane.settings.profile.version
            try plane.change(id) { $0.config.version = max($0.config.version, version) }
        }
    }

    /// Changes a machine in its place in the table.
    mutating func change(
        _ id: VirtualMachine.ID, _ change: (inout VirtualMachine) -> Void
    ) throws(HyperVFault) {
        var machine = try machine(id)
        machines[id] = nil
        change(&machine.wrappedValue)
        machines[id] = machine
    }
}

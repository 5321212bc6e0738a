import HashTreeCollections
import LabCore
import SimulatedMachine

extension VSphere {
    /// Changes a machine's configuration.
    ///
    /// `ReconfigVM_Task`.
    package mutating func reconfigureVM(
        _ vm: Moref<VirtualMachine>, _ spec: ConfigSpec
    ) throws(MethodFault) -> Moref<TaskInfo> { try submit(.reconfigure(spec), to: vm) }

    /// Gives a machine another name in the inventory.
    ///
    /// `Rename_Task`.
    package mutating func rename(
        _ vm: Moref<VirtualMachine>, to name: String
    ) throws(MethodFault) -> Moref<TaskInfo> { try submit(.rename(name), to: vm) }

    /// Brings the virtual hardware to a newer version.
    ///
    /// `UpgradeVM_Task`.
    package mutating func upgradeVM(
        _ vm: Moref<VirtualMachine>, to version: String
    ) throws(MethodFault) -> Moref<TaskInfo> { try submit(.upgradeHardware(version), to: vm) }

    mutating func beginReconfigure(_ id: Moref<VirtualMachine>, _ spec: ConfigSpec) throws(MethodFault) -> Duration {
        var rehearsal = self
        try rehearsal.apply(spec, to: id)
        return settings.timings.reconfigure
    }

    func beginSmallChange(_ operation: Work, of id: Moref<VirtualMachine>) throws(MethodFault) -> Duration {
        switch operation {
        case .rename(let name):
            guard !name.isEmpty else { throw MethodFault(.invalidName(name: name)) }
            guard virtualMachines.found(.named(name)).allSatisfy({ $0.id == id }) else {
                throw MethodFault(.duplicateName(name: name))
            }
        default:
            let vm = try virtualMachine(id)
            guard vm.power.state == .poweredOff else {
                throw MethodFault(.invalidPowerState(requested: .poweredOff, existing: vm.power.state))
            }
        }
        return settings.timings.reconfigure
    }

    /// Works with snapshots too; a revert brings the old version back.
    ///
    /// Rule: VMW-118.
    mutating func finishUpgradeHardware(_ id: Moref<VirtualMachine>, to version: String) throws(MethodFault) {
        let changeVersion = newChangeVersion()
        try change(id) { vm in
            vm.config.hardwareVersion = version
            vm.config.changeVersion = changeVersion
        }
    }

    /// Changes the configuration, or throws and leaves a part done: callers work on a copy or put the old value back.
    mutating func apply(_ spec: ConfigSpec, to id: Moref<VirtualMachine>) throws(MethodFault) {
        let vm = try virtualMachine(id)
        if let read = spec.changeVersion, read != vm.config.changeVersion {
            throw MethodFault(.concurrentAccess, rule: "VMW-119")
        }
        if let mode = spec.persistentMemorySnapshotMode, mode != vm.config.persistentMemorySnapshotMode {
            guard vm.tree.isEmpty || settings.inferred.persistentMemoryModeChangesWithSnapshots else {
                throw MethodFault(.invalidVMConfig(property: "pmem.snapshotMode"), rule: "VMW-121")
            }
        }
        if spec.numCPUs != nil || spec.memory != nil, vm.power.state != .poweredOff {
            throw MethodFault(.invalidPowerState(requested: .poweredOff, existing: vm.power.state))
        }
        if let encryption = spec.encryption { try apply(encryption, to: id) }
        let (version, now) = (newChangeVersion(), now)
        try change(id) { vm in
            vm.config.take(spec)
            vm.config.changeVersion = version
            vm.config.modified = now
            vm.suspensionIsHeld = false
        }
        for change in spec.devices { try apply(change, to: id) }
    }
}

extension Configuration {
    /// Takes over what has no other consequences.
    ///
    /// Rule: VMW-117.
    mutating func take(_ spec: ConfigSpec) {
        numCPUs = spec.numCPUs ?? numCPUs
        memory = spec.memory ?? memory
        annotation = spec.annotation ?? annotation
        guestID = spec.guestID ?? guestID
        snapshotLocked = spec.snapshotLocked ?? snapshotLocked
        snapshotDisabled = spec.snapshotDisabled ?? snapshotDisabled
        powerOffBehavior = spec.powerOffBehavior ?? powerOffBehavior
        tracksChanges = spec.tracksChanges ?? tracksChanges
        snapshotDirectory = spec.snapshotDirectory ?? snapshotDirectory
        vAppProperties = spec.vAppProperties ?? vAppProperties
        persistentMemorySnapshotMode = spec.persistentMemorySnapshotMode ?? persistentMemorySnapshotMode
        for (key, value) in spec.extraConfig { extraConfig[key] = value.isEmpty ? nil : value }
    }
}

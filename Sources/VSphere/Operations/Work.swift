import LabCore

/// The work of a task: one wire method with its arguments.
package enum Work: Hashable, Sendable {
    case powerOn(host: Moref<HostSystem>?)
    case powerOff
    case suspend
    case reset
    case createSnapshot(SnapshotSpec)
    case revertToSnapshot(Moref<VirtualMachineSnapshot>, host: Moref<HostSystem>?, suppressPowerOn: Bool)
    case revertToCurrentSnapshot(Moref<VirtualMachineSnapshot>, host: Moref<HostSystem>?, suppressPowerOn: Bool)
    case removeSnapshot(Moref<VirtualMachineSnapshot>, removeChildren: Bool, consolidate: Bool)
    case removeAllSnapshots(consolidate: Bool, olderThan: Duration?)
    case consolidate
    case reconfigure(ConfigSpec)
    case rename(String)
    case upgradeHardware(String)
    case clone(CloneSpec)
    case relocate(RelocateSpec)
    case exportSnapshot(Moref<VirtualMachineSnapshot>)
    case destroy

    /// The wire method.
    package var verb: String { words.verb }
    /// The key in the server's catalogue of descriptions.
    package var descriptionID: String { words.description }
    /// What a caller must be allowed to do.
    package var privilege: Privilege { words.privilege }

    /// Whether the task can be cancelled before it merges anything.
    ///
    /// Rule: VMW-016.
    var isCancelable: Bool {
        switch self {
        case .createSnapshot, .clone, .relocate: true
        default: false
        }
    }

    private var words: (verb: String, description: String, privilege: Privilege) {
        switch self {
        case .powerOn: ("PowerOnVM_Task", "VirtualMachine.powerOn", .powerOn)
        case .powerOff: ("PowerOffVM_Task", "VirtualMachine.powerOff", .powerOff)
        case .suspend: ("SuspendVM_Task", "VirtualMachine.suspend", .suspend)
        case .reset: ("ResetVM_Task", "VirtualMachine.reset", .reset)
        case .createSnapshot: ("CreateSnapshot_Task", "VirtualMachine.createSnapshot", .createSnapshot)
        case .revertToSnapshot: ("RevertToSnapshot_Task", "vm.Snapshot.revert", .revertToSnapshot)
        case .revertToCurrentSnapshot:
            ("RevertToCurrentSnapshot_Task", "VirtualMachine.revertToCurrentSnapshot", .revertToSnapshot)
        case .removeSnapshot: ("RemoveSnapshot_Task", "vm.Snapshot.remove", .removeSnapshot)
        case .removeAllSnapshots: ("RemoveAllSnapshots_Task", "VirtualMachine.removeAllSnapshots", .removeSnapshot)
        case .consolidate: ("ConsolidateVMDisks_Task", "VirtualMachine.consolidateDisks", .removeSnapshot)
        case .reconfigure: ("ReconfigVM_Task", "VirtualMachine.reconfigure", .configure)
        case .rename: ("Rename_Task", "ManagedEntity.rename", .rename)
        case .upgradeHardware: ("UpgradeVM_Task", "VirtualMachine.upgradeVirtualHardware", .upgradeHardware)
        case .clone: ("CloneVM_Task", "VirtualMachine.clone", .clone)
        case .relocate: ("RelocateVM_Task", "VirtualMachine.relocate", .migrate)
        case .exportSnapshot: ("ExportSnapshot", "vm.Snapshot.exportSnapshot", .export)
        case .destroy: ("Destroy_Task", "ManagedEntity.destroy", .delete)
        }
    }
}

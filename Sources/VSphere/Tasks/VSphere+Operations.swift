import HashTreeCollections
import LabCore

extension VSphere {
    /// Takes up an operation: refuses it, or does its first half and says how long the rest takes.
    ///
    /// - Returns: nothing when somebody else says when it ends.
    mutating func begin(_ operation: Operation, on vm: Moref<VirtualMachine>) throws(MethodFault) -> Duration? {
        settle(vm)
        switch operation {
        case .powerOn(let host): return try beginPowerOn(vm, host: host)
        case .powerOff: return try beginPowerOff(vm)
        case .suspend: return try beginSuspend(vm)
        case .reset: return try beginReset(vm)
        case .createSnapshot(let spec): return try beginCreateSnapshot(spec, of: vm)
        case .revertToSnapshot(let id, let host, let suppress),
            .revertToCurrentSnapshot(let id, let host, let suppress):
            return try beginRevert(vm, to: id, host: host, suppressPowerOn: suppress)
        case .removeSnapshot(let id, let children, let consolidate):
            return try beginRemoval(.one(id, children: children), of: vm, consolidate: consolidate)
        case .removeAllSnapshots(let consolidate, let age):
            return try beginRemoval(.all(olderThan: age), of: vm, consolidate: consolidate)
        case .consolidate: return try beginConsolidation(of: vm)
        case .reconfigure(let spec): return try beginReconfigure(vm, spec)
        case .rename, .upgradeHardware: return try beginSmallChange(operation, of: vm)
        case .clone(let spec): return try beginClone(of: vm, spec)
        case .relocate(let spec): return try beginRelocate(vm, spec)
        case .exportSnapshot(let id):
            _ = try snapshot(id)
            return nil
        case .destroy: return try beginDestroy(vm)
        }
    }

    /// Does the work of an operation, at the end of its time.
    mutating func finish(_ operation: Operation, on vm: Moref<VirtualMachine>) throws(MethodFault) -> TaskOutcome {
        settle(vm)
        switch operation {
        case .powerOn(let host): try finishPowerOn(vm, host: host)
        case .powerOff: try finishPowerOff(vm)
        case .suspend: try finishSuspend(vm)
        case .reset: try finishReset(vm)
        case .createSnapshot(let spec): return .done(.snapshot(try finishCreateSnapshot(spec, of: vm)))
        case .revertToSnapshot(let id, let host, let suppress),
            .revertToCurrentSnapshot(let id, let host, let suppress):
            return try finishRevert(vm, to: id, host: host, suppressPowerOn: suppress)
        case .removeSnapshot(let id, let children, let consolidate):
            return try finishRemoval(.one(id, children: children), of: vm, consolidate: consolidate)
        case .removeAllSnapshots(let consolidate, let age):
            return try finishRemoval(.all(olderThan: age), of: vm, consolidate: consolidate)
        case .consolidate: return try finishConsolidation(of: vm)
        case .reconfigure(let spec): try apply(spec, to: vm)
        case .rename(let name): try change(vm) { vm in vm.name = name }
        case .upgradeHardware(let version): try finishUpgradeHardware(vm, to: version)
        case .clone(let spec): return .done(.virtualMachine(try finishClone(of: vm, spec)))
        case .relocate(let spec): try finishRelocate(vm, spec)
        case .exportSnapshot: break
        case .destroy: try finishDestroy(vm)
        }
        return .done(nil)
    }

    /// Puts right what the first half of an operation changed, when the second half does not come.
    mutating func abandon(_ info: TaskInfo) {
        switch info.operation {
        case .createSnapshot: abandonCreateSnapshot(of: info.entity, wasCancelled: info.isCancelled)
        case .powerOn, .powerOff, .suspend, .reset, .revertToSnapshot, .revertToCurrentSnapshot, .removeSnapshot,
            .removeAllSnapshots, .consolidate, .reconfigure, .rename, .upgradeHardware, .clone, .relocate,
            .exportSnapshot, .destroy:
            break  // Their first half changes nothing that has to be put back.
        }
    }

    /// Whether the settings let a merge be cancelled.
    func isMergeCancelable(_ operation: Operation) -> Bool {
        switch operation {
        case .removeSnapshot, .removeAllSnapshots, .consolidate: settings.mergeCanBeCancelled
        default: false
        }
    }

    // MARK: Verbs of tasks

    /// Creates a snapshot.
    ///
    /// `CreateSnapshot_Task`, `CreateSnapshotEx_Task`.
    package mutating func createSnapshot(
        _ spec: SnapshotSpec, of vm: Moref<VirtualMachine>
    ) throws(MethodFault) -> Moref<TaskInfo> {
        try submit(.createSnapshot(spec), to: vm) { (plane, vm) throws(MethodFault) in
            try plane.validate(spec, for: vm)
        }
    }

    /// Goes back to a snapshot.
    ///
    /// `RevertToSnapshot_Task`.
    ///
    /// Where `suppressPowerOn` is not given, it counts as false. Rule: VMW-066.
    package mutating func revertToSnapshot(
        _ id: Moref<VirtualMachineSnapshot>, host: Moref<HostSystem>? = nil, suppressPowerOn: Bool? = nil
    ) throws(MethodFault) -> Moref<TaskInfo> {
        try submit(
            .revertToSnapshot(id, host: host, suppressPowerOn: suppressPowerOn ?? false), to: try machine(of: id))
    }

    /// Goes back to the current snapshot; nothing to do is no task.
    ///
    /// `RevertToCurrentSnapshot_Task`.
    package mutating func revertToCurrentSnapshot(
        of id: Moref<VirtualMachine>, host: Moref<HostSystem>? = nil, suppressPowerOn: Bool? = nil
    ) throws(MethodFault) -> Moref<TaskInfo>? {
        guard let vm = virtualMachines[id], let current = vm.tree.current else {
            return try call("RevertToCurrentSnapshot_Task", on: id, needs: .revertToSnapshot) {
                (plane) throws(MethodFault) in
                _ = try plane.virtualMachine(id)
                guard !plane.settings.revertWithoutCurrentIsRefused else {
                    throw MethodFault(.notFound, rule: "VMW-079")
                }
                return nil
            }
        }
        return try submit(
            .revertToCurrentSnapshot(current, host: host, suppressPowerOn: suppressPowerOn ?? false), to: id)
    }

    /// Removes a snapshot.
    ///
    /// `RemoveSnapshot_Task`.
    package mutating func removeSnapshot(
        _ id: Moref<VirtualMachineSnapshot>, removeChildren: Bool, consolidate: Bool? = nil
    ) throws(MethodFault) -> Moref<TaskInfo> {
        try submit(
            .removeSnapshot(id, removeChildren: removeChildren, consolidate: consolidate ?? true),
            to: try machine(of: id))
    }

    /// Removes all snapshots, or those that are older than `retentionDays`.
    ///
    /// `RemoveAllSnapshots_Task`.
    package mutating func removeAllSnapshots(
        of vm: Moref<VirtualMachine>, consolidate: Bool? = nil, retentionDays: Int? = nil
    ) throws(MethodFault) -> Moref<TaskInfo> {
        try submit(
            .removeAllSnapshots(consolidate: consolidate ?? true, olderThan: retentionDays.map { .days($0) }), to: vm)
    }

    /// Merges what no snapshot needs.
    ///
    /// `ConsolidateVMDisks_Task`.
    package mutating func consolidateDisks(of vm: Moref<VirtualMachine>) throws(MethodFault) -> Moref<TaskInfo> {
        try submit(.consolidate, to: vm)
    }

    /// Opens a lease through which a snapshot's disks are read; the task runs until the lease ends.
    ///
    /// `ExportSnapshot`.
    package mutating func exportSnapshot(
        _ id: Moref<VirtualMachineSnapshot>
    ) throws(MethodFault) -> Moref<TaskInfo> {
        try submit(.exportSnapshot(id), to: try machine(of: id))  // Rule: VMW-147.
    }

    /// Ends the lease of an export.
    ///
    /// `HttpNfcLeaseComplete`.
    package mutating func completeLease(_ task: Moref<TaskInfo>) throws(MethodFault) {
        try call("HttpNfcLeaseComplete", on: task, needs: .export) { (plane) throws(MethodFault) in
            guard case .exportSnapshot = try plane.task(task).operation else { throw plane.notFound(task.value) }
            plane.complete(task)
        }
    }

    /// The machine that a snapshot is of, for verbs on snapshots; a snapshot that is gone is unknown.
    ///
    /// Rule: VMW-006.
    private func machine(of id: Moref<VirtualMachineSnapshot>) throws(MethodFault) -> Moref<VirtualMachine> {
        try snapshot(id).vm.id
    }
}

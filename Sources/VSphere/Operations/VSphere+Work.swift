import HashTreeCollections
import LabCore

extension VSphere {
    /// Takes up an operation: refuses it, or does its first half and says how long the rest takes.
    ///
    /// - Returns: nothing when somebody else says when it ends.
    mutating func begin(_ operation: Work, on vm: Moref<VirtualMachine>) throws(MethodFault) -> Duration? {
        settle(vm)
        defer { watchGuest(vm) }
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
    mutating func finish(_ operation: Work, on vm: Moref<VirtualMachine>) throws(MethodFault) -> TaskOutcome {
        settle(vm)
        defer { watchGuest(vm) }
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
    func isMergeCancelable(_ operation: Work) -> Bool {
        switch operation {
        case .removeSnapshot, .removeAllSnapshots, .consolidate: settings.inferred.mergeCanBeCancelled
        default: false
        }
    }
}

import HashTreeCollections
import LabCore
import SimulatedMachine

/// Which snapshots a task removes.
enum Removal {
    case one(Moref<VirtualMachineSnapshot>, children: Bool)
    case all(olderThan: Duration?)
}

extension VSphere {
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
            .removeAllSnapshots(
                consolidate: consolidate ?? true, olderThan: retentionDays.map { .days($0) }), to: vm)
    }

    /// Refuses a removal, or says how long the merging takes.
    mutating func beginRemoval(
        _ removal: Removal, of id: Moref<VirtualMachine>, consolidate: Bool
    ) throws(MethodFault) -> Duration {
        let vm = try virtualMachine(id)
        if vm.config.snapshotLocked { throw MethodFault(.snapshotLocked, rule: "VMW-040") }
        if case .one(let target, _) = removal { _ = try snapshot(target) }
        if settings.firstRemovalAfterRevertFails, vm.isFreshlyReverted {
            try change(id) { vm in vm.isFreshlyReverted = false }
            failingOnce.insert(id)
        }
        guard consolidate else { return settings.timings.remove }
        var rehearsal = self
        rehearsal.takeOut(removal, of: id)
        return rehearsal.mergeTime(of: id)
    }

    /// Removes the nodes, and then merges what they alone needed.
    mutating func finishRemoval(
        _ removal: Removal, of id: Moref<VirtualMachine>, consolidate: Bool
    ) throws(MethodFault) -> TaskOutcome {
        if failingOnce.remove(id) != nil {
            return .failedHalfWay(MethodFault(.systemError(why: "vSAN"), rule: "VMW-101"))
        }
        takeOut(removal, of: id)
        guard consolidate else {  // Rule: VMW-095.
            try change(id) { vm in vm.keepsDeltas = true }
            return .done(nil)
        }
        do throws(MethodFault) {
            try merge(id)
            return .done(nil)
        } catch {
            // The node is gone all the same. Rule: VMW-096.
            return .failedHalfWay(error)
        }
    }

    /// Takes snapshots out of the tree and deletes their own files.
    private mutating func takeOut(_ removal: Removal, of id: Moref<VirtualMachine>) {
        guard var vm = virtualMachines[id] else { return }
        var gone: [Moref<VirtualMachineSnapshot>] = []
        switch removal {
        case .one(let target, let children):
            if vm.snapshots[target] != nil { gone = vm.tree.remove(target, children: children) }
        case .all(nil): gone = vm.tree.removeAll()  // Rule: VMW-099.
        case .all(let age?):  // Rule: VMW-100.
            for node in vm.tree.inOrder {
                guard let snapshot = vm.snapshots[node], now - snapshot.createTime > age else { continue }
                gone += vm.tree.remove(node, children: false)
            }
        }
        for node in gone {
            guard let snapshot = vm.snapshots[node] else { continue }
            vm.retired += snapshot.config.dependentDisks.map(\.path)
            vm.snapshots[node] = nil
            owners[node] = nil
            for path in [snapshot.dataFile, snapshot.memoryFile, snapshot.backupManifest].compactMap(
                \.self)
            {
                store.delete(path)
            }
        }
        virtualMachines[id] = vm
        growList(of: vm)
    }

    /// Lets the snapshot list be as long as there are snapshots.
    mutating func growList(of vm: VirtualMachine) {
        let count = virtualMachines[vm.id]?.tree.nodes.count ?? 0
        store.resize(vm.file(".vmsd"), to: ByteCount(Int64(count) * 512))
    }
}

import HashTreeCollections
package import LabCore
import SimulatedMachine

extension VirtualMachine {
    /// The ends of chains that must not change: what snapshots refer to.
    var snapshotHeads: Set<FilePath> {
        Set(snapshots.values.flatMap { $0.config.dependentDisks.map(\.path) })
    }
    /// The ends of chains that are needed: those of snapshots and those that are written to.
    var neededEnds: Set<FilePath> { snapshotHeads.union(config.disks.map(\.path)).union(detached) }
}

extension VSphere {
    /// Merges what no snapshot needs.
    ///
    /// `ConsolidateVMDisks_Task`.
    package mutating func consolidateDisks(of vm: Moref<VirtualMachine>) throws(MethodFault) -> Moref<
        TaskInfo
    > {
        try submit(.consolidate, to: vm)
    }

    /// Whether there are deltas that no snapshot explains.
    ///
    /// `runtime.consolidationNeeded`.
    package func consolidationNeeded(of id: Moref<VirtualMachine>) throws(MethodFault) -> Bool {
        let vm = try virtualMachine(id)
        guard settings.inferred.unconsolidatedRemovalShows || !vm.keepsDeltas else { return false }  // Rule: VMW-095.
        return nextStep(for: vm) != nil
    }

    /// What a machine's snapshots and disks need of room to be merged.
    ///
    /// `EstimateStorageForConsolidateSnapshots_Task`.
    package func roomToConsolidate(_ id: Moref<VirtualMachine>) throws(MethodFault) -> ByteCount {
        let vm = try virtualMachine(id)
        return family(of: vm).reduce(.zero) { $0 + store.roomToMerge($1) }
    }

    mutating func beginConsolidation(of id: Moref<VirtualMachine>) throws(MethodFault) -> Duration {
        mergeTime(of: id)
    }

    mutating func finishConsolidation(of id: Moref<VirtualMachine>) throws(MethodFault) -> TaskOutcome {
        do throws(MethodFault) {
            try merge(id)
            return .done(nil)
        } catch {
            return .failedHalfWay(error)
        }
    }

    /// Merges what no snapshot needs, step by step.
    ///
    /// What was merged before a step fails stays merged. Rule: VMW-098.
    ///
    /// Neither what is written to nor what a remaining snapshot holds changes by it. Rule: VMW-090.
    mutating func merge(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        while let vm = virtualMachines[id], let step = nextStep(for: vm) {
            switch step {
            case .drop(let path): store.delete(path)  // Rule: VMW-093.
            case .fold(let child, let parent):
                try checkMerge(of: child, into: parent)
                store.merge(child)
                try change(id) { vm in vm.rename(child, to: parent) }
            }
        }
        try change(id) { vm in
            vm.keepsDeltas = false
            vm.retired = []
        }
    }

    /// How long ``merge(_:)`` will take; a machine that runs writes meanwhile, and is stunned at the end.
    ///
    /// Rule: VMW-094.
    func mergeTime(of id: Moref<VirtualMachine>) -> Duration {
        var rehearsal = self
        var bytes = ByteCount.zero
        while let vm = rehearsal.virtualMachines[id], let step = rehearsal.nextStep(for: vm) {
            switch step {
            case .drop(let path): rehearsal.store.delete(path)
            case .fold(let child, let parent):
                bytes += rehearsal.store[child]?.size ?? .zero
                rehearsal.store.merge(child)
                rehearsal.virtualMachines[id]?.rename(child, to: parent)
            }
        }
        let timings = settings.timings
        guard virtualMachines[id]?.power.state == .poweredOn, bytes > .zero else {
            return timings.remove + bytes.time(at: timings.mergeRate)
        }
        let gain = max(
            timings.mergeRate.bytes - timings.guestWriteRate.bytes, timings.mergeRate.bytes / 10)
        return timings.remove + bytes.time(at: ByteCount(gain)) + timings.mergeStun
    }

    /// Refuses a merge of files that somebody holds, or that takes more room than there is.
    private func checkMerge(of child: FilePath, into parent: FilePath) throws(MethodFault) {
        for path in [child, parent] where store[path]?.lockedBy != nil {
            throw MethodFault(.fileLocked(file: path.description), rule: "VMW-097")
        }
        let room = store.roomToMerge(child)
        guard store.datastores[parent.datastore].map({ $0.freeSpace >= room }) ?? false else {
            throw MethodFault(
                .noDiskSpace(datastore: parent.datastore, file: parent.description), rule: "VMW-102")
        }
    }

    private enum Step {
        case drop(FilePath)
        case fold(FilePath, into: FilePath)
    }

    /// The first thing that a merge would do; nothing when every delta is explained by a snapshot.
    private func nextStep(for vm: VirtualMachine) -> Step? {
        let needed = vm.neededEnds
        let family = family(of: vm)
        for path in family where !needed.contains(path) {
            guard let link = store[path]?.disk else { continue }
            if link.children.isEmpty, link.parent != nil { return .drop(path) }
        }
        for path in family where !needed.contains(path) {
            // A link that a linked clone stands on has a child outside of the family, and stays. Rule: VMW-139.
            if let child = store.onlyChild(of: path), family.contains(child) {
                return .fold(child, into: path)
            }
        }
        return nil
    }

    /// The links in the machine's own directory that belong to chains of its disks or snapshots, sorted.
    private func family(of vm: VirtualMachine) -> [FilePath] {
        let ends = vm.neededEnds.union(vm.retired)
        let bases = Set(ends.compactMap { store.chain(to: $0).first })
        return store.paths(in: vm.home.directory, on: vm.home.datastore).filter { path in
            guard store[path]?.disk != nil, let base = store.chain(to: path).first else { return false }
            return bases.contains(base)
        }
    }
}

extension VirtualMachine {
    /// Says `new` wherever a disk of the machine or of a snapshot said `old`.
    mutating func rename(_ old: FilePath, to new: FilePath) {
        config.rename(old, to: new)
        for id in snapshots.keys { snapshots[id]?.config.rename(old, to: new) }
    }
}

extension Configuration {
    mutating func rename(_ old: FilePath, to new: FilePath) {
        for index in disks.indices where disks[index].path == old { disks[index].path = new }
    }
}

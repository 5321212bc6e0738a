import HashTreeCollections
import LabCore
import SimulatedMachine

/// The arguments of `RelocateVM_Task`.
package struct RelocateSpec: Hashable, Sendable {
    /// The host to run on.
    package var host: Moref<HostSystem>?
    /// The datastore to move to.
    package var datastore: String?

    /// Makes the arguments.
    package init(host: Moref<HostSystem>? = nil, datastore: String? = nil) {
        self.host = host
        self.datastore = datastore
    }
}

/// A warning before a move: a snapshot may not come back on the new host.
package struct SnapshotRevertIssue: Hashable, Sendable {
    /// The snapshot's name.
    package let snapshotName: String
}

/// A warning before a move: the files of snapshots will be in the machine's own directory afterwards.
package struct WillResetSnapshotDirectory: Hashable, Sendable {
    /// Where they are until then.
    package let directory: String
}

extension VSphere {
    /// Moves a machine to another host or datastore.
    ///
    /// `RelocateVM_Task`.
    package mutating func relocateVM(
        _ vm: Moref<VirtualMachine>, _ spec: RelocateSpec
    ) throws(MethodFault) -> Moref<TaskInfo> {
        try submit(.relocate(spec), to: vm) { (plane, _) throws(MethodFault) in
            guard plane.settings.endpoint == .vCenter else {
                throw MethodFault(.notSupported(why: "a host of its own cannot migrate"), rule: "VMW-153")
            }
        }
    }

    /// What a move to a host is warned of.
    ///
    /// `QueryVMotionCompatibilityEx_Task`.
    package func migrationWarnings(
        of id: Moref<VirtualMachine>, to host: Moref<HostSystem>
    ) throws(MethodFault) -> [SnapshotRevertIssue] {
        let (vm, host) = (try virtualMachine(id), try self.host(host, or: host))
        return vm.tree.inOrder.compactMap { vm.snapshots[$0] }
            // Rule: VMW-133.
            .filter { $0.memory != nil && !$0.processorFeatures.isSubset(of: host.processorFeatures) }
            .map { SnapshotRevertIssue(snapshotName: $0.name) }
    }

    /// What a move to another datastore is warned of.
    ///
    /// `CheckRelocate_Task`. Rule: VMW-136.
    package func relocationWarnings(
        of id: Moref<VirtualMachine>, _ spec: RelocateSpec
    ) throws(MethodFault) -> [WillResetSnapshotDirectory] {
        let vm = try virtualMachine(id)
        guard let datastore = spec.datastore, datastore != vm.home.datastore else { return [] }
        return vm.config.snapshotDirectory.map { [WillResetSnapshotDirectory(directory: $0)] } ?? []
    }

    func beginRelocate(_ id: Moref<VirtualMachine>, _ spec: RelocateSpec) throws(MethodFault) -> Duration {
        let vm = try virtualMachine(id)
        if let host = spec.host {
            _ = try self.host(host, or: host)
            if vm.power.state == .poweredOn { try admitToHost(vm, host: host) }
        }
        guard let datastore = spec.datastore, datastore != vm.home.datastore else { return settings.timings.create }
        for disk in vm.config.disks where disk.mode != .persistent && disk.backing == .flat {
            throw MethodFault(.virtualDiskModeNotSupported(mode: disk.mode.rawValue), rule: "VMW-135")
        }
        try checkSnapshots(of: vm)
        let paths = store.paths(in: vm.home.directory, on: vm.home.datastore)
        let size = paths.reduce(ByteCount.zero) { $0 + (store[$1]?.size ?? .zero) }
        try store.demand(size, for: FilePath(datastore, vm.home.directory, vm.home.name))
        return settings.timings.create + size.time(at: settings.timings.copyRate)
    }

    /// Refuses a move that the snapshots of a machine cannot follow, and names the reason.
    ///
    /// Rule: VMW-134.
    private func checkSnapshots(of vm: VirtualMachine) throws(MethodFault) {
        guard let snapshot = vm.tree.current.flatMap({ vm.snapshots[$0] }) ?? vm.snapshots.values.first else { return }
        if settings.snapshotMoves == .none {
            throw MethodFault(.snapshotMoveNotSupported(snapshot: snapshot.name), rule: "VMW-134")
        }
        if settings.snapshotMoves == .stopped, vm.power.state != .poweredOff {
            throw MethodFault(.hotSnapshotMoveNotSupported(snapshot: snapshot.name), rule: "VMW-134")
        }
        let links = vm.config.disks.flatMap { store.chain(to: $0.path) }
        guard links.allSatisfy({ $0.datastore == vm.home.datastore && $0.directory == vm.home.directory }) else {
            throw MethodFault(.snapshotMoveFromNonHomeNotSupported(snapshot: snapshot.name), rule: "VMW-134")
        }
    }

    mutating func finishRelocate(_ id: Moref<VirtualMachine>, _ spec: RelocateSpec) throws(MethodFault) {
        if let host = spec.host { try change(id) { vm in vm.host = host } }
        guard let datastore = spec.datastore else { return }
        let vm = try virtualMachine(id)
        try bringSnapshotFilesHome(id)
        store.move(vm.home.directory, from: vm.home.datastore, to: datastore)
        try change(id) { vm in vm.move(to: datastore) }
    }

    /// Puts the files of snapshots back into the machine's own directory, which is where they are after a move.
    ///
    /// Rule: VMW-136.
    private mutating func bringSnapshotFilesHome(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        let vm = try virtualMachine(id)
        guard vm.config.snapshotDirectory != nil else { return }
        for (snapshot, value) in vm.snapshots.sorted(by: { $0.key < $1.key }) {
            let data = try bringHome(value.dataFile, of: vm)
            let memory = try value.memoryFile.map { path throws(MethodFault) in try bringHome(path, of: vm) }
            try change(id) { vm in
                vm.snapshots[snapshot]?.dataFile = data
                vm.snapshots[snapshot]?.memoryFile = memory
                vm.snapshots[snapshot]?.config.snapshotDirectory = nil
            }
        }
        try change(id) { vm in vm.config.snapshotDirectory = nil }
    }

    private mutating func bringHome(_ path: FilePath, of vm: VirtualMachine) throws(MethodFault) -> FilePath {
        let target = vm.home.sibling(path.name)
        guard target != path, let file = store[path] else { return path }
        store.delete(path)
        try store.create(target, file)
        return target
    }
}

extension VirtualMachine {
    /// Says `datastore` in every path.
    fileprivate mutating func move(to datastore: String) {
        home.datastore = datastore
        for index in config.disks.indices where config.disks[index].path.directory == home.directory {
            config.disks[index].path.datastore = datastore
        }
        detached = []
        retired = []
        for id in snapshots.keys {
            guard var snapshot = snapshots[id] else { continue }
            for index in snapshot.config.disks.indices { snapshot.config.disks[index].path.datastore = datastore }
            snapshot.dataFile.datastore = datastore
            snapshot.memoryFile?.datastore = datastore
            snapshot.backupManifest?.datastore = datastore
            snapshots[id] = snapshot
        }
    }
}

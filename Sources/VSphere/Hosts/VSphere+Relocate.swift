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
        let paths = store.paths(in: vm.home.directory, on: vm.home.datastore)
        let size = paths.reduce(ByteCount.zero) { $0 + (store[$1]?.size ?? .zero) }
        try store.demand(size, for: FilePath(datastore, vm.home.directory, vm.home.name))
        return settings.timings.create + size.time(at: settings.timings.copyRate)
    }

    mutating func finishRelocate(_ id: Moref<VirtualMachine>, _ spec: RelocateSpec) throws(MethodFault) {
        if let host = spec.host { try change(id) { vm in vm.host = host } }
        guard let datastore = spec.datastore else { return }
        let vm = try virtualMachine(id)
        store.move(vm.home.directory, from: vm.home.datastore, to: datastore)
        try change(id) { vm in vm.move(to: datastore) }
    }
}

extension VirtualMachine {
    /// Says `datastore` in every path.
    fileprivate mutating func move(to datastore: String) {
        home.datastore = datastore
        for index in config.disks.indices { config.disks[index].path.datastore = datastore }
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

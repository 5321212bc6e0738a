import Hypervisor
import HashTreeCollections
import LabCore
import SimulatedMachine

extension VSphere {
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

    /// What the call itself refuses, before there is a task.
    func validate(_ spec: SnapshotSpec, for vm: VirtualMachine) throws(MethodFault) {
        if let minutes = spec.quiesceTimeout, !(5...240).contains(minutes) {
            throw MethodFault(.invalidArgument(property: "quiesceSpec.timeout"), rule: "VMW-049")
        }
        if vm.config.isFaultTolerant {
            throw MethodFault(.notSupported(why: "the machine is protected by Fault Tolerance"), rule: "VMW-036")
        }
        if vm.isTemplate {
            throw MethodFault(.notSupported(why: "the machine is a template"), rule: "VMW-050")
        }
        if spec.name.isEmpty, !settings.inferred.emptyNameFailsInTask {
            throw MethodFault(.invalidArgument(property: "name"), rule: "VMW-022")
        }
    }

    /// Refuses what cannot be captured, and asks the guest to come to rest where that was asked for.
    mutating func beginCreateSnapshot(
        _ spec: SnapshotSpec, of id: Moref<VirtualMachine>
    ) throws(MethodFault) -> Duration {
        let vm = try virtualMachine(id)
        try spec.checkName()
        try checkCount(of: vm)
        try checkDevices(of: vm, memory: spec.memory)
        let contents = self.contents(of: spec, for: vm)
        if contents.state == .suspended, vm.suspensionIsHeld {
            throw MethodFault(.snapshotNoChange, rule: "VMW-028")
        }
        if vm.power.state == .poweredOff, spec.memory, !settings.inferred.memoryIsIgnoredWhenOff {
            throw MethodFault(.invalidPowerState(requested: .poweredOn, existing: .poweredOff), rule: "VMW-026")
        }
        try store.demand(contents.holdsMemory ? vm.config.memory + dataFileSize : dataFileSize, for: vm.home)
        let timings = settings.timings
        let hold = timings.create + timings.createPerDisk * vm.config.dependentDisks.count
        if doomedSnapshots.strike([id]) {
            doom(id, MethodFault(.genericVMConfigFault(why: "An error occurred while saving the snapshot.")))
        }
        guard contents.quiesces else {
            return hold + (contents.holdsMemory ? vm.config.memory.time(at: timings.memoryWriteRate) : .zero)
        }
        return try quiesce(id, holdingFor: hold)
    }

    /// Brings the guest's disks to rest, or says why the task will fail, and after how long.
    private mutating func quiesce(
        _ id: Moref<VirtualMachine>, holdingFor hold: Duration
    ) throws(MethodFault) -> Duration {
        let vm = try virtualMachine(id)
        guard toolsAreRunning(in: vm) else {
            guard settings.toolsUnavailableQuiesce == .fail else { return hold }
            let why = "Cannot quiesce this virtual machine because VMware Tools is not currently available."
            throw MethodFault(.applicationQuiesceFault(why: why), rule: "VMW-044")
        }
        let moment = max(now, vm.hardwareClock)
        do throws(GuestFault) {
            guard var machine = virtualMachines[id] else { return hold }
            let frozen = try machine.hardware.freeze(at: moment)
            machine.hardwareClock = moment + frozen
            machine.tools.isFrozen = true
            virtualMachines[id] = machine
            guard hold <= settings.timings.freezeWindow else {
                doom(id, MethodFault(.filesystemQuiesceFault, rule: "VMW-046"))
                return settings.timings.quiesce + settings.timings.freezeWindow
            }
            return settings.timings.quiesce + frozen + hold
        } catch {
            let why =
                "An error occurred while saving the snapshot: Failed to quiesce the virtual machine."
            switch error.reason {
            case .agentHangs: doom(id, MethodFault(.filesystemQuiesceFault, rule: "VMW-046"))
            case .isNotRunning, .quiesceRefused, .isFrozen, .refused:
                doom(id, MethodFault(.applicationQuiesceFault(why: why), rule: "VMW-045"))
            }
            return settings.timings.quiesce + error.elapsed
        }
    }

    /// Lets the task that takes a snapshot of `id` at this moment end in error.
    private mutating func doom(_ id: Moref<VirtualMachine>, _ fault: MethodFault) { pendingDooms[id] = fault }

    /// Captures the machine as it is at this instant.
    mutating func finishCreateSnapshot(
        _ spec: SnapshotSpec, of id: Moref<VirtualMachine>
    ) throws(MethodFault) -> Moref<VirtualMachineSnapshot> {
        if let doom = pendingDooms[id] { throw doom }
        let vm = try virtualMachine(id)
        let contents = self.contents(of: spec, for: vm)
        let isQuiesced = vm.tools.isFrozen
        let snapshot = try capture(vm, as: spec, contents: contents, isQuiesced: isQuiesced)
        let now = now
        try change(id) { vm in
            vm.tree.create(snapshot.id)
            vm.snapshots[snapshot.id] = snapshot
            vm.suspensionIsHeld = contents.state == .suspended
            vm.isFreshlyReverted = false
            if isQuiesced { vm.hardware.thaw(at: max(now, vm.hardwareClock)) }
            vm.tools.isFrozen = false
        }
        owners[snapshot.id] = id
        try openDeltas(of: id)
        growList(of: vm)
        return snapshot.id
    }

    /// Writes the snapshot's own files.
    private mutating func capture(
        _ vm: VirtualMachine, as spec: SnapshotSpec, contents: SnapshotContents, isQuiesced: Bool
    ) throws(MethodFault) -> VirtualMachineSnapshot {
        let number = vm.tree.nextNumber
        let dataFile = vm.snapshotFile("-Snapshot\(number).vmsn")
        try store.create(dataFile, StoredFile(.snapshotData, size: dataFileSize))
        var memoryFile: FilePath?
        if contents.holdsMemory {
            let path = vm.snapshotFile("-Snapshot\(number).vmem")
            try store.create(path, StoredFile(.snapshotMemory, size: vm.config.memory))
            memoryFile = path
        }
        var manifest: FilePath?
        if isQuiesced, vm.config.isWindows {  // Rule: VMW-048.
            let path = vm.file("-vss_manifests\(number).zip")
            try store.create(path, StoredFile(.snapshotManifestList, size: .kibibytes(24)))
            manifest = path
        }
        return VirtualMachineSnapshot(
            id: newSnapshotMoref(of: vm.id, number: number), virtualMachine: vm.id, name: spec.name,
            text: spec.text ?? "",  // Rule: VMW-023.
            createTime: now + settings.inferred.hostClockLead,  // Rule: VMW-017.
            state: contents.state, isQuiesced: isQuiesced, config: vm.config,
            memory: contents.holdsMemory ? vm.hardware.memory : nil, guest: vm.guest, bootTime: vm.power.bootTime,
            processorFeatures: hosts[vm.host]?.processorFeatures ?? [], changeHistory: vm.changeHistory,
            dataFile: dataFile, memoryFile: memoryFile, backupManifest: manifest)
    }

    /// Opens a delta on each disk that is part of the snapshot; the disks under them are fixed from then on.
    mutating func openDeltas(of id: Moref<VirtualMachine>) throws(MethodFault) {
        let vm = try virtualMachine(id)
        for (index, disk) in vm.config.disks.enumerated() where !disk.mode.isIndependent {  // Rule: VMW-030.
            let path = try openDelta(on: disk.path, for: vm)
            try change(id) { vm in vm.config.disks[index].path = path }  // Rule: VMW-122.
        }
    }

    /// Opens a delta on `parent` in the machine's directory, under the next free number.
    mutating func openDelta(on parent: FilePath, for vm: VirtualMachine) throws(MethodFault) -> FilePath {
        let names = Set(store.paths(in: vm.home.directory, on: vm.home.datastore).map(\.name))
        let base = store.chain(to: parent).first ?? parent
        let stem = base.directory == vm.home.directory ? base.stem : vm.home.stem
        var number = 1
        while names.contains(where: { $0.hasSuffix(Self.deltaEnding(number)) }) { number += 1 }
        let path = vm.home.sibling(stem + Self.deltaEnding(number))
        let isLarge = (store.content(of: parent)?.size ?? .zero) > .gibibytes(2048)
        let isNew = store.datastores[vm.home.datastore]?.version ?? 6 >= 6
        let format: DiskLink.Format = isNew || isLarge ? .seSparse : .vmfsSparse
        let extent = path.extent(of: format)
        guard store[extent] == nil else {
            throw MethodFault(.fileAlreadyExists(file: extent.description), rule: "VMW-052")
        }
        try store.openChild(of: parent, at: path, format: format)
        return path
    }

    /// Lets the guest go on after a create that came to nothing, and leaves deltas where a cancelled one does.
    mutating func abandonCreateSnapshot(of id: Moref<VirtualMachine>, wasCancelled: Bool) {
        guard let vm = virtualMachines[id] else { return }
        pendingDooms[id] = nil
        if vm.tools.isFrozen, !settings.failedQuiesceLeavesGuestFrozen {  // Rule: VMW-047.
            let moment = max(now, vm.hardwareClock)
            virtualMachines[id]?.hardware.thaw(at: moment)
            virtualMachines[id]?.tools.isFrozen = false
        }
        guard wasCancelled else { return }
        let chance = settings.cancelledCreateLeavesDeltas
        guard world.dice.chance(chance.numerator, in: chance.denominator) else { return }
        // Without room for the deltas there are no leftovers, which is what was to be shown.
        try? openDeltas(of: id)
        note(id, "the cancelled snapshot left deltas behind")
    }

    private func contents(of spec: SnapshotSpec, for vm: VirtualMachine) -> SnapshotContents {
        SnapshotContents(
            of: vm.power.state, memory: spec.memory, quiesce: spec.quiesce, toolsInstalled: vm.tools.isInstalled,
            diskOnlySuspended: settings.diskOnlySnapshotOnSuspended)
    }

    /// The room for configuration and devices of one snapshot.
    private var dataFileSize: ByteCount { .kibibytes(28) }

    private static func deltaEnding(_ number: Int) -> String {
        let digits = String(number)
        return "-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".vmdk"
    }
}

extension FilePath {
    /// The file with the data of a disk whose descriptor stands at this path.
    func extent(of format: DiskLink.Format) -> FilePath {
        switch format {
        case .thick, .thin: sibling(stem + "-flat.vmdk")
        case .vmfsSparse: sibling(stem + "-delta.vmdk")
        case .seSparse: sibling(stem + "-sesparse.vmdk")
        }
    }
}

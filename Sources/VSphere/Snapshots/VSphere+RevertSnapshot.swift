import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension VSphere {
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
                guard !plane.settings.inferred.revertWithoutCurrentIsRefused else {
                    throw MethodFault(.notFound, rule: "VMW-079")
                }
                return nil
            }
        }
        return try submit(
            .revertToCurrentSnapshot(current, host: host, suppressPowerOn: suppressPowerOn ?? false), to: id)
    }

    /// Refuses what cannot be reverted to, and stops a machine that runs.
    mutating func beginRevert(
        _ id: Moref<VirtualMachine>, to target: Moref<VirtualMachineSnapshot>, host: Moref<HostSystem>?,
        suppressPowerOn: Bool
    ) throws(MethodFault) -> Duration {
        let snapshot = try self.snapshot(target).snapshot
        let vm = try virtualMachine(id)
        try checkFiles(of: snapshot)
        try checkProcessor(for: snapshot, of: vm, host: host)
        var duration = settings.timings.revert + settings.timings.revertPerDisk * snapshot.config.disks.count
        if snapshot.memory != nil {
            duration =
                settings.timings.revertWithMemory + snapshot.config.memory.time(at: settings.timings.memoryReadRate)
        }
        guard vm.power.state == .poweredOn else { return duration }
        if settings.inferred.revertShowsPowerOff { try stop(id) }  // Rule: VMW-064.
        return duration + settings.timings.revertStop
    }

    /// Brings a machine back to a snapshot.
    ///
    /// What it was since is gone. Rule: VMW-060.
    mutating func finishRevert(
        _ id: Moref<VirtualMachine>, to target: Moref<VirtualMachineSnapshot>, host: Moref<HostSystem>?,
        suppressPowerOn: Bool
    ) throws(MethodFault) -> TaskOutcome {
        let snapshot = try self.snapshot(target).snapshot
        if try virtualMachine(id).power.state != .poweredOff { try stop(id) }
        let logged = try virtualMachine(id).logPath
        try bringBackDisks(of: id, from: snapshot)
        try bringBackConfiguration(of: id, from: snapshot)
        if !settings.inferred.logGoesOnThroughRevert { store.resize(logged, to: .kibibytes(64)) }  // Rule: VMW-088.
        let renewed = world.names.uuid()
        let restoresName = settings.inferred.revertRestoresName
        try change(id) { vm in
            vm.tree.revert(to: target)
            vm.generationID = renewed
            vm.changeHistory += 1
            vm.isFreshlyReverted = true
            if restoresName { vm.name = snapshot.config.name }  // Rule: VMW-077.
        }
        if let host { try change(id) { vm in vm.host = host } }  // Rule: VMW-067.
        return try bringBackPower(of: id, from: snapshot, suppressPowerOn: suppressPowerOn)
    }

    /// Cuts off a machine that runs or is suspended, without a word to the guest.
    private mutating func stop(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        let told = try virtualMachine(id).guest
        _ = try changePower(id) { (power, _) throws(MethodFault) in try power.powerOff(dropsSuspended: true) }
        try cut(id)
        if settings.inferred.revertForgetsGuest { return }  // Rule: VMW-081. The cut forgets.
        try change(id) { vm in vm.guest = told }
    }

    private func checkFiles(of snapshot: VirtualMachineSnapshot) throws(MethodFault) {
        for path in [snapshot.dataFile, snapshot.memoryFile].compactMap(\.self) where store[path] == nil {
            throw MethodFault(.fileNotFound(file: path.description), rule: "VMW-080")
        }
        for disk in snapshot.config.dependentDisks where !store.isComplete(disk.path) {
            throw MethodFault(.invalidSnapshotFormat, rule: "VMW-080")
        }
    }

    private func checkProcessor(
        for snapshot: VirtualMachineSnapshot, of vm: VirtualMachine, host: Moref<HostSystem>?
    ) throws(MethodFault) {
        let host = try self.host(host, or: vm.host)
        guard snapshot.memory != nil, !snapshot.processorFeatures.isSubset(of: host.processorFeatures) else { return }
        let why = "The processor of host \(host.name) lacks features that the snapshot's memory relies on."
        throw MethodFault(.genericVMConfigFault(why: why), rule: "VMW-069")
    }

    // MARK: Disks

    /// Puts every disk of the snapshot where it was, but for independent ones that are still there.
    private mutating func bringBackDisks(
        of id: Moref<VirtualMachine>, from snapshot: VirtualMachineSnapshot
    ) throws(MethodFault) {
        let vm = try virtualMachine(id)
        var disks: [VirtualDisk] = []
        let heads = vm.snapshotHeads
        for var disk in snapshot.config.disks {
            let present = vm.config.disks.first { $0.key == disk.key && $0.mode.isIndependent }
            if disk.mode.isIndependent {
                if let present, present.path == disk.path { disk = present }  // Rule: VMW-073.
            } else {
                disk.path = try openDelta(on: disk.path, for: vm)
            }
            disks.append(disk)
        }
        for disk in vm.config.disks where !disk.mode.isIndependent && !heads.contains(disk.path) {
            dropRunningDelta(disk.path)  // Only now: the new deltas have other names. Rule: VMW-122.
        }
        try leaveOut(of: id, all: disks)
        for disk in disks { try mount(disk, in: id) }
        try change(id) { vm in vm.config.disks = disks }
    }

    /// Deletes a delta that nothing stands on and no snapshot refers to.
    private mutating func dropRunningDelta(_ path: FilePath) {
        guard let link = store[path]?.disk, link.parent != nil, link.children.isEmpty else { return }
        store.delete(path)
    }

    /// Takes out the disks that the snapshot does not know; their files stay.
    ///
    /// Rule: VMW-071.
    private mutating func leaveOut(of id: Moref<VirtualMachine>, all kept: [VirtualDisk]) throws(MethodFault) {
        for disk in try virtualMachine(id).config.disks where !kept.contains(where: { $0.key == disk.key }) {
            if let role = disk.role { try change(id) { vm in _ = vm.hardware.detach(role) } }
            let isBase = store[disk.path]?.disk.map { $0.parent == nil && $0.children.isEmpty } ?? false
            if settings.inferred.revertDeletesAddedDisks, isBase { store.delete(disk.path) }
        }
    }

    // MARK: Configuration

    /// Brings the whole configuration back, but for what a revert leaves alone.
    ///
    /// Rule: VMW-070.
    private mutating func bringBackConfiguration(
        of id: Moref<VirtualMachine>, from snapshot: VirtualMachineSnapshot
    ) throws(MethodFault) {
        let (version, now) = (newChangeVersion(), now)
        let restoresAddresses = settings.inferred.revertRestoresHardwareAddresses
        try change(id) { vm in
            let old = vm.config
            vm.config = snapshot.config
            vm.config.disks = old.disks
            vm.config.vAppProperties = old.vAppProperties  // Rule: VMW-078.
            vm.config.uuid = old.uuid  // Rule: VMW-076.
            vm.config.instanceUUID = old.instanceUUID
            vm.config.changeVersion = version
            vm.config.modified = now
            guard !restoresAddresses else { return }
            for (index, nic) in vm.config.nics.enumerated() {
                guard let present = old.nics.first(where: { $0.key == nic.key }) else { continue }
                vm.config.nics[index].hardwareAddress = present.hardwareAddress
            }
        }
    }

    // MARK: Power

    /// Leaves the machine in the power state that the snapshot stands for.
    ///
    /// Rule: VMW-063.
    private mutating func bringBackPower(
        of id: Moref<VirtualMachine>, from snapshot: VirtualMachineSnapshot, suppressPowerOn: Bool
    ) throws(MethodFault) -> TaskOutcome {
        let state = snapshot.state.afterRevert(suppressPowerOn: suppressPowerOn)
        guard let memory = snapshot.memory, let boot = snapshot.bootTime, state != .poweredOff else {
            return .done(nil)
        }
        if state == .poweredOn {
            do throws(MethodFault) {
                try admitToHost(try virtualMachine(id), host: nil)
            } catch {
                let asleep = settings.inferred.failedResumeLeavesSuspended
                if asleep { try putMemoryBack(memory, boot: boot, of: id, from: snapshot, runs: false) }
                return .failedHalfWay(error)
            }
        }
        try putMemoryBack(memory, boot: boot, of: id, from: snapshot, runs: state == .poweredOn)
        return .done(nil)
    }

    private mutating func putMemoryBack(
        _ memory: Memory, boot: Instant, of id: Moref<VirtualMachine>, from snapshot: VirtualMachineSnapshot,
        runs: Bool
    ) throws(MethodFault) {
        let now = now
        try change(id) { vm in
            let moment = max(now, vm.hardwareClock)
            vm.hardware.restore(memory: memory, at: moment)
            if !runs { vm.hardware.suspend(at: moment) }
            vm.hardwareClock = moment
            vm.power = runs ? .poweredOn(boot: boot) : .suspended(boot: boot, since: now)
            vm.guest = snapshot.guest  // Rule: VMW-081.
            vm.tools = Tools(isInstalled: vm.tools.isInstalled)
            vm.tools.clockLag = now - snapshot.createTime
        }
        let vm = try virtualMachine(id)
        let path = runs ? vm.swapPath : vm.suspendPath
        try store.create(path, StoredFile(runs ? .swap : .suspendMemory, size: vm.config.memory))
        note(id, "poweredOff -> \(vm.power.state.rawValue)")
        if runs { try wakeGuest(id) }
    }

    /// A text that no writer has seen yet.
    mutating func newChangeVersion() -> String { "\(now)-\(world.names.number("change"))" }
}

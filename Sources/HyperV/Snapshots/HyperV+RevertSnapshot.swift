import HashTreeCollections
import Hypervisor
package import LabCore
import SimulatedMachine

/// Whether a caller has said yes to what a cmdlet asks.
package enum Confirmation: Hashable, Sendable {
    /// `-Confirm:$false`.
    case given
    /// Nothing was said, and nobody is there to ask.
    case notGiven
}

extension HyperV {
    /// Applies a checkpoint: the machine's disks, settings and, where there is one, memory become those of the checkpoint.
    ///
    /// `Restore-VMSnapshot`. The present state is gone for good: nobody takes a checkpoint of it. Rule: HV-066.
    package mutating func restoreVMSnapshot(
        _ target: Checkpoint.ID, confirm: Confirmation = .notGiven
    ) throws(HyperVFault) -> Job.ID {
        try call("Restore-VMSnapshot", on: target.rawValue, answer: { $0.rawValue }, checksFirst: true) {
            (plane) throws(HyperVFault) in
            let checkpoint = try plane.checkpoint(target)
            if confirm == .notGiven, plane.settings.inferred.promptFails {
                throw HyperVFault(
                    "InvalidOperation",
                    "Restore-VMSnapshot will restore checkpoint \"\(checkpoint.name)\". PowerShell is in NonInteractive "
                        + "mode. Read and Prompt functionality is not available.", rule: "HV-060")
            }
            return try plane.beginApply(checkpoint)
        }
    }

    /// Applies the one checkpoint of a machine that has a name.
    ///
    /// Rule: HV-071.
    package mutating func restoreVMSnapshot(
        named name: String, of id: VirtualMachine.ID, confirm: Confirmation = .notGiven
    ) throws(HyperVFault) -> Job.ID {
        let found = try vmSnapshots(of: id, named: name)
        guard found.count == 1, let only = found.first else {
            throw HyperVFault(
                settings.inferred.ambiguousCheckpoint, "There are \(found.count) checkpoints named \"\(name)\".",
                rule: "HV-071")
        }
        return try restoreVMSnapshot(only.id, confirm: confirm)
    }

    /// Applies a checkpoint through WMI, which does not stop the machine first and answers 4096 when it begins.
    ///
    /// `Msvm_VirtualSystemSnapshotService.ApplySnapshot`. Rule: HV-171.
    package mutating func applySnapshot(
        _ target: Checkpoint.ID
    ) throws(HyperVFault) -> (returnValue: Int, job: Job.ID) {
        let job = try call("ApplySnapshot", on: target.rawValue, answer: { $0.rawValue }, checksFirst: true) {
            (plane) throws(HyperVFault) in
            let checkpoint = try plane.checkpoint(target)
            let state = try plane.machine(checkpoint.machine).state
            if ![.off, .saved].contains(state), plane.settings.inferred.applyThroughWMINeedsRest {
                throw .state("HV-065")
            }
            return try plane.beginApply(checkpoint)
        }
        return (4096, job)
    }

    /// Refuses what cannot be applied, and stops a machine that runs.
    private mutating func beginApply(_ checkpoint: Boxed<Checkpoint>) throws(HyperVFault) -> Job.ID {
        let id = checkpoint.machine
        settle(id)
        try validate(checkpoint, on: machine(id))
        let (savesFirst, wasRunning) = (settings.inferred.restoreSavesFirst, try machine(id).state == .running)
        let effect = try moveState(of: id) { (state) throws(NotInState<PowerState>) in
            try state.beginApply(savesFirst: savesFirst)
        }
        let timings = settings.timings
        var phases: [Duration] = []
        if effect == .begins {
            halt(id)
            let memory = try machine(id).config.memory
            phases.append(savesFirst ? timings.save + memory.time(at: timings.memoryRate) : timings.power)
        }
        let drives = checkpoint.configBox.drives.count
        let memory = checkpoint.memory == nil ? .zero : checkpoint.config.memory.time(at: timings.memoryRate)
        phases.append(timings.apply + timings.perDisk * drives + memory)
        // A broken chain is found only when the machine is stopped already. Rule: HV-072.
        let doom = faultInChains(of: checkpoint)
        return begin(.applyCheckpoint(checkpoint.id, wasRunning: wasRunning), on: id, phases: phases, doom: doom)
    }

    /// Refuses what cannot be applied, before anything is touched.
    private func validate(
        _ checkpoint: Boxed<Checkpoint>, on machine: Boxed<VirtualMachine>
    ) throws(HyperVFault) {
        if checkpoint.type == .missing {
            throw HyperVFault(
                .invalidState, "The checkpoint '\(checkpoint.name)' is missing its files.", rule: "HV-080")
        }
        if checkpoint.isAutomatic, !settings.inferred.automaticCheckpointsCanBeRestored { throw .state("HV-045") }
        if machine.job != nil { throw .busy(machine) }
        if isMerging(machine.id), settings.inferred.mergesRefuseApply { throw .busy(machine, rule: "HV-079") }
        if machine.state.isCritical {
            throw HyperVFault(.operationFailed, "The storage of the virtual machine cannot be written to.")
        }
        try requireRoom(checkpoint.configBox.drives.files.map { ($0, VirtualHardDisk.header) }, rule: "HV-026")
    }

    /// What stands in the way of using a checkpoint's files.
    ///
    /// Rule: HV-069.
    package func faultInChains(of checkpoint: Boxed<Checkpoint>) -> HyperVFault? {
        for drive in checkpoint.configBox.drives {
            guard let path = drive.path else { continue }
            if let fault = fault(inChainOf: path) { return fault }
        }
        return nil
    }

    /// The machine has been saved or stopped, and now the checkpoint is applied.
    mutating func restForApply(_ id: VirtualMachine.ID) {
        changeState(of: id) { (state) throws(NotInState<PowerState>) in try state.settle() }
    }

    // MARK: The end of the job

    /// Brings a machine back to a checkpoint.
    mutating func finishApply(
        _ target: Checkpoint.ID, to id: VirtualMachine.ID, wasRunning: Bool
    ) throws(HyperVFault) {
        let (checkpoint, old) = (try checkpoint(target), try machine(id).configBox)
        machines[id]?.wrappedValue.hardware.cutPower(at: world.now)
        dropSavedState(of: id)
        let fixed = checkpoint.configBox.drives
        let kept = settings.inferred.applyRestoresAttachments
        let added = old.drives.filter { drive in !fixed.contains { $0.isAtPlace(of: drive) } }
        takeAway(kept ? old.drives : old.drives.filter { drive in !added.contains(drive) }, from: id)
        var config = settingsBroughtBack(from: checkpoint, instead: old)
        let contents = openLeaves(on: &config.drives, for: id)
        if !kept { config.drives += added }
        let generation = world.names.guid()  // Rule: HV-075.
        machines[id]?.change { machine in
            machine.config = config
            for (role, content) in contents { machine.insert(content, as: role) }
            machine.tree.revert(to: target)
            machine.lastApplied = target
            machine.generationID = generation
            machine.run = VirtualMachine.Run()  // Rule: HV-078.
            machine.epoch += 1
        }
        bringBackPower(of: id, from: checkpoint, wasRunning: wasRunning)
    }

    /// All settings come back, whatever was changed since.
    ///
    /// Rule: HV-068.
    private func settingsBroughtBack(
        from checkpoint: Boxed<Checkpoint>, instead old: Boxed<Configuration>
    ) -> Configuration {
        var config = checkpoint.wrappedValue.config
        if !settings.inferred.applyRestoresVersion { config.version = old.version }
        if !settings.inferred.applyRestoresHardwareAddresses { config.adapters = old.adapters }  // Rule: HV-077.
        return config
    }

    /// Takes disks off a machine, and deletes what was written since its last checkpoint.
    private mutating func takeAway(_ drives: [HardDiskDrive], from id: VirtualMachine.ID) {
        for drive in drives {
            guard let path = drive.path, let file = files[path], file.owner == id else { continue }
            let isLeaf = file.type == .differencing && path.isAVHDX && file.checkpoint == nil && file.children.isEmpty
            if !isLeaf { putAway(path) }
            if let role = drive.role { _ = machines[id]?.wrappedValue.hardware.detach(role) }
            guard isLeaf else { continue }
            erase(path)
            if let parent = file.parent { settleLayer(parent, of: id) }
        }
    }

    /// Opens a new file over each that a checkpoint holds, for a machine to write to.
    ///
    /// The checkpoint's own files stay as they are, so that it can be applied again. Rule: HV-070.
    ///
    /// - Returns: what is on the disks that have a role.
    private mutating func openLeaves(
        on drives: inout [HardDiskDrive], for id: VirtualMachine.ID
    ) -> [(role: DiskRole, content: Disk)] {
        var contents: [(role: DiskRole, content: Disk)] = []
        for index in drives.indices {
            guard let path = drives[index].path, let content = files[path]?.content else { continue }
            drives[index].source = .file(openLeaf(on: path, holding: content, for: id))
            if let role = drives[index].role { contents.append((role, content)) }
        }
        return contents
    }

    /// Leaves the machine as the checkpoint says: off without memory, and with it saved, or running as before.
    ///
    /// Rules: HV-061, HV-062 and HV-063.
    private mutating func bringBackPower(
        of id: VirtualMachine.ID, from checkpoint: Boxed<Checkpoint>, wasRunning: Bool
    ) {
        guard let memory = checkpoint.memory, let size = machines[id]?.wrappedValue.config.memory else {
            return setState(of: id, .off)
        }
        machines[id]?.wrappedValue.hardware.restore(memory: memory, at: world.now)
        machines[id]?.wrappedValue.hardware.suspend(at: world.now)
        machines[id]?.savedOn = checkpoint.savedOn
        machines[id]?.savedAt = world.now
        machines[id]?.run.clockLag = world.now - checkpoint.created
        let runs = wasRunning && settings.inferred.restoreResumesIfRunning && canRestore(checkpoint.savedOn)
        guard !runs else {
            setState(of: id, .running)
            return goOn(id)
        }
        keepSavedState(of: id, size)
        setState(of: id, .saved)
    }
}

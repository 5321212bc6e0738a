internal import Hypervisor
internal import LabCore

extension LibvirtDriver {
    /// Takes a snapshot, and waits until it can be used.
    func takeSnapshot(_ request: SnapshotRequest, of machine: MachineID) async throws(Refusal) -> Snapshot {
        let record = try record(of: machine)
        let state = try await state(of: machine)
        var plan = try SnapshotPlan(request, of: record, in: state)
        if state.isActive, try await flag(.hasJob(machine.rawValue)) {
            // libvirt itself would wait half a minute for its end, and then give up.
            throw Refusal(
                .refused, code: LibvirtError.Code.operationTimeout.name,
                message: "a backup or another job is under way on the machine", rule: "LV-033")
        }
        let instant = HostClock.now
        let id = Snapshot.ID(rawValue: request.name)
        var taken = SnapshotRecord(
            snapshot: Snapshot(
                id: id, name: request.name, machine: machine, instant: instant, disks: plan.roles,
                holdsMemory: plan.memory, isQuiesced: false, state: .ready, method: plan.method(quiesced: false)),
            kind: plan.kind)
        switch plan.kind {
        case .internal:
            try await createInternal(plan, named: request.name, of: machine)
        case .external:
            taken.bases = Dictionary(
                record.disks.filter { plan.groups.joined().contains($0.target) }.map { ($0.target, $0.path) }
            ) { $1 }
            for (number, group) in plan.groups.enumerated() {
                if number > 0 { try await HostClock.sleep(settings.successionGap) }
                let wasQuiesced = try await takeExternal(group, plan: &plan, into: &taken)
                taken.snapshot.isQuiesced = wasQuiesced
            }
        }
        taken.snapshot.method = plan.method(quiesced: taken.snapshot.isQuiesced)
        taken.snapshot.notes = plan.notes
        var changed = try self.record(of: machine)
        changed.snapshots.append(taken)
        try keep(changed)
        return taken.snapshot
    }

    private func createInternal(
        _ plan: SnapshotPlan, named name: String, of machine: MachineID
    ) async throws(Refusal) {
        do throws(Refusal) {
            let xml = DomainXML.internalSnapshot(name: name, memory: plan.memory)
            try await call(.createSnapshot(machine.rawValue, xml: xml, flags: [.validate]))
        } catch {
            let refusal = error
            if refusal.kind != .refused {
                await evenWhenCancelled { await self.settleAfterFailedSave(of: name, machine) }
            }
            throw refusal
        }
    }

    /// Takes an external snapshot of a group of disks, and answers whether the guest was at rest for it.
    private func takeExternal(
        _ targets: [String], plan: inout SnapshotPlan, into taken: inout SnapshotRecord
    ) async throws(Refusal) -> Bool {
        guard plan.quiesce != .off else {
            try await createExternal(targets, plan: plan, quiesced: false, into: &taken)
            return false
        }
        do throws(Refusal) {
            try await createExternal(targets, plan: plan, quiesced: true, into: &taken)
            return true
        } catch {
            var refusal = error
            // Rule: LV-027. A guest that was frozen before refuses to freeze, and is left frozen.
            let wasFrozen = await thawAfterFailure(taken.snapshot.machine)
            if wasFrozen, refusal.code == LibvirtError.Code.internalError.name { refusal.rule = "LV-027" }
            let isAboutGuest =
                refusal.isAboutAgent || refusal.code == LibvirtError.Code.internalError.name
                || refusal.code == LibvirtError.Code.argumentUnsupported.name
            guard plan.quiesce == .preferred, isAboutGuest else { throw refusal }
            plan.notes.append(Note("not quiesced: \(refusal.message)", rule: refusal.rule))
            try await createExternal(targets, plan: plan, quiesced: false, into: &taken)
            return false
        }
    }

    private func createExternal(
        _ targets: [String], plan: SnapshotPlan, quiesced: Bool, into taken: inout SnapshotRecord
    ) async throws(Refusal) {
        let machine = taken.snapshot.machine
        var record = try record(of: machine)
        let generation = record.takeGeneration()
        try keep(record)
        let folder = root.machine(machine)
        let overlays = Dictionary(targets.map { ($0, "\(folder)/\($0).\(generation)") }) { $1 }
        let memory = plan.memory ? "\(folder)/memory.\(generation)" : nil
        let holdsVariables = record.variables != nil && taken.variables == nil && plan.roles.contains(.root)
        let variables = holdsVariables ? "\(folder)/variables.\(generation)" : nil
        let xml = DomainXML.externalSnapshot(
            name: taken.snapshot.name, overlays: overlays, targets: record.disks.map(\.target), memory: memory)
        // Rule: LV-031. A record of libvirt's could neither be reverted to nor deleted, and would forbid merging behind it.
        var flags: SnapshotCreation = [.noMetadata, .atomic, .validate]
        if !plan.memory { flags.insert(.diskOnly) }
        if quiesced, variables == nil { flags.insert(.quiesce) }
        var standsStill = false
        do throws(Refusal) {
            if variables != nil { standsStill = try await standStill(machine, quiesced: quiesced) }
            try await call(.createSnapshot(machine.rawValue, xml: xml, flags: flags))
            for index in record.disks.indices {
                guard let overlay = overlays[record.disks[index].target] else { continue }
                record.disks[index].path = overlay
                record.disks[index].format = .qcow2
                try DiskImage.restrict(overlay)
            }
            taken.memory = memory
            if let variables, let source = record.variables {
                // Rule: LV-072. No external snapshot holds what the firmware keeps.
                try await Firmware.copy(source, to: variables)
                taken.variables = variables
            }
            try keep(record)
            if standsStill { try await goOn(machine, quiesced: quiesced) }
        } catch {
            let refusal = error
            if standsStill { _ = await evenWhenCancelled { await self.resumed(machine) } }
            // Rule: LV-025. An agent that is down is noticed before anything is created; what else failed may have left files.
            await evenWhenCancelled { await self.settleAfterFailure(machine) }
            throw refusal.explained(quiesced: quiesced, memory: plan.memory)
        }
    }

    /// Stops a machine, at rest if so wished, for what libvirt's own snapshot leaves out; answers whether it ran.
    ///
    /// The freeze comes first: who stands still freezes nothing. Rule: LV-023.
    private func standStill(_ machine: MachineID, quiesced: Bool) async throws(Refusal) -> Bool {
        guard try await state(of: machine) == .running else { return false }
        if quiesced { try await call(.freeze(machine.rawValue)) }
        try await call(.suspend(machine.rawValue))
        return true
    }

    private func goOn(_ machine: MachineID, quiesced: Bool) async throws(Refusal) {
        try await call(.resume(machine.rawValue))
        if quiesced { try await call(.thaw(machine.rawValue)) }
    }

    /// Finds out which files a machine writes to after a call whose outcome is not known, and removes what it left.
    func settleAfterFailure(_ machine: MachineID) async {
        // The failure itself is worth more to the caller than trouble with looking for its traces.
        guard var record = machines[machine] else { return }
        guard let paths = try? await paths(of: machine) else { return }
        for index in record.disks.indices {
            guard let path = paths[record.disks[index].target] else { continue }
            if record.disks[index].path != path { record.disks[index].format = .qcow2 }
            record.disks[index].path = path
        }
        // The failure that led here is what the caller must hear; opening the lab anew settles the rest.
        try? keep(record)
        try? await removeUnneededFiles(of: record)
    }

    /// Thaws a guest whose freeze failed, and answers whether it was frozen.
    private func thawAfterFailure(_ machine: MachineID) async -> Bool {
        await evenWhenCancelled {
            // An agent that does not answer cannot have frozen anything, or cannot be asked to thaw.
            guard (try? await self.isFrozen(machine)) == true else { return false }
            _ = try? await self.call(.thaw(machine.rawValue))
            return true
        }
    }
}

extension Refusal {
    /// The refusal of an external snapshot, with the rule behind it.
    func explained(quiesced: Bool, memory: Bool) -> Refusal {
        var explained = self
        // Rule: LV-066. What was written of the memory, for which there was no room, libvirt has removed. Its code is that
        // of other failures as well; the system's own words are the same in all of its versions.
        if memory, code == LibvirtError.Code.operationFailed.name, message.contains("No space left on device") {
            explained.rule = "LV-066"
        }
        guard quiesced, rule == nil else { return explained }
        switch code {
        // Rule: LV-024.
        case LibvirtError.Code.argumentUnsupported.name: explained.rule = RuleID(rawValue: "LV-024")
        case LibvirtError.Code.agentUnresponsive.name:
            explained.rule = RuleID(rawValue: message.contains("not connected") ? "LV-025" : "LV-026")
        default: break
        }
        return explained
    }
}

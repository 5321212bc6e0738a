internal import Hypervisor
internal import LabCore

extension LibvirtDriver {
    /// Takes a snapshot, and waits until it can be used.
    func takeSnapshot(_ request: SnapshotRequest, of machine: MachineID) async throws(Refusal) -> Snapshot {
        let record = try record(of: machine)
        var plan = try SnapshotPlan(request, of: record, in: try await state(of: machine))
        let instant = HostClock.now
        let id = Snapshot.ID(rawValue: request.name)
        var taken = SnapshotRecord(
            snapshot: Snapshot(
                id: id, name: request.name, machine: machine, instant: instant, disks: plan.roles,
                holdsMemory: plan.memory, isQuiesced: false, state: .ready, method: plan.method(quiesced: false)),
            kind: plan.kind)
        switch plan.kind {
        case .internal:
            // Rule: LV-067. Should QEMU end in the middle, the older snapshots are as they were, and the books need no change.
            let xml = DomainXML.internalSnapshot(name: request.name, memory: plan.memory)
            try await call(.createSnapshot(machine.rawValue, xml: xml, flags: [.validate]))
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

    /// Takes an external snapshot of a group of disks, and answers whether the guest was at rest for it.
    private func takeExternal(
        _ targets: [String], plan: inout SnapshotPlan, into taken: inout SnapshotRecord
    ) async throws(Refusal) -> Bool {
        guard plan.quiesce != .off else {
            try await createExternal(targets, plan: plan, quiesced: false, into: &taken)
            return false
        }
        do throws(Refusal) {
            try await freezeIsSound(taken.snapshot.machine)
            try await createExternal(targets, plan: plan, quiesced: true, into: &taken)
            return true
        } catch {
            await thawAfterFailure(taken.snapshot.machine)
            let isAboutGuest =
                error.isAboutAgent || error.code == LibvirtError.Code.internalError.name
                || error.code == LibvirtError.Code.argumentUnsupported.name
            guard plan.quiesce == .preferred, isAboutGuest else { throw error }
            plan.notes.append(Note("not quiesced: \(error.message)", rule: error.rule))
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
        let xml = DomainXML.externalSnapshot(
            name: taken.snapshot.name, overlays: overlays, targets: record.disks.map(\.target), memory: memory)
        // Rule: LV-031. A record of libvirt's could neither be reverted to nor deleted, and would forbid merging behind it.
        var flags: SnapshotCreation = [.noMetadata, .atomic, .validate]
        if !plan.memory { flags.insert(.diskOnly) }
        if quiesced { flags.insert(.quiesce) }
        do throws(Refusal) {
            try await call(.createSnapshot(machine.rawValue, xml: xml, flags: flags))
            for index in record.disks.indices {
                guard let overlay = overlays[record.disks[index].target] else { continue }
                record.disks[index].path = overlay
                record.disks[index].format = .qcow2
                try DiskImage.restrict(overlay)
            }
            taken.memory = memory
            try keep(record)
        } catch {
            let refusal = error
            // Rule: LV-025. An agent that is down is noticed before anything is created; what else failed may have left files.
            await evenWhenCancelled { await self.settleAfterFailure(machine) }
            throw refusal.explained(quiesced: quiesced)
        }
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

    /// Refuses to freeze a guest that is frozen, and lets a made-to-fail freeze meet one.
    private func freezeIsSound(_ machine: MachineID) async throws(Refusal) {
        if refusesNextFreeze.remove(machine) != nil {
            // Rule: LV-027. A guest that is frozen refuses to freeze: the call that follows fails for real.
            try await call(.freeze(machine.rawValue))
        }
    }

    /// A freeze that failed leaves the guest frozen when it was frozen before.
    private func thawAfterFailure(_ machine: MachineID) async {
        await evenWhenCancelled {
            // Rule: LV-027. An agent that does not answer cannot have frozen anything, or cannot be asked to thaw.
            guard (try? await self.isFrozen(machine)) == true else { return }
            _ = try? await self.call(.thaw(machine.rawValue))
        }
    }
}

extension Refusal {
    /// The refusal of a quiesced snapshot, with the rule behind it.
    fileprivate func explained(quiesced: Bool) -> Refusal {
        guard quiesced, rule == nil else { return self }
        var explained = self
        switch code {
        // Rule: LV-024.
        case LibvirtError.Code.argumentUnsupported.name: explained.rule = RuleID(rawValue: "LV-024")
        case LibvirtError.Code.internalError.name: explained.rule = RuleID(rawValue: "LV-027")
        case LibvirtError.Code.agentUnresponsive.name:
            explained.rule = RuleID(rawValue: message.contains("not connected") ? "LV-025" : "LV-026")
        default: break
        }
        return explained
    }
}

internal import Hypervisor
internal import LabCore

extension LibvirtDriver {
    /// Brings a machine back to a snapshot, and waits until that is done.
    func revert(_ request: RevertRequest, of machine: MachineID) async throws(Refusal) -> RevertReport {
        let record = try record(of: machine)
        guard let target = record.snapshot(request.snapshot) else { throw .noSnapshot(request.snapshot) }
        if request.method == Self.newMachineMethod, request.disks == nil {
            return try await revertIntoNewMachine(record, to: target)
        }
        guard [nil, target.kind.rawValue, target.snapshot.method].contains(request.method) else {
            throw Refusal(
                .unsupported, code: "UnknownMethod",
                message: "an \(target.kind.rawValue) snapshot has no way back by \(request.method ?? "")")
        }
        let roles = request.disks ?? target.snapshot.disks
        if let other = roles.first(where: { !target.snapshot.disks.contains($0) }) {
            throw Refusal(
                .refused, code: LibvirtError.Code.configurationUnsupported.name,
                message: "the snapshot holds no disk '\(other.rawValue)'")
        }
        switch target.kind {
        case .internal: return try await revertInternal(record, to: target, roles: roles)
        case .external: return try await revertExternal(record, to: target, roles: roles)
        }
    }

    private func revertInternal(
        _ record: MachineRecord, to target: SnapshotRecord, roles: [DiskRole]
    ) async throws(Refusal) -> RevertReport {
        let name = record.id.rawValue
        guard Set(roles) == Set(record.roles) else {
            throw Refusal(
                .refused, code: LibvirtError.Code.configurationUnsupported.name,
                message: "an internal snapshot brings back all disks or none", rule: "LV-002")
        }
        try await checkTags(of: record, tag: target.snapshot.name)
        if try await flag(.hasCheckpoint(name)) {
            throw Refusal(
                .refused, code: LibvirtError.Code.operationInvalid.name,
                message: "the machine has checkpoints: a revert would fail and leave it shut off", rule: "LV-058")
        }
        var notes: [Note] = []
        if try await flag(.hasManagedSave(name)) {
            // Rule: LV-038. Forced, the revert would leave the saved state for the next start to trip over.
            try await call(.removeManagedSave(name))
            notes.append(Note("a saved state was removed first", rule: "LV-038"))
        }
        if try await state(of: record.id).isActive {
            try await checkJobs(of: record)
            notes.append(Note("QEMU was restarted: consoles drop, the guest does not notice", rule: "LV-035"))
        }
        // Rule: LV-075. QEMU's own way, by its monitor, is faster, and leaves libvirt with the description of another time.
        let runs = target.snapshot.holdsMemory
        try await call(.endAndRevert(name, snapshot: target.snapshot.name, flags: runs ? [.paused] : []))
        try await compareDisks(of: record, withTag: target.snapshot.name)
        notes.append(Note("the host found every disk identical to the snapshot", rule: "LV-060"))
        if runs {
            try await call(.resume(name))
            try await waitForAgent(of: record.id)
            try await setClock(of: record.id)
        }
        return RevertReport(machine: record.id, method: "internal", leftRunning: runs, notes: notes)
    }

    /// Refuses as long as a job has a disk in hand, or the machine as a whole.
    private func checkJobs(of record: MachineRecord) async throws(Refusal) {
        let name = record.id.rawValue
        for disk in record.disks {
            guard case .job(let job) = try await call(.blockJob(name, disk: disk.target)) else { throw .wrongAnswer }
            guard job == nil else {
                throw Refusal(
                    .refused, code: LibvirtError.Code.operationInvalid.name, message: "domain has active block job",
                    rule: "LV-039")
            }
        }
        guard try await flag(.hasJob(name)) else { return }
        throw Refusal(
            .refused, code: LibvirtError.Code.operationTimeout.name,
            message: "a backup or another job is under way on the machine")
    }

    /// Compares the disks with the snapshot from the host, before the guest goes on.
    ///
    /// A page cache that came back with the memory would hide a disk that did not. Rule: LV-060.
    private func compareDisks(of record: MachineRecord, withTag tag: String) async throws(Refusal) {
        let scratch = "\(root.path)/scratch"
        try Files.makeFolder(scratch)
        for disk in record.disks where disk.role != nil {
            try await DiskImage.compare(
                disk.path, withTag: tag, scratch: "\(scratch)/\(record.id).\(disk.target).raw")
        }
    }

    private func revertExternal(
        _ record: MachineRecord, to target: SnapshotRecord, roles: [DiskRole]
    ) async throws(Refusal) -> RevertReport {
        let targets = record.disks.filter { disk in disk.role.map(roles.contains) ?? false }.map(\.target)
        if target.memory != nil, Set(roles) != Set(target.snapshot.disks) {
            throw Refusal(
                .refused, code: LibvirtError.Code.configurationUnsupported.name,
                message: "memory comes back with all its disks or not at all")
        }
        try await checkFiles(of: target)
        do throws(Refusal) {
            try await redoRevert(record, to: target, targets: targets)
        } catch {
            // Refused or not: the machine was cut off by then, and only the journal says how to go on.
            throw error.afterChange
        }
        // Rule: LV-036. libvirt before 9.9 refuses, so the driver lays new overlays over the files that the snapshot kept.
        let notes = [
            Note("done by the driver: new overlays over the snapshot's files", rule: "LV-036"),
            target.memory == nil ? Note("a snapshot without memory leaves the machine off", rule: "LV-037") : nil,
        ].compactMap { $0 }
        return RevertReport(
            machine: record.id, method: "external", leftRunning: target.memory != nil, notes: notes)
    }

    /// Reverts to an external snapshot, from the first step and onto a new generation of overlays.
    ///
    /// Cut off at any moment it can be done again: nothing that is needed is destroyed before its last step.
    func redoRevert(
        _ given: MachineRecord, to target: SnapshotRecord, targets: [String]
    ) async throws(Refusal) {
        var record = given
        // Rule: LV-037. A number, not the second, names the overlays: two reverts in one second are two generations.
        let generation = record.takeGeneration()
        record.journal = .revert(to: target.snapshot.id, targets: targets, generation: generation)
        try keep(record)
        var overlays: [(path: String, base: String)] = []
        for index in record.disks.indices where targets.contains(record.disks[index].target) {
            guard let base = target.bases[record.disks[index].target] else { continue }
            let overlay = "\(root.machine(record.id))/\(record.disks[index].target).\(generation)"
            overlays.append((overlay, base))
            record.disks[index].path = overlay
            record.disks[index].format = .qcow2
        }
        // New files over those that nobody writes to: they can be made while the machine is still being switched off.
        async let made = Self.makeOverlays(overlays)
        try await destroy(record.id.rawValue)
        try await made.get()
        let isRoot = { (disk: MachineDisk) in disk.role == .root && targets.contains(disk.target) }
        if let copy = target.variables, let variables = record.variables, record.disks.contains(where: isRoot) {
            try await Firmware.copy(copy, to: variables)  // Rule: LV-072. They say what of the root disk is booted.
        }
        try await define(record)
        if let memory = target.memory {
            // The memory file remembers the base as the disk; only this description keeps the guest from writing into it.
            let xml = try await text(.describe(record.id.rawValue, migratable: true))
            try await call(.restore(file: memory, xml: xml))
            try await waitForAgent(of: record.id)
            try await setClock(of: record.id)
        }
        record.journal = nil
        try keep(record)
        try await removeUnneededFiles(of: record)
    }

    private static func makeOverlays(_ overlays: [(path: String, base: String)]) async -> Result<Void, Refusal> {
        do throws(Refusal) {
            for (path, base) in overlays {
                try await DiskImage.createOverlay(path, over: base, format: try await DiskImage.format(of: base))
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// A tag or an image that is missing makes libvirt kill the domain before it notices.
    ///
    /// Rules: LV-055 and LV-056 and LV-057.
    func checkTags(of record: MachineRecord, tag: String) async throws(Refusal) {
        for disk in record.disks {
            guard Files.exists(disk.path) else { throw .missing(disk.path, rule: "LV-057") }
            guard try await DiskImage.tags(of: disk.path).contains(tag) else {
                throw Refusal(
                    .refused, code: LibvirtError.Code.noSnapshot.name,
                    message: "Snapshot '\(tag)' does not exist in \(disk.target); nothing was changed", rule: "LV-057")
            }
        }
    }

    func checkFiles(of target: SnapshotRecord) async throws(Refusal) {
        for (_, base) in target.bases.sorted(by: { $0.key < $1.key }) {
            for file in try await DiskImage.chain(of: base) where !Files.exists(file) {
                throw .missing(file, rule: "LV-057")
            }
        }
        if let memory = target.memory, !Files.exists(memory) { throw .missing(memory, rule: "LV-057") }
    }
}

extension Refusal {
    static func noSnapshot(_ id: Snapshot.ID) -> Refusal {
        Refusal(
            .refused, code: LibvirtError.Code.noSnapshot.name,
            message: "no domain snapshot with matching name '\(id)'", rule: "LV-054")
    }

    /// The refusal of a later step: what came before it was done.
    var afterChange: Refusal {
        guard kind == .refused else { return self }
        var failed = self
        failed.kind = .failed
        return failed
    }

    fileprivate static func missing(_ path: String, rule: RuleID) -> Refusal {
        Refusal(
            .refused, code: LibvirtError.Code.systemError.name,
            message: "\(path) is missing; nothing was changed", rule: rule)
    }
}

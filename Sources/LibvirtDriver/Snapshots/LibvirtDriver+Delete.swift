internal import Hypervisor
internal import LabCore

extension LibvirtDriver {
    /// Deletes a snapshot, and waits until it is gone.
    func deleteSnapshot(_ id: Snapshot.ID, of machine: MachineID) async throws(Refusal) {
        var record = try record(of: machine)
        guard let target = record.snapshot(id) else { throw .noSnapshot(id) }
        if target.kind == .internal {
            // Rule: LV-050. With its record alone gone, the tag would stay, and the next of that name overwrite it.
            try await call(.deleteSnapshot(machine.rawValue, snapshot: target.snapshot.name, flags: []))
        }
        record.snapshots.removeAll { $0.snapshot.id == id }
        try keep(record)
        for (disk, base) in target.bases.sorted(by: { $0.key < $1.key }) {
            try await mergeDown(disk, onto: base, of: machine)
        }
        try await removeUnneededFiles(of: try self.record(of: machine))
    }

    /// Merges what a machine wrote since a snapshot into the snapshot's file, when nothing else needs that file as it is.
    ///
    /// A file that other snapshots lie over stays as it is; it goes when they go.
    private func mergeDown(_ target: String, onto base: String, of machine: MachineID) async throws(Refusal) {
        var record = try record(of: machine)
        guard let index = record.disks.firstIndex(where: { $0.target == target }) else { return }
        let overlay = record.disks[index].path
        guard try await DiskImage.backing(of: overlay)?.path == base else { return }
        for other in record.snapshots {
            guard let path = other.bases[target] else { continue }
            guard try await !DiskImage.chain(of: path).contains(base) else { return }
        }
        let format = try await DiskImage.format(of: base)
        if try await state(of: machine).isActive {
            try await mergeWhileRunning(target, of: machine)
        } else {
            // Rule: LV-047. libvirt itself deletes only the newest one of a machine that is off.
            try await DiskImage.commit(overlay)
        }
        record.disks[index].path = base
        record.disks[index].format = MachineDisk.Format(rawValue: format) ?? .qcow2
        if try await !state(of: machine).isActive { try await define(record) }
        try keep(record)
    }

    /// Merges the active layer as such, and ends the job only when everything is copied.
    ///
    /// Rule: LV-063.
    private func mergeWhileRunning(_ target: String, of machine: MachineID) async throws(Refusal) {
        let name = machine.rawValue
        try await call(.commit(name, disk: target))
        let isReady = try await HostClock.poll(for: .seconds(300)) { () async throws(Refusal) -> Bool? in
            guard case .job(let job) = try await call(.blockJob(name, disk: target)) else { throw .wrongAnswer }
            guard let job else {
                throw Refusal(
                    .failed, code: LibvirtError.Code.operationFailed.name, message: "the merge of \(target) ended early"
                )
            }
            return job.isReady ? true : nil
        }
        guard isReady != nil else {
            throw Refusal(
                .failed, code: LibvirtError.Code.operationTimeout.name, message: "the merge of \(target) takes too long"
            )
        }
        // Everything copied is not yet "ready": for a moment libvirt may still refuse to end the job.
        let hasEnded = try await HostClock.poll(for: .seconds(30)) { () async throws(Refusal) -> Bool? in
            do throws(Refusal) {
                try await call(.endBlockJob(name, disk: target, pivot: true))
                return true
            } catch {
                guard error.code == LibvirtError.Code.blockJobActive.name else { throw error }
                return nil
            }
        }
        guard hasEnded != nil else {
            throw Refusal(
                .failed, code: LibvirtError.Code.blockJobActive.name, message: "the merge of \(target) does not end")
        }
    }

    /// Removes the overlays of failed states and of snapshots that are gone.
    func removeUnneededFiles(of record: MachineRecord) async throws(Refusal) {
        var chain: Set<String> = []
        for path in record.neededFiles.sorted() where !path.contains("/memory.") {
            chain.formUnion(try await DiskImage.chain(of: path))
        }
        try store.removeUnneededFiles(of: record, alsoKeeping: chain)
    }

    /// The file that each disk of a domain is in, by target, from libvirt's own description.
    func paths(of machine: MachineID) async throws(Refusal) -> [String: String] {
        DomainXML.diskPaths(in: try await text(.describe(machine.rawValue, migratable: false)))
    }
}

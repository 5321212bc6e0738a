internal import Hypervisor
internal import LabCore

extension LibvirtDriver {
    /// Puts a machine in order after an internal snapshot that came to nothing, or of which nobody knows what it came to.
    ///
    /// The images have grown by what was written of it, and nothing gives that back while QEMU has them open: it is
    /// reclaimed as soon as the machine is off. Rule: LV-065. Should QEMU have ended in the middle, that is now, and the
    /// older snapshots are as they were. Rule: LV-067.
    func settleAfterFailedSave(of name: String, _ machine: MachineID) async {
        leaking.insert(machine)
        // The failure that led here is what the caller must hear; what stays is settled when the lab is opened anew.
        if let names = try? await texts(.snapshots(machine.rawValue)), names.contains(name) {
            _ = try? await call(.deleteSnapshot(machine.rawValue, snapshot: name, flags: []))
        }
        try? await reclaimLeaks(of: machine)
    }

    /// Gives back what a failed snapshot left in the images of a machine that is off now; does nothing for others.
    func reclaimLeaks(of machine: MachineID) async throws(Refusal) {
        guard leaking.contains(machine), try await !state(of: machine).isActive else { return }
        let record = try record(of: machine)
        for disk in record.disks where disk.format == .qcow2 {
            try await removeUnknownTags(of: record, from: disk)
            try await DiskImage.reclaimLeaks(of: disk.path)
        }
        leaking.remove(machine)
    }

    /// Removes the tags of snapshots that were complete in an image, but that nobody was told of any more.
    ///
    /// Rule: LV-068.
    private func removeUnknownTags(of record: MachineRecord, from disk: MachineDisk) async throws(Refusal) {
        let known = Set(record.snapshots.map(\.snapshot.name) + [WarmStart.tag])
        for tag in try await DiskImage.tags(of: disk.path) where !known.contains(tag) {
            try await DiskImage.deleteTag(tag, from: disk.path)
        }
    }
}

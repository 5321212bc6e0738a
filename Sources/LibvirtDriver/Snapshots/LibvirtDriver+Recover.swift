internal import Hypervisor
internal import LabCore

extension LibvirtDriver {
    /// Puts a machine in order that another process left: thaws it, and does a revert again that was cut off.
    func recover(_ given: MachineRecord) async throws(Refusal) {
        var record = given
        let machine = record.id
        if case .revert(let id, let targets, _) = record.journal, let target = record.snapshot(id) {
            try await redoRevert(record, to: target, targets: targets)
            return
        }
        let paths = try await paths(of: machine)
        for index in record.disks.indices {
            record.disks[index].path = paths[record.disks[index].target] ?? record.disks[index].path
            let format = try await DiskImage.format(of: record.disks[index].path)
            record.disks[index].format = MachineDisk.Format(rawValue: format) ?? .qcow2
        }
        record.journal = nil
        try keep(record)
        // A revert to an internal snapshot that was cut off has left the machine off, and can be asked for again.
        // Rule: LV-069.
        leaking.insert(machine)  // Nobody can say any more what was cut off in the middle.
        try await reclaimLeaks(of: machine)
        // Cut off in the middle of a snapshot with memory a machine stands still, and nobody lets it go on. Rule: LV-068.
        if try await state(of: machine) == .paused { try await call(.resume(machine.rawValue)) }
        if try await state(of: machine) == .running {
            try await waitForAgent(of: machine)
            // A driver that died between freeze and thaw leaves a guest that waits for ever. Rule: LV-030.
            if try await isFrozen(machine) { try await call(.thaw(machine.rawValue)) }
        }
        try await removeUnneededFiles(of: record)
    }
}

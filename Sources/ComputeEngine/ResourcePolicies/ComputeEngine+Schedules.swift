import Hypervisor
import HashTreeCollections
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// Enters the next run of a schedule: at its start hour, and then in its cycle, in UTC.
    ///
    /// Rule: GCE-128.
    mutating func planRun(of id: ResourcePolicy.ID, _ disk: PersistentDisk.ID) {
        guard case .snapshotSchedule(let schedule) = policies[id]?.kind else { return }
        let day: Int64 = 86_400_000_000_000
        let interval = schedule.cycle.interval.nanoseconds
        let first = now.nanoseconds / day * day + Int64(schedule.startHour) * 3_600_000_000_000
        var due = first
        if due <= now.nanoseconds { due += ((now.nanoseconds - due) / interval + 1) * interval }
        agenda.enter(.scheduleRuns(id, disk), at: Instant(nanoseconds: due))
    }

    /// A run of a schedule takes a snapshot and marks it as its own.
    ///
    /// Rule: GCE-077.
    mutating func runSchedule(_ id: ResourcePolicy.ID, of disk: PersistentDisk.ID) {
        guard let policy = policies[id], policy.disks.contains(disk), let source = disks[disk],
            case .snapshotSchedule(let schedule) = policy.kind
        else { return }
        planRun(of: id, disk)
        let stem = source.path.name.prefix(40)
        let path = path(.snapshots, .global, "\(stem)-\(now.nanoseconds / 1_000_000_000)-\(world.names.number("run"))")
        guard source.state == .ready, names[path] == nil, countSnapshot(of: source) == nil else { return }
        let snapshot = DiskSnapshot(
            id: .init(rawValue: makeNumber()), path: path, created: now, sourceDisk: source.path.link,
            sourceDiskID: source.id, diskSizeGB: source.sizeGB, storageLocation: settings.storageLocation,
            chainName: nil, type: .standard, labels: Labels(), schedule: id, guestFlush: false, guest: source.guest)
        note(path.name, "taken by \(policy.path.name)")
        beginSnapshot(snapshot, nil)
        enter(.retentionEnds(snapshot.id), in: .days(schedule.maxRetentionDays))
    }

    /// The time of a scheduled snapshot is over; that of a deleted disk goes only if the schedule says so.
    ///
    /// Rule: GCE-129.
    mutating func endRetention(of id: DiskSnapshot.ID) {
        guard let snapshot = snapshots[id], let schedule = snapshot.schedule else { return }
        if disks[snapshot.sourceDiskID] == nil, keepsAfterDeletion(schedule) { return }
        remove(id)
    }

    private func keepsAfterDeletion(_ id: ResourcePolicy.ID) -> Bool {
        guard case .snapshotSchedule(let schedule) = policies[id]?.kind else { return true }
        return schedule.onSourceDiskDelete == .keepAutoSnapshots
    }
}

extension DiskSnapshot {
    /// Whether a schedule took it.
    ///
    /// Rule: GCE-077.
    package var autoCreated: Bool { schedule != nil }
}

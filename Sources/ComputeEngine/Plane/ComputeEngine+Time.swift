public import Hypervisor
package import LabCore

/// What falls due on the plane's own clock.
package enum Due: Hashable, Sendable {
    case operationBegins(Operation.Name)
    case operationEnds(Operation.Name)
    case diskListed(PersistentDisk.ID)
    case diskRestored(PersistentDisk.ID)
    case snapshotFreezes(DiskSnapshot.ID)
    case snapshotCut(DiskSnapshot.ID, frozen: Instance.ID?)
    case snapshotUploaded(DiskSnapshot.ID)
    case instantCut(InstantSnapshot.ID)
    case instantReady(InstantSnapshot.ID)
    case groupCut(InstantSnapshotGroup.ID)
    case groupReady(InstantSnapshotGroup.ID)
    case imageFreezes(MachineImage.ID)
    case imageCut(MachineImage.ID, frozen: Bool)
    case imageUploaded(MachineImage.ID)
    case staged(Instance.ID, epoch: Int)
    case ceased(Instance.ID, epoch: Int, Operation.Name)
    case powerCut(Instance.ID, epoch: Int)
    case repaired(Instance.ID, epoch: Int)
    case suspensionExpires(Instance.ID, epoch: Int)
    case scheduleRuns(ResourcePolicy.ID, PersistentDisk.ID)
    case retentionEnds(DiskSnapshot.ID)
}

extension ComputeEngine: Scheduled {
    /// Moves virtual time on, and with it everything that falls due.
    public mutating func advance(by duration: Duration) { advance(to: now + duration) }

    package mutating func advance(to limit: Instant) {
        while let due = agenda.take(dueBy: limit, in: &world) { handle(due) }
    }

    /// Enters what falls due in `duration` from now.
    mutating func enter(_ due: Due, in duration: Duration) { agenda.enter(due, at: world.now + duration) }

    /// Does what is due now.
    private mutating func handle(_ event: Due) {
        switch event {
        case .operationBegins(let name): begin(name)
        case .operationEnds(let name): finish(name)
        case .diskListed(let id): list(id)
        case .diskRestored(let id): finishRestore(of: id)
        case .snapshotFreezes(let id): freezeForSnapshot(id)
        case .snapshotCut(let id, let frozen): cut(id, frozen: frozen)
        case .snapshotUploaded(let id): finishUpload(of: id)
        case .instantCut(let id): cut(id)
        case .instantReady(let id): finish(id)
        case .groupCut(let id): cut(id)
        case .groupReady(let id): finish(id)
        case .imageFreezes(let id): freezeForImage(id)
        case .imageCut(let id, let frozen): cut(id, frozen: frozen)
        case .imageUploaded(let id): finishUpload(of: id)
        case .staged(let id, let epoch): stage(id, epoch)
        case .ceased(let id, let epoch, let operation): cease(id, epoch, operation)
        case .powerCut(let id, let epoch): cutPower(of: id, epoch)
        case .repaired(let id, let epoch): finishRepair(of: id, epoch)
        case .suspensionExpires(let id, let epoch): expireSuspension(of: id, epoch)
        case .scheduleRuns(let policy, let disk): runSchedule(policy, of: disk)
        case .retentionEnds(let id): endRetention(of: id)
        }
    }
}

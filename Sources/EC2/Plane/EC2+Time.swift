public import Hypervisor
package import LabCore

/// What falls due on the plane's own clock.
package enum Due: Hashable, Sendable {
    case volumeCreated(Volume.ID)
    case volumeRemoved(Volume.ID)
    case connected(Volume.ID, attachment: Int)
    case disconnected(Volume.ID, attachment: Int)
    case modificationMoves(Volume.ID)
    case launched(Instance.ID, epoch: Int)
    case powerCut(Instance.ID, epoch: Int)
    case wentDown(Instance.ID, epoch: Int)
    case booted(Instance.ID, epoch: Int)
    case instanceRemoved(Instance.ID, epoch: Int)
    case instanceForgotten(Instance.ID)
    case snapshotCopied(EBSSnapshot.ID)
    case slotFreed(Volume.ID, EBSSnapshot.ID)
    case snapshotRecovered(EBSSnapshot.ID)
    case snapshotExpired(EBSSnapshot.ID)
    case tierMoves(EBSSnapshot.ID, epoch: Int)
    case fastRestoreMoves(EBSSnapshot.ID, zone: String)
    case imageChecked(Image.ID)
    case imageExpired(Image.ID)
    case rootReplacementMoves(RootReplacement.ID)
}

extension EC2: Scheduled {
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
        case .volumeCreated(let id): finishCreation(of: id)
        case .volumeRemoved(let id): finishDeletion(of: id)
        case .connected(let id, let attachment): finishAttachment(of: id, attachment)
        case .disconnected(let id, let attachment): finishDetachment(of: id, attachment)
        case .modificationMoves(let id): moveModification(of: id)
        case .launched(let id, let epoch): finishLaunch(of: id, epoch)
        case .powerCut(let id, let epoch): cutPower(of: id, epoch)
        case .wentDown(let id, let epoch): finishStop(of: id, epoch)
        case .booted(let id, let epoch): finishReboot(of: id, epoch)
        case .instanceRemoved(let id, let epoch): finishTermination(of: id, epoch)
        case .instanceForgotten(let id): forget(id)
        case .snapshotCopied(let id): finishCopy(of: id)
        case .slotFreed(let volume, let snapshot): freeSlot(of: volume, snapshot)
        case .snapshotRecovered(let id): finishRecovery(of: id)
        case .snapshotExpired(let id): expire(id)
        case .tierMoves(let id, let epoch): moveTier(of: id, epoch)
        case .fastRestoreMoves(let id, let zone): moveFastRestore(of: id, in: zone)
        case .imageChecked(let id): check(id)
        case .imageExpired(let id): expire(id)
        case .rootReplacementMoves(let id): move(id)
        }
    }
}

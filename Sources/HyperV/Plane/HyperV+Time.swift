import HashTreeCollections
public import Hypervisor
package import LabCore

/// What falls due on the host's own clock.
package enum Due: Hashable, Sendable {
    /// A job has come to the end of its present phase.
    case jobMoves(Job.ID)
    /// A finished job is taken off the books.
    case jobForgotten(Job.ID)
    /// A merge has moved all its blocks, unless it was interrupted meanwhile.
    case mergeEnds(Merge.ID, attempt: Int)
    /// A merge that failed is tried again.
    case mergeRetried(Merge.ID)
    /// The time synchronisation service steps the guest's clock.
    case clockSynchronised(VirtualMachine.ID, epoch: Int)
    /// A machine that waits for storage has waited long enough.
    case criticalTimeout(VirtualMachine.ID, epoch: Int)
    /// A guest that was to shut down with force has had its time.
    case forcedOff(VirtualMachine.ID, epoch: Int)
}

extension HyperV: Scheduled {
    /// Moves virtual time on, and with it everything that falls due.
    public mutating func advance(by duration: Duration) { advance(to: now + duration) }

    package mutating func advance(to limit: Instant) {
        while let due = agenda.take(dueBy: limit, in: &world) { handle(due) }
    }

    /// Enters what falls due in `duration` from now.
    mutating func enter(_ due: Due, in duration: Duration) { agenda.enter(due, at: world.now + duration) }

    /// Does what is due now.
    private mutating func handle(_ due: Due) {
        switch due {
        case .jobMoves(let id): move(id)
        case .jobForgotten(let id): jobs[id] = nil
        case .mergeEnds(let id, let attempt): finishMerge(id, attempt: attempt)
        case .mergeRetried(let id): retryMerge(id)
        case .clockSynchronised(let id, let epoch): synchroniseClock(of: id, epoch)
        case .criticalTimeout(let id, let epoch): criticalTimeout(of: id, epoch)
        case .forcedOff(let id, let epoch): forceOff(id, epoch)
        }
    }
}

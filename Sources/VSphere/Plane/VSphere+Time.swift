public import Hypervisor
import HashTreeCollections
package import LabCore

/// What falls due on the plane's own clock.
package enum Due: Hashable, Sendable {
    /// A queued task is taken up.
    case dispatch(Moref<TaskInfo>)
    /// A running task has done its work.
    case complete(Moref<TaskInfo>)
    /// The guest answers for the first time after a boot or a resume.
    case guestAnswers(Moref<VirtualMachine>, boot: Instant)
    /// The guest has shut itself down, and starts again when it was asked to.
    case guestShutsDown(Moref<VirtualMachine>, boot: Instant, restarts: Bool)
    /// Tools step the guest's clock.
    case toolsStepClock(Moref<VirtualMachine>, boot: Instant)
    /// A timer of the guest runs: what it writes has to be stored.
    case guestWrites(Moref<VirtualMachine>, due: Instant)
    /// A finished task is as old as tasks become.
    case taskForgotten(Moref<TaskInfo>)
}

extension VSphere: Scheduled {
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
        case .dispatch(let task): dispatch(task)
        case .complete(let task): complete(task)
        case .guestAnswers(let vm, let boot): guestAnswers(vm, boot: boot)
        case .guestShutsDown(let vm, let boot, let restarts): guestShutsDown(vm, boot: boot, restarts: restarts)
        case .toolsStepClock(let vm, let boot): toolsStepClock(vm, boot: boot)
        case .guestWrites(let vm, let due): guestWrites(vm, due: due)
        case .taskForgotten(let task): forgetTask(task)
        }
    }
}

import HashTreeCollections
package import LabCore

/// Something that falls due.
enum DueEvent: Hashable, Sendable {
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
}

extension VSphere {
    /// Moves virtual time on, and with it everything that falls due.
    public mutating func advance(by duration: Duration) { advance(to: now + duration) }

    /// Moves virtual time on to `limit`; nothing happens when that lies in the past.
    package mutating func advance(to limit: Instant) {
        while let (due, event) = agenda.take(dueBy: limit) {
            world.advance(to: max(due, now))
            handle(event)
        }
        world.advance(to: max(limit, now))
        for id in virtualMachines.keys.sorted() where virtualMachines[id]?.power.state == .poweredOn { settle(id) }
        forgetOldTasks()
    }

    /// Waits until a task has ended, and returns how.
    package mutating func wait(for id: Moref<TaskInfo>) throws(MethodFault) -> TaskInfo {
        while true {
            let info = try task(id)
            guard info.state.completed == nil, let next = agenda.next else { return info }
            advance(to: max(next, now))
        }
    }

    private mutating func handle(_ event: DueEvent) {
        switch event {
        case .dispatch(let task): dispatch(task)
        case .complete(let task): complete(task)
        case .guestAnswers(let vm, let boot): guestAnswers(vm, boot: boot)
        case .guestShutsDown(let vm, let boot, let restarts): guestShutsDown(vm, boot: boot, restarts: restarts)
        case .toolsStepClock(let vm, let boot): toolsStepClock(vm, boot: boot)
        }
    }
}

package import LabCore

/// Where a task stands; the terminal states never change.
package enum TaskState: Hashable, Sendable {
    /// Waits to be taken up; goes on to running or error.
    case queued
    /// Works; goes on to success or error.
    case running(since: Instant, progress: Int)
    /// Done. Terminal.
    case success(TaskResult?, started: Instant, completed: Instant)
    /// Came to nothing, with the fault that says why. Terminal.
    case error(MethodFault, started: Instant?, completed: Instant)

    /// The vendor's word for the state.
    package var word: String {
        switch self {
        case .queued: "queued"
        case .running: "running"
        case .success: "success"
        case .error: "error"
        }
    }

    /// When the task ended; nothing while it has not.
    package var completed: Instant? {
        switch self {
        case .queued, .running: nil
        case .success(_, _, let completed), .error(_, _, let completed): completed
        }
    }

    /// The queued task is taken up.
    package mutating func begin(at now: Instant) throws(MethodFault) {
        switch self {
        case .queued: self = .running(since: now, progress: 0)
        case .running, .success, .error: throw unmoved("begin")
        }
    }

    /// The running task says how far it has come, in percent; it never goes back.
    package mutating func report(progress: Int) throws(MethodFault) {
        switch self {
        case .running(let since, let before): self = .running(since: since, progress: max(before, min(progress, 100)))
        case .queued, .success, .error: throw unmoved("report progress")
        }
    }

    /// The running task is done.
    package mutating func succeed(with result: TaskResult?, at now: Instant) throws(MethodFault) {
        switch self {
        case .running(let since, _): self = .success(result, started: since, completed: now)
        case .queued, .success, .error: throw unmoved("succeed")
        }
    }

    /// The task comes to nothing, before it was taken up or later.
    package mutating func fail(with fault: MethodFault, at now: Instant) throws(MethodFault) {
        switch self {
        case .queued: self = .error(fault, started: nil, completed: now)
        case .running(let since, _): self = .error(fault, started: since, completed: now)
        case .success, .error: throw unmoved("fail")
        }
    }

    private func unmoved(_ event: String) -> MethodFault {
        MethodFault(.invalidState(why: "a task that is \(word) cannot \(event)"))
    }
}

/// What a task made.
package enum TaskResult: Hashable, Sendable {
    case snapshot(Moref<VirtualMachineSnapshot>)
    case virtualMachine(Moref<VirtualMachine>)
}

package import Hypervisor

/// The state of a job, as Msvm_ConcreteJob names it.
///
/// Rule: https://learn.microsoft.com/windows/win32/hyperv_v2/msvm-concretejob
package enum JobState: Int, ResourceState, CaseIterable {
    case new = 2
    case starting = 3
    case running = 4
    case suspended = 5
    case shuttingDown = 6
    case completed = 7
    case terminated = 8
    case killed = 9
    case exception = 10
    case service = 11
    case completedWithWarnings = 32768

    /// Whether nothing will happen to it any more.
    package var isOver: Bool {
        switch self {
        case .completed, .terminated, .killed, .exception, .completedWithWarnings: true
        case .new, .starting, .running, .suspended, .shuttingDown, .service: false
        }
    }

    /// What can happen to a job.
    package enum Event: Hashable, Sendable, CaseIterable { case start, run, complete, fail, terminate, kill, suspend }

    /// Takes an event, or refuses it.
    package mutating func take(_ event: Event) throws(NotInState<Self>) {
        switch (self, event) {
        case (.new, .start): self = .starting
        case (.starting, .run), (.suspended, .start): self = .running
        case (.running, .complete): self = .completed
        case (.starting, .fail), (.running, .fail): self = .exception
        case (.new, .terminate), (.starting, .terminate), (.running, .terminate), (.suspended, .terminate):
            self = .terminated
        case (.new, .kill), (.starting, .kill), (.running, .kill), (.suspended, .kill): self = .killed
        case (.running, .suspend): self = .suspended
        default: throw NotInState(self)
        }
    }
}

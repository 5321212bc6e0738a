package import Hypervisor

/// The state of an instance, as instances.get names it.
///
/// Rule: https://docs.cloud.google.com/compute/docs/instances/instance-lifecycle
package enum PowerState: String, ResourceState, CaseIterable {
    /// It looks for a host; goes to staging or, when there is none, back to terminated or suspended.
    ///
    /// Rule: GCE-123.
    case provisioning = "PROVISIONING"
    /// It has a host and is being prepared; goes to running.
    case staging = "STAGING"
    /// Its guest runs or boots; goes to pending-stop, stopping, suspending or repairing.
    case running = "RUNNING"
    /// Its guest may finish its work before it is asked to shut down; goes to stopping.
    case pendingStop = "PENDING_STOP"
    /// Its guest shuts down, or it is being removed; goes to terminated.
    case stopping = "STOPPING"
    /// It is stopped and has no host; goes to provisioning or stopping.
    case terminated = "TERMINATED"
    /// Its memory is being written out; goes to suspended.
    ///
    /// Rule: GCE-115.
    case suspending = "SUSPENDING"
    /// Its memory is kept and it has no host; goes to provisioning, terminated or stopping.
    ///
    /// Rule: GCE-116.
    case suspended = "SUSPENDED"
    /// Its host failed; goes to running or terminated.
    case repairing = "REPAIRING"

    /// Whether it takes up room in its zone; a stopped instance holds none.
    ///
    /// Rule: GCE-123.
    package var holdsCapacity: Bool {
        switch self {
        case .provisioning, .staging, .running, .pendingStop, .stopping, .suspending, .repairing: true
        case .terminated, .suspended: false
        }
    }

    /// What must happen after a request was accepted.
    package typealias Effect = ChangeEffect
}

extension PowerState {
    /// instances.start.
    ///
    /// Rule: GCE-113.
    package mutating func start() throws(NotInState<Self>) -> Effect {
        switch self {
        case .terminated:
            self = .provisioning
            return .begins
        case .provisioning, .staging, .running: return .nothing
        case .pendingStop, .stopping, .suspending, .suspended, .repairing: throw NotInState(self)
        }
    }

    /// instances.stop, or a guest that switches itself off.
    ///
    /// Rule: GCE-113.
    package mutating func stop(isGraceful: Bool = false) throws(NotInState<Self>) -> Effect {
        switch self {
        case .running:
            self = isGraceful ? .pendingStop : .stopping
            return .begins
        case .pendingStop, .stopping, .terminated: return .nothing
        case .provisioning, .staging, .suspending, .suspended, .repairing: throw NotInState(self)
        }
    }

    /// instances.reset; the state never shows it.
    ///
    /// Rule: GCE-112.
    package func reset() throws(NotInState<Self>) {
        guard self == .running else { throw NotInState(self) }
    }

    /// instances.suspend.
    ///
    /// Rule: GCE-114.
    package mutating func suspend() throws(NotInState<Self>) {
        guard self == .running else { throw NotInState(self) }
        self = .suspending
    }

    /// instances.resume.
    package mutating func resume() throws(NotInState<Self>) {
        guard self == .suspended else { throw NotInState(self) }
        self = .provisioning
    }

    /// instances.delete, from every state.
    package mutating func delete() { self = .stopping }

    /// It has a host.
    package mutating func staged() -> Bool { moved(from: .provisioning, to: .staging) }

    /// The guest begins to boot, or goes on.
    package mutating func launched() -> Bool { moved(from: .staging, to: .running) }

    /// There was no host; `previous` is terminated or suspended.
    ///
    /// Rule: GCE-123.
    package mutating func stockedOut(backTo previous: Self) -> Bool { moved(from: .provisioning, to: previous) }

    /// The guest has had its time.
    package mutating func ceased() -> Bool { moved(from: .pendingStop, to: .stopping) }

    /// The guest is off and the host is given back.
    package mutating func wentDown() -> Bool { moved(from: .stopping, to: .terminated) }

    /// The memory is written out and the host is given back.
    package mutating func wasSuspended() -> Bool { moved(from: .suspending, to: .suspended) }

    /// It was suspended for too long.
    ///
    /// Rule: GCE-116.
    package mutating func expired() -> Bool { moved(from: .suspended, to: .terminated) }

    /// The host failed.
    package mutating func hostFailed() -> Bool { moved(from: .running, to: .repairing) }

    /// It has another host, or is not to be restarted.
    package mutating func repaired(restarts: Bool) -> Bool {
        moved(from: .repairing, to: restarts ? .running : .terminated)
    }
}

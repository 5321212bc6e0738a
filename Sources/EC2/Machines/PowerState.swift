package import Hypervisor

/// The state of an instance, as DescribeInstances names it.
///
/// Rule: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
package enum PowerState: String, ResourceState, CaseIterable {
    /// It is being placed on a host; goes to running or, when its volumes cannot be made, to terminated.
    case pending
    /// It has a host and its guest runs or boots; goes to stopping or shutting-down.
    case running
    /// Its guest shuts down; goes to stopped or shutting-down.
    case stopping
    /// It has no host; goes to pending or shutting-down.
    case stopped
    /// It is being removed; goes to terminated.
    case shuttingDown = "shutting-down"
    /// It is gone but for its record.
    case terminated

    /// The number that stands beside the name in answers.
    package var code: Int {
        switch self {
        case .pending: 0
        case .running: 16
        case .shuttingDown: 32
        case .terminated: 48
        case .stopping: 64
        case .stopped: 80
        }
    }

    /// What must happen after a request was accepted.
    package typealias Effect = ChangeEffect
}

extension PowerState {
    /// StartInstances.
    ///
    /// Rule: AWS-097.
    package mutating func start() throws(NotInState<Self>) -> Effect {
        switch self {
        case .stopped:
            self = .pending
            return .begins
        case .pending, .running: return .nothing
        case .stopping, .shuttingDown, .terminated: throw NotInState(self)
        }
    }

    /// StopInstances, or a guest that switches itself off.
    ///
    /// Rule: AWS-098.
    package mutating func stop() throws(NotInState<Self>) -> Effect {
        switch self {
        case .running:
            self = .stopping
            return .begins
        case .stopping, .stopped: return .nothing
        case .pending, .shuttingDown, .terminated: throw NotInState(self)
        }
    }

    /// RebootInstances; the state never shows it.
    ///
    /// Rule: AWS-102.
    package func reboot() throws(NotInState<Self>) -> Effect {
        switch self {
        case .running: return .begins
        case .terminated: return .nothing
        case .pending, .stopping, .stopped, .shuttingDown: throw NotInState(self)
        }
    }

    /// TerminateInstances, which may be repeated.
    ///
    /// Rule: AWS-110.
    package mutating func terminate() -> Effect {
        switch self {
        case .pending, .running, .stopping, .stopped:
            self = .shuttingDown
            return .begins
        case .shuttingDown, .terminated: return .nothing
        }
    }

    /// The host has taken the instance.
    package mutating func launched() -> Bool { moved(from: .pending, to: .running) }

    /// The guest is off and the host is given back.
    package mutating func wentDown() -> Bool { moved(from: .stopping, to: .stopped) }

    /// Nothing is left but the record.
    package mutating func removed() -> Bool { moved(from: .shuttingDown, to: .terminated) }

    /// The volumes could not be made.
    ///
    /// Rule: AWS-119.
    package mutating func failedToLaunch() -> Bool { moved(from: .pending, to: .terminated) }
}

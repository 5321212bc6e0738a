package import LabCore

/// Where an operation stands; there is no failed state, a failed operation is done and has an error.
///
/// Rule: https://compute.googleapis.com/$discovery/rest?version=v1 (Operation.status)
package enum OperationState: Hashable, Sendable {
    /// It waits for its resource; goes to running.
    case pending
    /// It works; goes to done.
    case running(since: Instant)
    /// It is over. Terminal.
    case done(started: Instant?, ended: Instant, OperationError?)

    /// The vendor's word for the state.
    package var word: String {
        switch self {
        case .pending: "PENDING"
        case .running: "RUNNING"
        case .done: "DONE"
        }
    }
}

extension OperationState {
    /// The resource is free for it; false when it was begun before.
    package mutating func begin(at now: Instant) -> Bool {
        switch self {
        case .pending: self = .running(since: now)
        case .running, .done: return false
        }
        return true
    }

    /// It is over, with or without an error; false when it was over before.
    package mutating func end(_ error: OperationError?, at now: Instant) -> Bool {
        switch self {
        case .pending: self = .done(started: nil, ended: now, error)
        case .running(let since): self = .done(started: since, ended: now, error)
        case .done: return false
        }
        return true
    }
}

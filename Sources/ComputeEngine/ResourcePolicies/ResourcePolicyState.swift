package import Hypervisor

/// The state of a resource policy, as resourcePolicies.get names it.
///
/// Rule: https://compute.googleapis.com/$discovery/rest?version=v1 (ResourcePolicy.status)
package enum ResourcePolicyState: String, ResourceState, CaseIterable {
    /// It is being made; goes to ready or invalid.
    case creating = "CREATING"
    /// It is in force; goes to expired or deleting.
    case ready = "READY"
    /// Its time is over; goes to deleting.
    case expired = "EXPIRED"
    /// It came to nothing; goes to deleting.
    case invalid = "INVALID"
    /// It is being removed, and then not found any more.
    case deleting = "DELETING"
}

extension ResourcePolicyState {
    /// It is in force.
    package mutating func made() -> Bool { moved(from: .creating, to: .ready) }

    /// It came to nothing.
    package mutating func failed() -> Bool { moved(from: .creating, to: .invalid) }

    /// Its time is over.
    package mutating func ranOut() -> Bool { moved(from: .ready, to: .expired) }

    /// A disk wants to be under it.
    package func use() throws(NotInState<Self>) {
        guard self == .ready else { throw NotInState(self) }
    }

    /// resourcePolicies.delete.
    package mutating func delete() throws(NotInState<Self>) {
        switch self {
        case .ready, .expired, .invalid: self = .deleting
        case .creating, .deleting: throw NotInState(self)
        }
    }
}

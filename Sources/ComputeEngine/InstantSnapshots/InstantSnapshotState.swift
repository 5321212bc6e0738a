package import Hypervisor

/// The state of an instant snapshot, as instantSnapshots.get names it.
///
/// Rule: https://compute.googleapis.com/$discovery/rest?version=v1 (InstantSnapshot.status)
package enum InstantSnapshotState: String, ResourceState, CaseIterable {
    /// Its point in time is not fixed yet; goes to ready or failed.
    case creating = "CREATING"
    /// It can be used; goes to deleting or unavailable.
    case ready = "READY"
    /// It came to nothing; goes to deleting.
    case failed = "FAILED"
    /// Its zone is out; goes to ready.
    case unavailable = "UNAVAILABLE"
    /// It is being removed, and then not found any more.
    case deleting = "DELETING"
}

extension InstantSnapshotState {
    /// The point in time is fixed and the snapshot can be used.
    package mutating func made() -> Bool { moved(from: .creating, to: .ready) }

    /// It came to nothing.
    package mutating func failed() -> Bool { moved(from: .creating, to: .failed) }

    /// Something wants to be made from it.
    package func use() throws(NotInState<Self>) {
        guard self == .ready else { throw NotInState(self) }
    }

    /// instantSnapshots.delete.
    package mutating func delete() throws(NotInState<Self>) {
        switch self {
        case .ready, .failed: self = .deleting
        case .creating, .unavailable, .deleting: throw NotInState(self)
        }
    }

    /// The zone is out.
    package mutating func zoneFailed() -> Bool { moved(from: .ready, to: .unavailable) }

    /// The zone is back.
    package mutating func zoneReturned() -> Bool { moved(from: .unavailable, to: .ready) }
}

package import Hypervisor

/// The state of a snapshot, as snapshots.get names it, and of a machine image.
///
/// Rule: https://compute.googleapis.com/$discovery/rest?version=v1 (Snapshot.status)
package enum SnapshotState: String, ResourceState, CaseIterable {
    /// Its point in time is not fixed yet; goes to uploading, failed or deleting.
    case creating = "CREATING"
    /// Its contents are fixed and being stored; goes to ready, failed or deleting.
    case uploading = "UPLOADING"
    /// It can be used; goes to deleting.
    case ready = "READY"
    /// It came to nothing; goes to deleting.
    case failed = "FAILED"
    /// It is being removed, and then not found any more.
    case deleting = "DELETING"
}

extension SnapshotState {
    /// The point in time is fixed: later writes are not in it, and the guest may go on.
    package mutating func cut() -> Bool { moved(from: .creating, to: .uploading) }

    /// The contents are stored.
    package mutating func uploaded() -> Bool { moved(from: .uploading, to: .ready) }

    /// It came to nothing.
    package mutating func failed() -> Bool { moved(from: .creating, .uploading, to: .failed) }

    /// Something wants to be made from it.
    ///
    /// Rule: GCE-062.
    package func use() throws(NotInState<Self>) {
        guard self == .ready else { throw NotInState(self) }
    }

    /// snapshots.delete and machineImages.delete; one that is not ready yet can be protected.
    ///
    /// Rules: GCE-054, GCE-078 and GCE-097.
    package mutating func delete(protectsUnready: Bool) throws(NotInState<Self>) {
        switch self {
        case .ready, .failed: self = .deleting
        case .creating, .uploading:
            guard !protectsUnready else { throw NotInState(self) }
            self = .deleting
        case .deleting: throw NotInState(self)
        }
    }
}

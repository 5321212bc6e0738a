package import Hypervisor

/// The state of a disk, as disks.get names it.
///
/// Rule: https://compute.googleapis.com/$discovery/rest?version=v1 (Disk.status)
package enum DiskState: String, ResourceState, CaseIterable {
    /// It is being made; goes to restoring, ready, failed or deleting.
    case creating = "CREATING"
    /// It is listed, its contents are on their way; goes to ready or failed.
    ///
    /// Rule: GCE-046.
    case restoring = "RESTORING"
    /// It can be used; goes to deleting or unavailable.
    case ready = "READY"
    /// It could not be made; goes to deleting.
    case failed = "FAILED"
    /// It is being removed, and then not found any more.
    case deleting = "DELETING"
    /// Its zone is out; goes to ready.
    case unavailable = "UNAVAILABLE"
}

extension DiskState {
    /// It is listed, and its contents are being brought.
    package mutating func restore() -> Bool { moved(from: .creating, to: .restoring) }

    /// It was made, and its contents are there.
    package mutating func made() -> Bool { moved(from: .creating, to: .ready) || moved(from: .restoring, to: .ready) }

    /// It could not be made.
    package mutating func failed() -> Bool {
        moved(from: .creating, to: .failed) || moved(from: .restoring, to: .failed)
    }

    /// Something wants to attach it, to take a snapshot of it or to resize it.
    ///
    /// Rule: GCE-046.
    package func use() throws(NotInState<Self>) {
        guard self == .ready else { throw NotInState(self) }
    }

    /// disks.delete.
    package mutating func delete() throws(NotInState<Self>) {
        switch self {
        case .ready, .failed: self = .deleting
        case .creating, .restoring, .deleting, .unavailable: throw NotInState(self)
        }
    }

    /// The zone is out.
    package mutating func zoneFailed() -> Bool { moved(from: .ready, to: .unavailable) }

    /// The zone is back.
    package mutating func zoneReturned() -> Bool { moved(from: .unavailable, to: .ready) }
}

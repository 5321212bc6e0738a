/// The state of a machine image, as machineImages.get names it.
///
/// Rule: https://compute.googleapis.com/$discovery/rest?version=v1 (MachineImage.status)
package enum MachineImageState: String, Hashable, Sendable, CaseIterable {
    /// Its point in time is not fixed yet; goes to uploading, invalid or deleting.
    case creating = "CREATING"
    /// Its contents are fixed and being stored; goes to ready, invalid or deleting.
    case uploading = "UPLOADING"
    /// It can be used; goes to deleting.
    case ready = "READY"
    /// It came to nothing; goes to deleting.
    case invalid = "INVALID"
    /// It is being removed, and then not found any more.
    case deleting = "DELETING"
}

extension MachineImageState {
    /// The point in time of all disks is fixed.
    package mutating func cut() -> Bool { moved(from: .creating, to: .uploading) }

    /// The contents are stored.
    package mutating func uploaded() -> Bool { moved(from: .uploading, to: .ready) }

    /// It came to nothing.
    package mutating func failed() -> Bool {
        moved(from: .creating, to: .invalid) || moved(from: .uploading, to: .invalid)
    }

    /// Something wants to be made from it.
    package func use() throws(NotInState<Self>) {
        guard self == .ready else { throw NotInState(self) }
    }

    /// machineImages.delete; one that is not ready yet can be protected.
    ///
    /// Rules: GCE-078 and GCE-097.
    package mutating func delete(protectsUnready: Bool) throws(NotInState<Self>) {
        switch self {
        case .ready, .invalid: self = .deleting
        case .creating, .uploading:
            guard !protectsUnready else { throw NotInState(self) }
            self = .deleting
        case .deleting: throw NotInState(self)
        }
    }

    private mutating func moved(from expected: Self, to next: Self) -> Bool {
        guard self == expected else { return false }
        self = next
        return true
    }
}

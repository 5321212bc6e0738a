package import Hypervisor

/// The state of an EBS snapshot, as DescribeSnapshots names it.
///
/// Rule: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html
package enum SnapshotState: String, ResourceState, CaseIterable {
    /// Its contents are fixed and being copied; goes to completed, error or deleted.
    case pending
    /// It can be used; goes to deleted or recoverable.
    case completed
    /// The copy failed; goes to deleted.
    case error
    /// It lies in the Recycle Bin; goes to recovering or deleted.
    ///
    /// Rule: AWS-043.
    case recoverable
    /// It is being taken out of the Recycle Bin; goes to completed.
    ///
    /// Rule: AWS-147.
    case recovering
    /// It is gone.
    case deleted
}

extension SnapshotState {
    /// The copy is complete.
    package mutating func copied() -> Bool { moved(from: .pending, to: .completed) }

    /// The copy failed.
    ///
    /// Rule: AWS-020.
    package mutating func failed() -> Bool { moved(from: .pending, to: .error) }

    /// DeleteSnapshot, with a rule of the Recycle Bin that matches or without.
    ///
    /// Rule: AWS-038. Rule: AWS-043.
    package mutating func delete(isRetained: Bool) throws(NotInState<Self>) {
        switch self {
        case .completed: self = isRetained ? .recoverable : .deleted
        case .pending, .error: self = .deleted
        case .recoverable, .recovering, .deleted: throw NotInState(self)
        }
    }

    /// RestoreSnapshotFromRecycleBin.
    ///
    /// Rule: AWS-147.
    package mutating func restore() throws(NotInState<Self>) {
        guard moved(from: .recoverable, to: .recovering) else { throw NotInState(self) }
    }

    /// It is out of the Recycle Bin.
    package mutating func recovered() -> Bool { moved(from: .recovering, to: .completed) }

    /// Its time in the Recycle Bin is over.
    package mutating func expired() -> Bool { moved(from: .recoverable, to: .deleted) }

    /// Whether EC2 verbs know it.
    ///
    /// Rule: AWS-043.
    package var isVisible: Bool { self == .pending || self == .completed || self == .error }
}

package import Hypervisor

/// How far a restore point has come, as its provisioning state names it.
///
/// Rule: https://learn.microsoft.com/azure/virtual-machines/create-restore-points
package enum RestorePointState: String, ResourceState, CaseIterable {
    /// It is being made; goes to succeeded or failed.
    case creating = "Creating"
    /// It can be restored from; goes to deleting.
    case succeeded = "Succeeded"
    /// It came to nothing, and stays until it is deleted; goes to deleting.
    case failed = "Failed"
    /// It is being removed; goes to failed when that cannot be done.
    case deleting = "Deleting"
}

extension RestorePointState {
    /// It is made; false when it was not being made.
    package mutating func succeed() -> Bool { moved(from: .creating, to: .succeeded) }
    /// It came to nothing, or its removal did; false when neither was under way.
    package mutating func fail() -> Bool { moved(from: .creating, .deleting, to: .failed) }
    /// A removal was accepted.
    package mutating func delete() throws(NotInState<Self>) {
        switch self {
        case .succeeded, .failed: self = .deleting
        case .creating, .deleting: throw NotInState(self)
        }
    }
}

package import Hypervisor

/// How far the service has come with what was asked of a resource.
///
/// Rule: https://learn.microsoft.com/azure/virtual-machines/states-billing
package enum ProvisioningState: String, ResourceState, CaseIterable {
    /// It is being made; goes to succeeded, failed or deleting.
    case creating = "Creating"
    /// It is being changed, or for disks and snapshots made; goes to succeeded, failed or deleting.
    case updating = "Updating"
    /// The last change was done; goes to updating or deleting.
    case succeeded = "Succeeded"
    /// The last change failed; goes to updating or deleting.
    case failed = "Failed"
    /// It is being removed; goes to failed when that cannot be done.
    case deleting = "Deleting"

    /// Whether a change is under way.
    package var isPassing: Bool {
        switch self {
        case .creating, .updating, .deleting: true
        case .succeeded, .failed: false
        }
    }
}

extension ProvisioningState {
    /// A change was accepted.
    package mutating func update() throws(NotInState<Self>) {
        switch self {
        case .succeeded, .failed: self = .updating
        case .creating, .updating, .deleting: throw NotInState(self)
        }
    }
    /// A deletion was accepted, which overtakes what is under way.
    package mutating func delete() throws(NotInState<Self>) {
        switch self {
        case .creating, .updating, .succeeded, .failed: self = .deleting
        case .deleting: throw NotInState(self)
        }
    }
    /// What was under way is done; false when nothing was.
    package mutating func succeed() -> Bool { moved(from: .creating, .updating, to: .succeeded) }
    /// What was under way failed; false when nothing was.
    package mutating func fail() -> Bool { moved(from: .creating, .updating, .deleting, to: .failed) }
}

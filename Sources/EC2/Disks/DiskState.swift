package import Hypervisor

/// The state of a volume, as DescribeVolumes names it.
///
/// Rule: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-describing-volumes.html
package enum VolumeState: String, ResourceState, CaseIterable {
    /// It is being made; goes to available, error or deleting.
    case creating
    /// It has no attachment; goes to in-use or deleting.
    case available
    /// It has an attachment in any state; goes to available.
    ///
    /// Rule: AWS-079.
    case inUse = "in-use"
    /// It is being removed; goes to deleted.
    case deleting
    /// It is gone.
    case deleted
    /// It could not be made; goes to deleting.
    case error
}

extension VolumeState {
    /// It was made.
    ///
    /// False when it is being deleted already.
    package mutating func created() -> Bool { moved(from: .creating, to: .available) }

    /// It could not be made.
    ///
    /// Rule: AWS-020.
    package mutating func failed() -> Bool { moved(from: .creating, to: .error) }

    /// AttachVolume.
    ///
    /// Rule: AWS-071.
    package mutating func attach() throws(NotInState<Self>) {
        guard moved(from: .available, to: .inUse) else { throw NotInState(self) }
    }

    /// The attachment is gone.
    package mutating func detached() -> Bool { moved(from: .inUse, to: .available) }

    /// DeleteVolume.
    ///
    /// Rule: AWS-085.
    package mutating func delete() throws(NotInState<Self>) {
        switch self {
        case .creating, .available, .error: self = .deleting
        case .inUse, .deleting, .deleted: throw NotInState(self)
        }
    }

    /// Nothing is left of it.
    package mutating func removed() -> Bool { moved(from: .deleting, to: .deleted) }
}

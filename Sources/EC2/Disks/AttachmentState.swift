package import Hypervisor

/// The state of a volume's attachment to an instance.
///
/// Rule: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-detaching-volume.html
package enum AttachmentState: String, ResourceState, CaseIterable {
    /// The device is being connected; goes to attached or detaching.
    case attaching
    /// The instance has the device; goes to detaching.
    case attached
    /// The device is being disconnected; goes to busy or detached.
    case detaching
    /// The guest still has the device mounted; goes to detached.
    ///
    /// Rule: AWS-082.
    case busy
    /// It is over; the attachment is removed from the volume.
    case detached
}

extension AttachmentState {
    /// The device is connected.
    ///
    /// False when it is being disconnected already.
    package mutating func connected() -> Bool { moved(from: .attaching, to: .attached) }

    /// DetachVolume; a second call while the first is under way changes nothing.
    package mutating func detach() throws(NotInState<Self>) -> Bool {
        switch self {
        case .attaching, .attached:
            self = .detaching
            return true
        case .detaching, .busy: return false
        case .detached: throw NotInState(self)
        }
    }

    /// The time of the disconnection has come; true when the attachment is over.
    ///
    /// Rule: AWS-082.
    package mutating func disconnected(isMounted: Bool) -> Bool {
        switch self {
        case .detaching:
            self = isMounted ? .busy : .detached
            return !isMounted
        case .attaching, .attached, .busy, .detached: return false
        }
    }

    /// The guest let go of the device, was switched off, or was not asked; true when the attachment is over.
    package mutating func released() -> Bool { moved(from: .detaching, .busy, to: .detached) }
}

package import Hypervisor

/// The state of an image, as DescribeImages names it.
///
/// Rule: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Image.html
package enum ImageState: String, ResourceState, CaseIterable {
    /// Its snapshots are not complete; goes to available, failed or deregistered.
    ///
    /// Rule: AWS-122.
    case pending
    /// Instances can be launched from it; goes to disabled or deregistered.
    case available
    /// One of its snapshots failed; goes to deregistered.
    ///
    /// Rule: AWS-122.
    case failed
    /// It is kept but cannot be launched; goes to available or deregistered.
    ///
    /// Rule: AWS-127.
    case disabled
    /// It lies in the Recycle Bin; goes to available or deregistered.
    ///
    /// Rule: AWS-148.
    case recoverable
    /// It is gone but for its record.
    case deregistered
}

extension ImageState {
    /// All snapshots are complete.
    package mutating func completed() -> Bool { moved(from: .pending, to: .available) }

    /// One snapshot failed.
    package mutating func gaveUp() -> Bool { moved(from: .pending, to: .failed) }

    /// DisableImage; a second call changes nothing.
    package mutating func disable() throws(NotInState<Self>) {
        guard self == .disabled || moved(from: .available, to: .disabled) else { throw NotInState(self) }
    }

    /// EnableImage; a second call changes nothing.
    package mutating func enable() throws(NotInState<Self>) {
        guard self == .available || moved(from: .disabled, to: .available) else { throw NotInState(self) }
    }

    /// DeregisterImage, with a rule of the Recycle Bin that matches or without.
    ///
    /// Rule: AWS-129.
    package mutating func deregister(isRetained: Bool) throws(NotInState<Self>) {
        switch self {
        case .available, .disabled: self = isRetained ? .recoverable : .deregistered
        case .pending, .failed: self = .deregistered
        case .recoverable, .deregistered: throw NotInState(self)
        }
    }

    /// RestoreImageFromRecycleBin.
    ///
    /// Rule: AWS-148.
    package mutating func restore() throws(NotInState<Self>) {
        guard moved(from: .recoverable, to: .available) else { throw NotInState(self) }
    }

    /// Its time in the Recycle Bin is over.
    package mutating func expired() -> Bool { moved(from: .recoverable, to: .deregistered) }

    /// Whether EC2 verbs know it, and it needs its snapshots.
    package var isRegistered: Bool { self != .recoverable && self != .deregistered }
}

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

    /// DeregisterImage.
    ///
    /// Rule: AWS-129.
    package mutating func deregister() throws(NotInState<Self>) {
        guard self != .deregistered else { throw NotInState(self) }
        self = .deregistered
    }
}

import Hypervisor

/// How far the replacement of an instance's root volume has come.
///
/// Rule: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/replace-root.html
package enum RootReplacementState: String, ResourceState, CaseIterable {
    /// It is accepted; goes to in-progress or failing.
    case pending
    /// The new root is being made; goes to succeeded, failing or failing-detached.
    case inProgress = "in-progress"
    /// The instance boots from its new root.
    case succeeded
    /// The new root could not be made; goes to failed.
    case failing
    /// The old root is still there, and the instance was rebooted.
    case failed
    /// The old root is off and the new one could not be put on; goes to failed-detached.
    case failingDetached = "failing-detached"
    /// The instance has no root.
    case failedDetached = "failed-detached"

    /// Whether it has come to an end.
    package var isSettled: Bool {
        switch self {
        case .succeeded, .failed, .failedDetached: true
        case .pending, .inProgress, .failing, .failingDetached: false
        }
    }
}

extension RootReplacementState {
    /// Work on the new root begins.
    package mutating func begin() -> Bool { moved(from: .pending, to: .inProgress) }

    /// The instance boots from the new root.
    package mutating func succeed() -> Bool { moved(from: .inProgress, to: .succeeded) }

    /// Something goes wrong before the old root is off.
    ///
    /// Rule: AWS-139.
    package mutating func fail() -> Bool { moved(from: .pending, .inProgress, to: .failing) }

    /// Something goes wrong after the old root is off.
    ///
    /// Rule: AWS-139.
    package mutating func failDetached() -> Bool { moved(from: .inProgress, to: .failingDetached) }

    /// What went wrong is cleared away.
    package mutating func settleFailure() -> Bool {
        moved(from: .failing, to: .failed) || moved(from: .failingDetached, to: .failedDetached)
    }
}

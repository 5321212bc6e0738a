package import Hypervisor

/// The state of an image, as images.get names it.
///
/// Rule: https://compute.googleapis.com/$discovery/rest?version=v1 (Image.status)
package enum ImageState: String, ResourceState, CaseIterable {
    /// It is being made; goes to ready or failed.
    case pending = "PENDING"
    /// It can be used; goes to deleting.
    case ready = "READY"
    /// It came to nothing; goes to deleting.
    case failed = "FAILED"
    /// It is being removed, and then not found any more.
    case deleting = "DELETING"
}

extension ImageState {
    /// The contents are there.
    package mutating func made() -> Bool { moved(from: .pending, to: .ready) }

    /// It came to nothing.
    package mutating func failed() -> Bool { moved(from: .pending, to: .failed) }

    /// Something wants to be made from it.
    package func use() throws(NotInState<Self>) {
        guard self == .ready else { throw NotInState(self) }
    }

    /// images.delete.
    package mutating func delete() throws(NotInState<Self>) {
        switch self {
        case .ready, .failed: self = .deleting
        case .pending, .deleting: throw NotInState(self)
        }
    }
}

/// A state of a resource, which events move on; the conforming type lists the events and where each leads.
package protocol ResourceState: Hashable, Sendable {}

extension ResourceState {
    /// Moves on to `next` when the state is one of `expected`, and stays otherwise.
    ///
    /// - Returns: whether it moved.
    package mutating func moved(from expected: Self..., to next: Self) -> Bool {
        guard expected.contains(self) else { return false }
        self = next
        return true
    }
}

/// What must happen after a request for a change was accepted.
package enum ChangeEffect: Hashable, Sendable {
    /// Nothing: it is as it was asked to be, or on the way there.
    case nothing
    /// The change has begun and will take its time.
    case begins
}

/// What an appliance keeps outside of its machine, where no snapshot of the machine reaches it.
public struct Outside: Hashable, Sendable {
    /// Makes an outside in which nothing is kept yet.
    public init() {}
}

/// What the reference provider remembers between its verbs.
struct ProviderState: Hashable, Sendable {
    /// Machines whose root disk it made independent, to bring it back when the last snapshot is gone.
    var independentRoots: Set<Moref<VirtualMachine>> = []
}

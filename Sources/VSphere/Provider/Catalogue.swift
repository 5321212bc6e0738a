/// What the reference provider keeps in its books between its verbs.
struct Catalogue: Hashable, Sendable {
    /// Machines whose root disk it made independent, to bring it back when the last snapshot is gone.
    var independentRoots: Set<Moref<VirtualMachine>> = []
}

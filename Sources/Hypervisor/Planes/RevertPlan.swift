/// What is to be brought back by new disks, of which machine, and what each new disk is made of.
package struct RevertPlan<Taken: Hashable & Sendable, Machine: Hashable & Sendable, Material: Hashable & Sendable>:
    Hashable, Sendable
{
    /// The snapshot, as the reference provider took it.
    package var set: Taken
    /// The machine that is to come back.
    package var machine: Machine
    /// What new disks are made of, root first.
    package var sources: [Source]
    /// What the report says.
    package var notes: [Note] = []

    /// What the new disk of a role is made of.
    package struct Source: Hashable, Sendable {
        package var role: DiskRole
        package var material: Material
    }

    /// Finds the material for every role that is wanted, and refuses before anything is touched when one has none.
    ///
    /// - Throws: a refusal with the platform's `code` when no role is wanted, and what `find` throws for a role whose
    ///   material is missing or unusable.
    package init(
        _ set: Taken, of machine: Machine, roles: [DiskRole], code: String,
        _ find: (DiskRole) throws(Refusal) -> Material
    ) throws(Refusal) {
        guard !roles.isEmpty else {
            throw Refusal(.refused, code: code, message: "There is no disk to bring back.")
        }
        self.set = set
        self.machine = machine
        sources = []
        for role in roles.sorted() { sources.append(Source(role: role, material: try find(role))) }
    }
}

/// What an appliance keeps outside of its machine, where no snapshot of the machine reaches it.
public struct Outside: Hashable, Sendable {
    /// The external database; nothing until the appliance has set it up.
    ///
    /// Rule: CCI-002.
    package var database: Tables?
    /// The objects in object storage, ascending.
    ///
    /// Rule: CCI-005.
    package var objects: [Int] = []
    /// The host that the OAuth application on GitHub sends users back to.
    ///
    /// Rule: CCI-009.
    package var loginHost: String?
    /// The database of the replica; nothing until the appliance has set it up.
    ///
    /// Rule: GHES-022.
    package var replica: Tables?
    /// The version of the program that the replica runs, which an upgrade of the machine leaves alone.
    package var replicaVersion: String?
    /// Whether the replica serves the users in the machine's place.
    ///
    /// Rule: GHES-023.
    package var isPromoted = false
    /// The key after that of the newest record that users have in clones of their own.
    ///
    /// Rule: GHES-026.
    package var nextInClones = 0
    /// Whether the replica takes over what is committed.
    package var isReplicating = true
    var lastChange = 0

    /// Makes an outside in which nothing is kept yet.
    public init() {}

    /// Brings the replica to the state that the machine's own database has, if it follows.
    mutating func replicate(_ tables: Tables?) {
        guard isReplicating, let tables else { return }
        replica = tables
    }

    /// Commits changes to the external database, which is always durable.
    mutating func commit(_ transactions: [[Change]]) {
        for change in transactions.joined() {
            lastChange += 1
            database?.apply(change, at: lastChange)
        }
    }
}

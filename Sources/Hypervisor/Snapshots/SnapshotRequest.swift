/// What a snapshot is to hold, and how it is to be taken.
public struct SnapshotRequest: Hashable, Sendable, Codable {
    /// The name by which the scenario refers to the snapshot.
    public var name: String
    /// The disks it is to hold.
    public var scope: Scope
    /// Whether it is to hold the machine's memory.
    public var memory: Bool
    /// Whether the guest is to bring its disks to rest first.
    public var quiesce: Quiesce
    /// Whether to wait until it can be used; without, it may come back pending where the platform has such snapshots.
    public var waits: Bool
    /// The platform's way of taking it, by the platform's own word; nothing for the platform's usual one.
    public var method: String?

    /// Makes a request; without more it asks for the whole machine, without memory and without quiescing.
    public init(
        name: String, scope: Scope = .machine, memory: Bool = false, quiesce: Quiesce = .off, waits: Bool = true,
        method: String? = nil
    ) {
        self.name = name
        self.scope = scope
        self.memory = memory
        self.quiesce = quiesce
        self.waits = waits
        self.method = method
    }

    /// The disks that a snapshot is to hold.
    public enum Scope: Hashable, Sendable, Codable {
        /// All of them, at one instant.
        case machine
        /// These, at one instant where the platform can.
        case disks([DiskRole])
        /// These, one after the other: each at an instant of its own. Rule: GHES-003.
        case disksInSuccession([DiskRole])
    }

    /// Whether the guest is to bring its disks to rest for the instant of the snapshot.
    public enum Quiesce: String, Hashable, Sendable, Codable, CaseIterable {
        /// Take the disks as they are.
        case off
        /// Try, and take the snapshot without it when the guest cannot.
        case preferred
        /// Refuse the snapshot when the guest cannot.
        case required
    }
}

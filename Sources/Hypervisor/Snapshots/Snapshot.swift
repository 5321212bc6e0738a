public import LabCore

/// A snapshot as its provider describes it.
public struct Snapshot: Hashable, Sendable, Codable {
    /// The provider's name of the snapshot.
    public var id: ID
    /// The name it was asked for under.
    public var name: String
    /// The machine it was taken of.
    public var machine: MachineID
    /// The instant whose contents it holds; of the first disk, when each disk has an instant of its own.
    public var instant: Instant
    /// The disks it holds.
    public var disks: [DiskRole]
    /// Whether it holds memory.
    public var holdsMemory: Bool
    /// Whether the guest brought its disks to rest for it.
    public var isQuiesced: Bool
    /// Whether it can be used.
    public var state: State
    /// How it was taken, in the platform's own word.
    public var method: String
    /// The storage it takes up by itself; nothing where the platform does not tell.
    public var storedBytes: ByteCount?
    /// What a reader of the report must know about it, each with the rule behind it.
    public var notes: [Note]

    /// Makes a description of a snapshot.
    public init(
        id: ID, name: String, machine: MachineID, instant: Instant, disks: [DiskRole], holdsMemory: Bool,
        isQuiesced: Bool, state: State, method: String, storedBytes: ByteCount? = nil, notes: [Note] = []
    ) {
        self.id = id
        self.name = name
        self.machine = machine
        self.instant = instant
        self.disks = disks
        self.holdsMemory = holdsMemory
        self.isQuiesced = isQuiesced
        self.state = state
        self.method = method
        self.storedBytes = storedBytes
        self.notes = notes
    }

    /// The provider's name of a snapshot.
    public struct ID: Identifier {
        /// The provider's name.
        public let rawValue: String

        /// Takes a provider's name.
        public init(rawValue: String) { self.rawValue = rawValue }
    }

    /// Whether a snapshot can be used.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// Its contents are fixed, but it cannot be used yet.
        case pending
        /// It can be reverted to.
        case ready
        /// It came to nothing.
        case failed
    }
}

/// A remark that explains something by a rule.
public struct Note: Hashable, Sendable, Codable {
    /// The rule that explains it; nothing when the provider names none.
    public var rule: RuleID?
    /// The remark, a sentence.
    public var text: String

    /// Makes a remark.
    public init(_ text: String, rule: RuleID? = nil) {
        self.rule = rule
        self.text = text
    }
}

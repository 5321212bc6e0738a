package import LabCore
package import SimulatedMachine

/// A checkpoint; every cmdlet still calls it a snapshot.
package struct Checkpoint: Hashable, Sendable {
    package typealias ID = ResourceID<Checkpoint>

    /// The state of the machine inside of it.
    package enum State: String, Hashable, Sendable { case off = "Off", saved = "Saved" }

    package let id: ID
    package let machine: VirtualMachine.ID
    /// The name, which others of the same machine may have too.
    package internal(set) var name: String
    package internal(set) var type: SnapshotType
    package internal(set) var isAutomatic = false
    /// The instant whose contents it holds.
    package let created: Instant
    /// The settings of that instant; its drives are the fixed files.
    package internal(set) var config: Configuration {
        _read { yield configBox.wrappedValue }
        _modify { yield &configBox.wrappedValue }
    }
    package private(set) var configBox: Boxed<Configuration>
    package internal(set) var memory: Memory?
    /// The file that the memory lies in.
    package internal(set) var stateFile: FilePath?
    /// What the processor could do that the memory was taken on.
    package internal(set) var savedOn: Set<String> = []
    package internal(set) var consistency: Consistency
    /// The machine's address then.
    let privateAddress: String

    init(
        id: ID, of machine: VirtualMachine.ID, name: String, type: SnapshotType, created: Instant,
        config: Boxed<Configuration>, consistency: Consistency, privateAddress: String
    ) {
        self.id = id
        self.machine = machine
        self.name = name
        self.type = type
        self.created = created
        configBox = config
        self.consistency = consistency
        self.privateAddress = privateAddress
    }

    /// Whether it holds memory, which is all that tells a standard checkpoint from a production one.
    ///
    /// Rule: HV-033.
    package var state: State { memory == nil ? .off : .saved }
}

/// What a checkpoint is to be.
package struct CheckpointRequest: Hashable, Sendable {
    /// Its name; nothing for the machine's with the time.
    package var name: String?
    package var type: SnapshotType
    /// Whether the host takes it of its own accord.
    package var isAutomatic: Bool
    /// Whether disks that cannot be forked are passed over; only WMI callers can ask for that.
    ///
    /// Rule: HV-019.
    package var ignoresNonSnapshottableDisks: Bool

    package init(
        name: String? = nil, type: SnapshotType = .standard, isAutomatic: Bool = false,
        ignoresNonSnapshottableDisks: Bool = false
    ) {
        self.name = name
        self.type = type
        self.isAutomatic = isAutomatic
        self.ignoresNonSnapshottableDisks = ignoresNonSnapshottableDisks
    }
}

/// What to revert to, and how.
public struct RevertRequest: Hashable, Sendable, Codable {
    /// The snapshot to go back to.
    public var snapshot: Snapshot.ID
    /// The disks to bring back; nothing for all that the snapshot holds.
    public var disks: [DiskRole]?
    /// The platform's way back, by the platform's own word; nothing to let the provider choose and say what it chose.
    public var method: String?

    /// Makes a request.
    public init(snapshot: Snapshot.ID, disks: [DiskRole]? = nil, method: String? = nil) {
        self.snapshot = snapshot
        self.disks = disks
        self.method = method
    }
}

/// What a revert did, as its provider reports it; the lab looks for itself as well.
public struct RevertReport: Hashable, Sendable, Codable {
    /// The machine that stands for the old one now, which can be a new one.
    public var machine: MachineID
    /// How it was done, in the platform's own word.
    public var method: String
    /// What became of the machine's power: the facts tell the truth, this the claim.
    public var leftRunning: Bool
    /// What a reader of the report must know, each with the rule behind it.
    public var notes: [Note]

    /// Makes a report.
    public init(machine: MachineID, method: String, leftRunning: Bool, notes: [Note] = []) {
        self.machine = machine
        self.method = method
        self.leftRunning = leftRunning
        self.notes = notes
    }
}

/// What is under test: something that takes, lists, reverts to and deletes snapshots.
public protocol SnapshotProvider: Sendable {
    /// What the provider is, and what it claims to be able to do.
    func describe() async throws(Refusal) -> ProviderDescription
    /// Takes a snapshot, and answers when it can be used.
    func takeSnapshot(_ request: SnapshotRequest, of machine: MachineID) async throws(Refusal) -> Snapshot
    /// The snapshots of a machine, oldest first.
    func snapshots(of machine: MachineID) async throws(Refusal) -> [Snapshot]
    /// Brings a machine back to a snapshot, and answers when that is done.
    func revert(_ request: RevertRequest, of machine: MachineID) async throws(Refusal) -> RevertReport
    /// Deletes a snapshot.
    func deleteSnapshot(_ snapshot: Snapshot.ID, of machine: MachineID) async throws(Refusal)
}

/// What a provider is and claims.
public struct ProviderDescription: Hashable, Sendable, Codable {
    /// The provider's name.
    public var name: String
    /// What it claims to be able to do.
    public var capabilities: Capabilities

    /// Makes a description.
    public init(name: String, capabilities: Capabilities) {
        self.name = name
        self.capabilities = capabilities
    }
}

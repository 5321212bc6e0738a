public import LabCore

/// A simulated platform as a value: the machines, the resources behind them, and their share of the world.
///
/// Copying a plane forks the world. Every verb is synchronous: one that takes time moves the plane's virtual clock.
/// A refused verb leaves the plane as it was, but for its clock and its events.
/// The verbs for snapshots are the platform's *reference provider*: written with the platform's native verbs alone,
/// they choose by machine and policy, and say what they chose.
public protocol ControlPlane: Hashable, Sendable {
    /// The platform that is simulated.
    static var platform: Platform { get }
    /// What the platform can do.
    static var capabilities: Capabilities { get }
    /// What accounts for the differences that a revert on this platform leaves.
    static var explanations: [Explanation] { get }

    /// Makes an empty plane whose every event follows from `seed`.
    init(seed: UInt64)

    /// The virtual time.
    var now: Instant { get }
    /// Moves virtual time on, and with it everything that falls due.
    mutating func advance(by duration: Duration)
    /// Takes out the events since the last time this was called, oldest first.
    mutating func takeEvents() -> [Event]

    /// Makes a machine and boots it until its appliance is healthy.
    mutating func makeMachine(_ spec: MachineSpec) throws(Refusal) -> MachineID
    /// Changes a machine's power, and waits until that is done.
    mutating func setPower(_ action: PowerAction, of machine: MachineID) throws(Refusal)
    /// Has the appliance in the guest do something, and waits for its answer.
    mutating func perform(_ command: ApplianceCommand, on machine: MachineID) throws(Refusal) -> ApplianceAnswer
    /// Makes something go wrong later.
    mutating func inject(_ fault: Fault, into machine: MachineID) throws(Refusal)
    /// Looks at a machine: at what is on its disks, in its memory and in the platform's books.
    func facts(of machine: MachineID) throws(Refusal) -> Facts
    /// Removes everything that was made for machines of the lab: machines, disks, snapshots, images, addresses.
    mutating func removeEverything() throws(Refusal)
    /// What is still there, by the platform's names, sorted.
    var leftovers: [String] { get }

    /// Takes a snapshot, and waits until it can be used.
    mutating func takeSnapshot(_ request: SnapshotRequest, of machine: MachineID) throws(Refusal) -> Snapshot
    /// The snapshots of a machine, oldest first.
    func snapshots(of machine: MachineID) throws(Refusal) -> [Snapshot]
    /// Brings a machine back to a snapshot by the platform's own means, and waits until that is done.
    ///
    /// The machine is left in the power state in which the platform leaves it.
    mutating func revert(_ request: RevertRequest, of machine: MachineID) throws(Refusal) -> RevertReport
    /// Deletes a snapshot, and waits until it is gone.
    mutating func deleteSnapshot(_ snapshot: Snapshot.ID, of machine: MachineID) throws(Refusal)
}

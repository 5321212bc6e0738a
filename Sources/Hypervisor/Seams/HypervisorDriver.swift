public import LabCore

/// The lab's hands on a platform: it makes machines, works the guest, moves time, injects faults, and sees the truth.
public protocol HypervisorDriver: Sendable {
    /// The platform.
    var platform: Platform { get }
    /// What the driver and the platform's reference provider can do.
    var capabilities: Capabilities { get }
    /// What accounts for the differences that a revert on this platform leaves.
    var explanations: [Explanation] { get }
    /// Whether time is virtual: two runs with one seed then give the same bytes.
    var isSimulated: Bool { get }
    /// The provider that the platform brings along.
    var referenceProvider: any SnapshotProvider { get }

    /// The time on the platform's clock.
    var now: Instant { get async }
    /// Lets time pass: at once on a simulated platform, by waiting on a real one.
    func wait(_ duration: Duration) async throws(Refusal)
    /// Takes out the events since the last time this was called, oldest first.
    func takeEvents() async -> [Event]

    /// Makes a machine and boots it until its appliance is healthy.
    func makeMachine(_ spec: MachineSpec) async throws(Refusal) -> MachineID
    /// Changes a machine's power, and waits until that is done.
    func setPower(_ action: PowerAction, of machine: MachineID) async throws(Refusal)
    /// Has the appliance in the guest do something, and waits for its answer.
    func perform(_ command: ApplianceCommand, on machine: MachineID) async throws(Refusal) -> ApplianceAnswer
    /// Makes something go wrong later.
    func inject(_ fault: Fault, into machine: MachineID) async throws(Refusal)
    /// Looks at a machine: at what is on its disks, in its memory and in the platform's books.
    func facts(of machine: MachineID) async throws(Refusal) -> Facts
    /// Removes everything that was made since the driver was opened.
    func removeEverything() async throws(Refusal)
    /// What is still there, by the platform's names, sorted.
    func leftovers() async -> [String]
}

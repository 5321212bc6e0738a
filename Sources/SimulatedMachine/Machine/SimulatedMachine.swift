public import Hypervisor
public import LabCore

/// A simulated machine: its disks, its memory, and the guest that works on both.
///
/// Copying the value forks the machine. Verbs take the virtual time at which they happen and return how long they take;
/// planes call ``advance(to:)`` before they look at or change a machine.
public struct SimulatedMachine: Hashable, Sendable {
    private let spec: MachineSpec
    private let seed: UInt64
    private var disks: [DiskRole: Disk] = [:]
    /// Whether the machine runs.
    public private(set) var power = Power.off
    /// What the appliance keeps outside; a platform that replaces the machine moves it along.
    public var outside = Outside()
    /// The volatile state of the guest, a value that is copied in constant time; nothing when the machine is off.
    public private(set) var memory: Memory?

    /// Makes a machine without disks that is off.
    public init(spec: MachineSpec, seed: UInt64) {
        self.spec = spec
        self.seed = seed
    }

    /// The disk contents of a freshly installed appliance, from which a platform launches machines.
    public static func installedDisks(for spec: MachineSpec, seed: UInt64) -> [DiskRole: Disk] {
        Dictionary(uniqueKeysWithValues: spec.disks.map { ($0.role, Disk(size: $0.size)) })
    }

    /// Attaches a disk; traps when the role is taken.
    public mutating func attach(_ disk: Disk, as role: DiskRole) {
        precondition(disks[role] == nil, "the machine has a disk in the role \(role.rawValue) already")
        disks[role] = disk
    }

    /// Detaches a disk; while the machine runs, writes that have not reached it are lost.
    public mutating func detach(_ role: DiskRole) -> Disk? { disks.removeValue(forKey: role) }

    /// What has reached a disk, which is what a snapshot of it holds; nothing where none is attached.
    public func disk(_ role: DiskRole) -> Disk? { disks[role] }

    /// Puts other contents on a disk of a machine that does not run.
    public mutating func replaceDisk(_ role: DiskRole, with disk: Disk) {
        precondition(power != .on, "the disks of a running machine cannot be replaced")
        disks[role] = disk
    }

    /// Switches the machine on: mounts, replays, recovers, starts.
    ///
    /// - Returns: how long it took until the service was up or had given up.
    public mutating func boot(as identity: GuestIdentity, at now: Instant) -> Duration {
        precondition(power == .off, "only a machine that is off can boot")
        power = .on
        memory = Memory(bootID: "", clock: now)
        return .seconds(20)
    }

    /// Shuts the guest down cleanly: services stopped, everything flushed, file systems unmounted.
    public mutating func shutDown(at now: Instant) throws(GuestFault) -> Duration {
        power = .off
        memory = nil
        return .seconds(5)
    }

    /// Takes the power away: what is in memory is gone, and a write in flight may be torn.
    public mutating func cutPower(at now: Instant) {
        power = .off
        memory = nil
    }

    /// Makes a running guest stand still.
    public mutating func suspend(at now: Instant) { power = .suspended }

    /// Lets a suspended guest go on.
    public mutating func resume(at now: Instant) { power = .on }

    /// Puts a memory back, after the disks were: the guest goes on from there.
    public mutating func restore(memory: Memory, at now: Instant) {
        self.memory = memory
        power = .on
    }

    /// Lets the guest's timers run: journal commit, write-back, background jobs.
    public mutating func advance(to now: Instant) {}

    /// Brings the file systems to rest and holds them there.
    public mutating func freeze(at now: Instant) throws(GuestFault) -> Duration { .milliseconds(82) }

    /// Lets frozen file systems go on.
    public mutating func thaw(at now: Instant) {}

    /// Has the appliance do something; afterwards the machine may be off, when the power failed over it.
    public mutating func perform(
        _ command: ApplianceCommand, at now: Instant
    ) throws(GuestFault) -> (answer: ApplianceAnswer, elapsed: Duration) {
        (ApplianceAnswer(succeeded: true), .seconds(1))
    }

    /// Plans a fault of the guest.
    public mutating func inject(_ fault: GuestFaultPlan) {}

    /// What can be found in the guest and on the disks; the platform adds what stands in its books.
    public func facts() -> Facts { [:] }
}

public import Hypervisor
public import LabCore

/// A simulated machine: its disks, its memory, and the guest that works on both.
///
/// Copying the value forks the machine. Verbs take the virtual time at which they happen and return how long they take;
/// planes call ``advance(to:)`` before they look at or change a machine.
public struct SimulatedMachine: Hashable, Sendable {
    let spec: MachineSpec
    let seed: UInt64
    /// Whether the machine runs.
    public internal(set) var power = Power.off
    /// What the appliance keeps outside; a platform that replaces the machine moves it along.
    public var outside = Outside()
    /// What is inferred about appliances rather than documented.
    public var settings = Settings()
    var storage = Storage()
    var session: Session?
    /// The guest's time: where the last verb ended.
    var clock = Instant.start
    var plans: [GuestFaultPlan] = []
    private var boots = 0

    /// Makes a machine without disks that is off.
    ///
    /// - Parameters:
    ///   - spec: what the machine is made of.
    ///   - seed: from which names and chances of the guest follow.
    public init(spec: MachineSpec, seed: UInt64) {
        self.spec = spec
        self.seed = seed
    }

    var plan: AppliancePlan { AppliancePlan(for: spec.appliance) }

    /// The disk with the tables and the users' files: the data disk, where the appliance has one.
    var dataRole: DiskRole { spec.disks.contains { $0.role == .data } ? .data : .root }
    var logRole: DiskRole { spec.layout.databaseLog == .data ? dataRole : .root }
    var settingsRole: DiskRole { plan.settingsRole == .data ? dataRole : .root }

    // MARK: Disks

    /// Attaches a disk; a running guest mounts it when it boots again.
    ///
    /// Traps when the role is taken.
    public mutating func attach(_ disk: Disk, as role: DiskRole) {
        precondition(storage.drives[role] == nil, "the machine has a disk in the role \(role.rawValue) already")
        storage.drives[role] = disk
    }

    /// Detaches a disk; while the machine runs, writes that have not reached it are lost, and so is the service.
    public mutating func detach(_ role: DiskRole) -> Disk? {
        let disk = storage.drives[role]
        storage.drives[role] = nil
        guard storage.fileSystems.removeValue(forKey: role) != nil, session != nil else { return disk }
        session?.service = .down("the \(role.rawValue) disk is gone")
        if role == dataRole || role == logRole {
            session?.database = nil
            session?.databaseTrouble = "the \(role.rawValue) disk is gone"
        }
        endWork()
        return disk
    }

    /// What has reached a disk, which is what a snapshot of it holds; nothing where none is attached.
    public func disk(_ role: DiskRole) -> Disk? { storage.drives[role] }

    /// Puts other contents on a disk of a machine that does not run; traps when it does.
    public mutating func replaceDisk(_ role: DiskRole, with disk: Disk) {
        precondition(power != .on, "the disks of a running machine cannot be replaced")
        storage.drives[role] = disk
    }

    // MARK: Power

    /// Switches the machine on: mounts, replays, recovers, starts.
    ///
    /// Traps unless the machine is off.
    ///
    /// - Returns: how long it took until the service was up or had given up.
    public mutating func boot(as identity: GuestIdentity, at now: Instant) -> Duration {
        precondition(power == .off, "only a machine that is off can boot")
        clock = max(clock, now)
        let start = clock
        boots += 1
        var hasher = StableHasher()
        hasher.combine(seed)
        hasher.combine(boots)
        hasher.combine(identity.machine.rawValue)
        hasher.combine(UInt64(bitPattern: now.nanoseconds))
        var names = NameMaker(seed: hasher.finalize())
        power = .on
        session = Session(bootID: names.uuid(), bootedAt: clock, identity: identity)
        bringUp()
        spend(plan.bootDuration)
        return clock - start
    }

    /// Shuts the guest down cleanly: services stopped, everything flushed, file systems unmounted.
    ///
    /// - Throws: `isNotRunning`, `isFrozen`.
    /// - Returns: how long it took.
    public mutating func shutDown(at now: Instant) throws(GuestFault) -> Duration {
        try requireThawed()
        advance(to: now)
        let start = clock
        spend(.seconds(3))
        stopService("shut down", shuttingDown: true)
        for role in storage.mounted {
            // What cannot be written at shutdown is lost, as on a real machine.
            try? storage.on(role) { fileSystem, drives throws(FileSystemFault) in try fileSystem.unmount(from: &drives)
            }
        }
        losePower()
        return clock - start
    }

    /// Takes the power away: what is in memory is gone, and a write in flight may be torn.
    public mutating func cutPower(at now: Instant) {
        if power == .on {
            advance(to: now)
            if let place = plans.firstIndex(of: .tornWrite) {
                plans.remove(at: place)
                tear { $0.writeEverythingBack() }
            }
        }
        clock = max(clock, now)
        losePower()
    }

    /// Forgets everything that is in memory.
    mutating func losePower() {
        power = .off
        session = nil
        storage.fileSystems = [:]
    }

    /// Makes a running guest stand still; traps unless it runs.
    public mutating func suspend(at now: Instant) {
        precondition(power == .on, "only a running machine can be suspended")
        advance(to: now)
        power = .suspended
    }

    /// Lets a suspended guest go on exactly where it was; traps unless it is suspended.
    public mutating func resume(at now: Instant) {
        precondition(power == .suspended, "only a suspended machine can be resumed")
        power = .on
        shift(to: now)
    }

    // MARK: Memory

    /// The volatile state of the guest, a value that is copied in constant time; nothing when the machine is off.
    public var memory: Memory? {
        session.map { Memory(session: $0, fileSystems: storage.fileSystems, clock: clock) }
    }

    /// Puts a memory back, after the disks were: the guest goes on from there, and the machine is on.
    public mutating func restore(memory: Memory, at now: Instant) {
        session = memory.session
        storage.fileSystems = memory.fileSystems
        clock = memory.clock
        power = .on
        shift(to: now)
    }

    /// Lets the guest go on at another time than it stopped; its timers have as long to go as they had.
    private mutating func shift(to now: Instant) {
        let pause = now - clock
        session?.shift(by: pause)
        for role in storage.mounted { storage.fileSystems[role]?.shift(by: pause) }
        clock = now
    }

    // MARK: Faults

    /// Plans a fault of the guest.
    public mutating func inject(_ fault: GuestFaultPlan) { plans.append(fault) }
}

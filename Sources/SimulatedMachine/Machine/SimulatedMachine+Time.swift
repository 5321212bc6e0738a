public import LabCore

extension SimulatedMachine {
    /// Lets the guest's timers run: journal commit, write-back, the database's writer and checkpoints, background jobs.
    ///
    /// An instant that lies behind the guest's time, after a verb that took long, changes nothing.
    public mutating func advance(to now: Instant) {
        guard power == .on, session != nil else {
            clock = power == .suspended ? clock : max(clock, now)
            return
        }
        while !isFrozen, let due = nextDue, due <= now {
            clock = max(clock, due)
            storage.setClock(clock)
            runJobs()
            enterScheduledMaintenance()
            // A database that cannot write its pages keeps them in memory and in its log, and tries again later.
            try? session?.database?.runTimers(at: clock, in: &storage)
            storage.runTimers()
        }
        clock = max(clock, now)
        storage.setClock(clock)
    }

    /// When a running guest does something of its own accord; nothing while it is frozen or has nothing to do.
    package var nextTimer: Instant? { power == .on && !isFrozen ? nextDue : nil }

    private var nextDue: Instant? {
        [storage.nextDue, session?.nextDue, session?.database?.nextDue, session?.maintenanceDue]
            .lazy.compactMap { $0 }.min()
    }

    /// Lets time pass in the guest.
    mutating func spend(_ duration: Duration) { advance(to: clock + duration) }

    /// Whether file systems are frozen.
    var isFrozen: Bool { storage.fileSystems.values.contains { $0.isFrozen } }

    func requireThawed() throws(GuestFault) {
        guard power == .on, session != nil else { throw GuestFault(.isNotRunning) }
        guard !isFrozen else { throw GuestFault(.isFrozen) }
    }

    /// Brings the file systems to rest and holds them there, so that a snapshot finds every file as it was written.
    ///
    /// The database is not told: it will find its log to replay. Rule: https://libvirt.org/html/libvirt-libvirt-domain.html
    /// (`virDomainFSFreeze`).
    ///
    /// - Throws: `isNotRunning`, `isFrozen`, and as planned `agentHangs` and `quiesceRefused`.
    /// - Returns: how long it took.
    public mutating func freeze(at now: Instant) throws(GuestFault) -> Duration {
        try requireThawed()
        advance(to: now)
        if let place = plans.firstIndex(of: .agentHangs) {
            plans.remove(at: place)
            spend(Self.agentTimeout)
            throw GuestFault(.agentHangs, elapsed: Self.agentTimeout)
        }
        if let place = plans.firstIndex(of: .quiesceRefused) {
            plans.remove(at: place)
            throw GuestFault(.quiesceRefused)
        }
        let start = clock
        spend(.milliseconds(82))
        do throws(FileSystemFault) {
            for role in storage.mounted {
                try storage.on(role) { fileSystem, drives throws(FileSystemFault) in try fileSystem.freeze(on: &drives)
                }
            }
        } catch {
            thaw(at: clock)
            throw GuestFault(.quiesceRefused, elapsed: clock - start)
        }
        return clock - start
    }

    /// Lets frozen file systems go on; nothing happens when none is frozen.
    public mutating func thaw(at now: Instant) {
        guard power == .on, isFrozen else { return }
        clock = max(clock, now)
        storage.setClock(clock)
        for role in storage.mounted {
            // Thawing only marks the file system as in use; it cannot fail while the disk is there.
            try? storage.on(role) { fileSystem, drives in fileSystem.thaw(on: &drives) }
        }
        session?.hold(until: clock)
    }

    /// How long a caller waits for an agent that does not answer.
    static let agentTimeout = Duration.seconds(30)
}

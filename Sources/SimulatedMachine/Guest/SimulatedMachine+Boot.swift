import Hypervisor
import LabCore

extension SimulatedMachine {
    /// Mounts what is attached, opens the database, and starts the service if it can.
    mutating func bringUp() {
        storage.fileSystems = [:]
        for disk in spec.disks where storage.drives[disk.role] != nil {
            do throws(FileSystemFault) {
                let (fileSystem, recovery) = try FileSystem.mount(disk.role, in: &storage.drives, at: clock)
                storage.fileSystems[disk.role] = fileSystem
                session?.recoveries[disk.role] = recovery
            } catch {
                session?.recoveries[disk.role] = .corrupt
                session?.service = .down("the \(disk.role.rawValue) disk cannot be mounted: \(error)")
            }
        }
        guard storage.mounted == spec.disks.map(\.role).sorted() else {
            session?.databaseTrouble = "not every disk is mounted"
            if case .down("not started") = session?.service {
                session?.service = .down("a disk is missing")
            }
            return
        }
        openDatabase()
        writeFirstAddresses()
        if !settings.bootsInMaintenance, isInMaintenance {  // Rule: GHES-025.
            // A full disk keeps the mark, and the service in maintenance mode.
            try? noteMaintenance(false)
        }
        readMaintenanceSchedule()
        startService()
    }

    /// Opens the database on the disks, or sets the external one up the first time.
    ///
    /// What was backed up while it ran is recovered here. Rule: CCI-003. What is kept outside needs no recovery, so that a
    /// backup without downtime does no damage. Rule: CCI-004.
    private mutating func openDatabase() {
        session?.databaseTrouble = nil
        if spec.layout.externalDatabase {
            if outside.database == nil {
                outside.database = Tables(system: seed)
                outside.commit([Self.firstTables(spec)])
            }
            session?.databaseRecovery = .clean
            return
        }
        do throws(DatabaseFault) {
            let (database, recovery) = try Database.open(log: logRole, tables: dataRole, in: &storage)
            session?.database = database
            session?.databaseRecovery = recovery
            if spec.layout.replica, outside.replica == nil {
                outside.replicate(tables)
                outside.replicaVersion = programVersion
            }
        } catch {
            session?.database = nil
            session?.databaseTrouble = "the database does not start: \(error)"
            if case .corrupt = error { session?.databaseRecovery = .corrupt }
        }
    }

    /// The contents of the database, wherever it is.
    var tables: Tables? { spec.layout.externalDatabase ? outside.database : session?.database?.contents }

    /// Commits transactions to the database, wherever it is.
    mutating func commit(_ transactions: [[Change]]) throws(DatabaseFault) {
        if spec.layout.externalDatabase {
            outside.commit(transactions)
        } else {
            guard session?.database != nil else {
                throw .corrupt(session?.databaseTrouble ?? "there is no database")
            }
            try session?.database?.commit(transactions: transactions, at: clock, in: &storage)
            if spec.layout.replica { outside.replicate(tables) }  // Rule: GHES-022. Whatever state it is in.
        }
    }

    /// The version of the schema: one version, or `mixed`; nothing when the database is not there.
    var schema: String? { tables.flatMap(Self.schema) }

    /// The version of the schema that tables have, or `mixed`.
    static func schema(of tables: Tables) -> String? {
        let schemas = Set(tables.names.compactMap { tables.schema(of: $0) }.filter { !$0.isEmpty })
        return schemas.count > 1 ? "mixed" : schemas.first
    }

    /// Starts the service, unless something on the disks speaks against it.
    mutating func startService() {
        let trouble = trouble()
        session?.service = trouble.map { .down($0) } ?? .healthy
        if trouble == nil { takeUpTransitions() }
    }

    /// After a failed upgrade: a service that is down says what keeps it from starting, if something does.
    mutating func sayWhatIsWrong() {
        guard case .down? = session?.service else { return }
        let trouble = trouble() ?? "the upgrade failed and left the service stopped"
        session?.service = .down(trouble)
    }

    /// What speaks against starting the service, as its own log would say it.
    private func trouble() -> String? {
        if let trouble = session?.databaseTrouble { return trouble }
        guard let version = programVersion else { return "the program is missing" }
        if let state = packageState, state.stage == .halfInstalled {
            return "package \(state.version) is half-installed"
        }
        let wanted = plan.schema(for: version)
        guard let schema else { return "the database is empty" }
        // Binaries of one feature release do not work on the schema of another, whichever disk was put back alone.
        // Rule: GHES-002, GHES-021.
        guard schema == wanted else { return "schema \(schema), want \(wanted)" }
        return plan.checksAddresses ? addressTrouble() : nil
    }

    /// Stops the service: its jobs and its open transaction are cut off, the database's pages reach the disk.
    mutating func stopService(_ why: String, shuttingDown: Bool = false) {
        endWork()
        session?.service = .down(why)
        // What a checkpoint cannot write stays in the log.
        try? session?.database?.checkpoint(shuttingDown: shuttingDown, in: &storage)
    }

    /// Cuts off what the service has in hand; its rows go on to say that it runs.
    mutating func endWork() {
        session?.jobs = []
        session?.openTransaction = []
    }

    /// Writes all that is in the caches to the disks.
    mutating func writeEverythingBack() {
        for role in storage.mounted {
            // A full disk has set the space for cached pages aside before.
            try? storage.on(role) { fileSystem, drives throws(FileSystemFault) in try fileSystem.sync(to: &drives) }
        }
    }

    /// Leaves nothing to replay: a checkpoint of the database, then of every file system.
    mutating func comeToRest() {
        // What cannot be written now is still in the log or the journal.
        try? session?.database?.checkpoint(in: &storage)
        for role in storage.mounted {
            // As above.
            try? storage.on(role) { fileSystem, drives throws(FileSystemFault) in
                try fileSystem.freeze(on: &drives)
                fileSystem.thaw(on: &drives)
            }
        }
    }

    /// Has the power fail in the middle of `work`: some of its writes reach the disks, and some of those in flight.
    mutating func tear(_ work: (inout SimulatedMachine) -> Void) {
        var trial = self
        work(&trial)
        let writes = trial.storage.drives.issued - storage.drives.issued
        var hasher = StableHasher()
        hasher.combine(seed)
        hasher.combine(UInt64(bitPattern: clock.nanoseconds))
        hasher.combine(storage.drives.issued)
        var dice = Dice(seed: hasher.finalize())
        let outsideBefore = outside
        storage.drives.lightFuse(after: writes > 0 ? dice.roll(below: writes) : 0, dice: dice.split())
        work(&self)
        storage.drives.removeFuse()
        if dice.chance(1, in: 2) { outside = outsideBefore }
        losePower()
    }
}

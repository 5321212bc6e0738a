public import LabCore

/// What a scenario asks of the software in a guest; the simulated and the real appliance answer alike.
public enum ApplianceCommand: Hashable, Sendable, Codable {
    /// Commit this many new records to the database, each in a transaction of its own; 1 to 100,000.
    case write(records: Int)
    /// Commit this many new records from an address that maintenance mode lets in; 1 to 100,000. Rule: GHES-005.
    case writeAsAdministrator(records: Int)
    /// Write this many files of 20 kB beside the database and leave them in the page cache; 1 to 1,000.
    case writeLooseFiles(Int)
    /// Begin a transaction, write this many records in it, and leave it open in the application's memory; 1 to 1,000.
    case openTransaction(records: Int)
    /// Hand this many background jobs to the queue; each runs for some two minutes; 1 to 100.
    case startJobs(Int)
    /// Wait until no background job runs or waits, for `limit` at most.
    case drainJobs(limit: Duration)
    /// Set or lift maintenance mode. Rule: GHES-004.
    case maintenance(Bool)
    /// Have maintenance mode set at a later time, 30 minutes from now or more. Rule: GHES-007.
    case scheduleMaintenance(lead: Duration)
    /// Upgrade to `version`; with `failure` the upgrade is made to fail there.
    case upgrade(version: String, failure: UpgradeFailure?)
    /// Try to bring the service up, as an administrator would.
    case startService
    /// Stop the service cleanly.
    case stopService
    /// Write everything that is in caches to the disks.
    case flush
    /// Fill a disk until only `leaving` is free.
    case fillDisk(DiskRole, leaving: ByteCount)
    /// Apply settings and pending migrations, and restart what reads them. Rule: GHES-017.
    case applyConfiguration
    /// Have the machine's replica follow it, or stop it. Rule: GHES-022.
    case replication(Bool)
    /// Let the machine's replica serve the users in its place. Rule: GHES-023.
    case promoteReplica
    /// Have users push again what their clones have and the machine has not. Rule: GHES-026.
    case pushAgain
    /// Leave this many records behind that nobody can decrypt any more; 1 to 1,000. Rule: GHES-019.
    case loseKey(records: Int)
    /// Put the machine's present addresses into the appliance's configuration and restart what reads it. Rule: CCI-010.
    case correctAddresses
    /// Delete builds that show as running but are run by nobody. Rule: CCI-014.
    case deleteStuckJobs
    /// Read how the appliance is.
    case status
}

/// Where and how an upgrade is made to fail.
public struct UpgradeFailure: Hashable, Sendable, Codable {
    /// The phase in which it fails.
    public var phase: UpgradePhase
    /// Which operation of the phase fails, counted from 1.
    public var occurrence: Int
    /// What happens there.
    public var cause: Cause

    /// Makes a failure; `occurrence` counts from 1 and is cut to the phase's last operation.
    public init(phase: UpgradePhase, occurrence: Int = 1, cause: Cause) {
        self.phase = phase
        self.occurrence = occurrence
        self.cause = cause
    }

    /// What ends an upgrade before its time.
    public enum Cause: String, Hashable, Sendable, Codable, CaseIterable {
        /// The operation reports an error and the upgrade stops where it is.
        case error
        /// The machine loses power in the middle of the operation.
        case powerLoss = "power-loss"
        /// The disk that the operation writes to is full.
        case diskFull = "disk-full"
        /// Whoever runs the upgrade says no when it asks whether to go on, the `occurrence`-th time. Rule: GHES-008.
        case declined
    }
}

/// The phases of an upgrade, in their order; each is one or more operations of the guest.
public enum UpgradePhase: String, Hashable, Sendable, Codable, CaseIterable {
    case preCheck = "pre-check"
    case stop, unpack, configure, migrate, start
    case healthCheck = "health-check"
}

/// What the appliance said.
public struct ApplianceAnswer: Hashable, Sendable, Codable {
    /// Whether the command did what it was asked to.
    public var succeeded: Bool
    /// What it said, line by line.
    public var output: [String]
    /// How the appliance is now; nothing when the guest is gone.
    public var status: ApplianceStatus?

    /// Makes an answer.
    public init(succeeded: Bool, output: [String] = [], status: ApplianceStatus? = nil) {
        self.succeeded = succeeded
        self.output = output
        self.status = status
    }
}

/// How an appliance says it is.
public struct ApplianceStatus: Hashable, Sendable, Codable {
    /// Whether the service runs and answers its users, or would but for maintenance mode.
    public var isHealthy: Bool
    /// Why the service is down, in a sentence; nothing when it is healthy.
    public var trouble: String?
    /// The version of the installed program.
    public var version: String
    /// The version of the database schema: a version, or `mixed` half-way through a migration, or `unreadable`.
    public var schema: String
    /// Whether maintenance mode is set.
    public var inMaintenance: Bool
    /// Background jobs that run or wait.
    public var jobs: Int
    /// Jobs that show as running but are run by nobody.
    ///
    /// Rule: CCI-013.
    public var stuckJobs: Int
    /// Committed records that can be read.
    public var records: Int

    /// Makes a status.
    public init(
        isHealthy: Bool, trouble: String? = nil, version: String, schema: String, inMaintenance: Bool = false,
        jobs: Int = 0, stuckJobs: Int = 0, records: Int = 0
    ) {
        self.isHealthy = isHealthy
        self.trouble = trouble
        self.version = version
        self.schema = schema
        self.inMaintenance = inMaintenance
        self.jobs = jobs
        self.stuckJobs = stuckJobs
        self.records = records
    }
}

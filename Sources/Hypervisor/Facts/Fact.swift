public import LabCore

/// One observable thing about a machine; the lab takes all of them before the snapshot, after the failure and after the revert.
public struct Fact: Identifier {
    /// The fact's name, as it stands in reports and scenarios.
    public let rawValue: String

    /// Takes a fact's name.
    public init(rawValue: String) { self.rawValue = rawValue }

    // MARK: What is on the disks

    /// A digest of the program's files on the root disk.
    public static let program = Fact(rawValue: "program")
    /// The version of the installed program.
    public static let version = Fact(rawValue: "version")
    /// The version of the database schema, `mixed`, or `unreadable`.
    public static let schema = Fact(rawValue: "schema")
    /// A digest of the configuration files.
    public static let configuration = Fact(rawValue: "configuration")
    /// The number of committed records that can be read.
    public static let records = Fact(rawValue: "records")
    /// A digest of all committed records.
    public static let data = Fact(rawValue: "data")
    /// The number of loose files that are there with their whole content.
    public static let looseFiles = Fact(rawValue: "loose-files")
    /// The number of firewall rules that an administrator added to the system.
    public static let firewallRules = Fact(rawValue: "firewall-rules")
    /// Records whose stored object is missing, and objects whose record is.
    public static let danglingLinks = Fact(rawValue: "dangling-links")
    /// The number of records that the replica outside the machine has.
    public static let replicaRecords = Fact(rawValue: "replica-records")
    /// The version of the schema that the replica outside the machine has, or `mixed`.
    public static let replicaSchema = Fact(rawValue: "replica-schema")
    /// Who serves the users: `machine`, or `replica` once that was promoted.
    public static let servedBy = Fact(rawValue: "served-by")
    /// The number of records that users have in clones elsewhere and the machine has not.
    public static let clonesAhead = Fact(rawValue: "clones-ahead")
    /// How the database came up, see ``Recovery``.
    public static let database = Fact(rawValue: "database")
    /// How the file system of a disk came up, see ``Recovery``.
    public static func fileSystem(_ role: DiskRole) -> Fact { Fact(rawValue: "file-system.\(role.rawValue)") }

    // MARK: What is in memory

    /// `healthy`, or `down` with the reason.
    public static let service = Fact(rawValue: "service")
    /// Whether maintenance mode is set.
    public static let maintenance = Fact(rawValue: "maintenance")
    /// Background jobs that run or wait.
    public static let jobs = Fact(rawValue: "jobs")
    /// Jobs that show as running but are run by nobody.
    public static let stuckJobs = Fact(rawValue: "stuck-jobs")
    /// Records of transactions that were never committed.
    public static let openRecords = Fact(rawValue: "open-records")
    /// The name of one run of the guest from boot to power-off.
    public static let bootID = Fact(rawValue: "boot-id")

    // MARK: What the platform says

    /// `on`, `off` or `suspended`.
    public static let power = Fact(rawValue: "power")
    /// The platform's name of the machine.
    public static let machine = Fact(rawValue: "machine")
    /// The address inside the network.
    public static let privateAddress = Fact(rawValue: "private-address")
    /// The address from outside; absent where there is none.
    public static let publicAddress = Fact(rawValue: "public-address")
    /// The hardware address of the first network interface.
    public static let hardwareAddress = Fact(rawValue: "hardware-address")
    /// The address that stands in the appliance's configuration.
    public static let configuredAddress = Fact(rawValue: "configured-address")
    /// The platform's name of the disk behind a role.
    public static func disk(_ role: DiskRole) -> Fact { Fact(rawValue: "disk.\(role.rawValue)") }
    /// The number of snapshots of this machine that the platform keeps.
    public static let snapshots = Fact(rawValue: "snapshots")
}

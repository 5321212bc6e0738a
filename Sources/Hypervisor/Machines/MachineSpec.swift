public import LabCore

/// What a machine is made of, before there is one.
public struct MachineSpec: Hashable, Sendable, Codable {
    /// A name for people; platforms that allow it show it.
    public var name: String
    /// The software that will be upgraded.
    public var appliance: Appliance
    /// The version the appliance starts with.
    public var version: String
    /// The disks, root first.
    public var disks: [DiskSpec]
    /// Memory, which is also what a snapshot with memory has to write.
    public var memory: ByteCount
    /// How the appliance is laid out over the machine and its surroundings.
    public var layout: Layout
    /// Whether the machine's address from outside is one that stays reserved for it.
    public var reservesAddress: Bool

    /// Makes a description of a machine; traps when the first disk is not the root disk or a role repeats.
    public init(
        name: String, appliance: Appliance, version: String, disks: [DiskSpec], memory: ByteCount,
        layout: Layout = Layout(), reservesAddress: Bool = false
    ) {
        precondition(disks.first?.role == .root, "the first disk of a machine is its root disk")
        precondition(Set(disks.map(\.role)).count == disks.count, "each disk of a machine has a role of its own")
        self.name = name
        self.appliance = appliance
        self.version = version
        self.disks = disks
        self.memory = memory
        self.layout = layout
        self.reservesAddress = reservesAddress
    }

    /// What an appliance keeps where.
    public struct Layout: Hashable, Sendable, Codable {
        /// The disk with the database's write-ahead log (or, on a real guest, its sequence file).
        public var databaseLog: DiskRole
        /// The database runs outside the machine, where no snapshot of the machine reaches it.
        ///
        /// Rule: CCI-002.
        public var externalDatabase: Bool
        /// Large objects live in object storage outside the machine.
        ///
        /// Rule: CCI-005.
        public var remoteObjects: Bool
        /// A second server follows the database, where no snapshot of the machine reaches it.
        ///
        /// Rule: GHES-022.
        public var replica: Bool

        /// Makes a layout; without arguments everything lives on the machine, and log and data share a disk.
        public init(
            databaseLog: DiskRole = .data, externalDatabase: Bool = false, remoteObjects: Bool = false,
            replica: Bool = false
        ) {
            self.databaseLog = databaseLog
            self.externalDatabase = externalDatabase
            self.remoteObjects = remoteObjects
            self.replica = replica
        }
    }
}

/// One disk of a machine that is to be made.
public struct DiskSpec: Hashable, Sendable, Codable {
    /// What the machine uses the disk for.
    public var role: DiskRole
    /// The capacity, at least 64 MiB.
    public var size: ByteCount
    /// What the disk is stored on, in the platform's own word; nothing for the platform's usual one.
    public var type: String?

    /// Makes a description of a disk.
    public init(role: DiskRole, size: ByteCount, type: String? = nil) {
        self.role = role
        self.size = size
        self.type = type
    }
}

/// What a machine uses a disk for; also the disk's name in scenarios.
public enum DiskRole: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    /// The operating system and the application.
    case root
    /// The user's data.
    case data

    /// Orders the root disk before the data disk.
    public static func < (a: DiskRole, b: DiskRole) -> Bool { a == .root && b == .data }

    /// Takes the role into a hash; roles are looked up all the time, and hashing their names takes long.
    public func hash(into hasher: inout Hasher) { hasher.combine(self == .root) }
}

/// The software that is upgraded, as far as the lab knows it.
public enum Appliance: String, Hashable, Sendable, Codable, CaseIterable {
    /// One application with a database, on a root and a data disk.
    case generic
    /// GitHub Enterprise Server: root and data disk, maintenance mode, background jobs, config apply, schema migration.
    case gitHubEnterpriseServer = "github-enterprise-server"
    /// The CircleCI Enterprise services box: everything on the root volume unless data is kept outside.
    case circleCIServices = "circleci-services"
}

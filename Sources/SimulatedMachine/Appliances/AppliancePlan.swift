package import Hypervisor
import LabCore

/// An appliance as data: where it keeps what, and what its upgrade does.
package struct AppliancePlan: Sendable {
    /// The tables that follow the program's version, in the order in which an upgrade migrates them.
    package var tables: [String]
    /// Whether done migrations are noted, so that an upgrade that is run again leaves them out.
    package var notesMigrations: Bool
    /// Whether the root disk has two partitions, of which the idle one receives the next version.
    ///
    /// Rule: GHES-009.
    package var hasTwoPartitions: Bool
    /// Where the settings are kept.
    package var settingsRole: DiskRole
    /// Whether the service refuses to work under addresses that are not in its configuration.
    package var checksAddresses: Bool
    /// Whether a restore makes a new machine from the backup instead of taking the old one back.
    ///
    /// Rule: CCI-007.
    package var comesBackAsNewMachine: Bool
    /// From power-on until the service is up.
    package var bootDuration: Duration
    /// The steps from one version to another.
    package var upgrade: @Sendable (_ from: VersionNumber, _ to: VersionNumber, _ plan: AppliancePlan) -> [UpgradeStep]

    /// The files of a program, the file with its version not counted.
    static let programFiles = 6
    static let pagesPerFile = 8
    /// How many numbers of a version name its schema: patches of one release share it, on real guests as well.
    static let schemaParts = 2

    package init(for appliance: Appliance) {
        switch appliance {
        case .generic: self = .generic
        case .gitHubEnterpriseServer: self = .gitHubEnterpriseServer
        case .circleCIServices: self = .circleCIServices
        }
    }

    init(
        tables: [String], notesMigrations: Bool, hasTwoPartitions: Bool = false,
        settingsRole: DiskRole = .root, checksAddresses: Bool = false, comesBackAsNewMachine: Bool = false,
        bootDuration: Duration,
        upgrade: @escaping @Sendable (VersionNumber, VersionNumber, AppliancePlan) -> [UpgradeStep]
    ) {
        self.tables = tables
        self.notesMigrations = notesMigrations
        self.hasTwoPartitions = hasTwoPartitions
        self.settingsRole = settingsRole
        self.checksAddresses = checksAddresses
        self.comesBackAsNewMachine = comesBackAsNewMachine
        self.bootDuration = bootDuration
        self.upgrade = upgrade
    }

    /// What a provider says when it restores a machine in the way that the appliance's manual asks for.
    package static let newMachineNote = Note(
        "Chose a new machine: the appliance's manual restores from a backup and takes no machine back.", rule: "CCI-007"
    )

    /// The schema that a version works on.
    package func schema(for version: String) -> String { VersionNumber(version).prefix(Self.schemaParts) }

    /// The steps that unpack a package over the installed program, file by file.
    static func unpackInPlace(_ duration: Duration) -> [UpgradeStep] {
        [UpgradeStep(.unpack, .notePackage(.halfInstalled), .milliseconds(20))]
            + (1...programFiles).map { UpgradeStep(.unpack, .unpack(file: $0), duration) }
            + [
                UpgradeStep(.unpack, .activate, duration),
                UpgradeStep(.unpack, .notePackage(.unpacked), .milliseconds(20)),
            ]
    }

    /// The steps that bring each table to the new schema; none when it is the old one.
    func migrations(from: VersionNumber, to: VersionNumber, each duration: Duration) -> [UpgradeStep] {
        guard from.prefix(Self.schemaParts) != to.prefix(Self.schemaParts) else { return [] }
        return tables.map { UpgradeStep(.migrate, .migrate(table: $0), duration) }
    }
}

package import Hypervisor
import LabCore

/// One thing that an upgrade does in the guest; power can fail over each.
package enum GuestOperation: Hashable, Sendable {
    /// Looks at something and refuses to go on.
    case check(Check)
    /// Names what is about to happen and asks whether to go on; the usual answer is yes here.
    case ask
    /// Looks for records that cannot be decrypted and, when there are any, asks whether to go on without them.
    ///
    /// Rule: GHES-019.
    case askAboutSecrets
    /// Sets maintenance mode.
    case enterMaintenance
    /// Stops the service.
    case stopService
    /// Notes how far the package has come.
    case notePackage(PackageState.Stage)
    /// Writes one file of the new program beside the old one, or into the idle partition.
    case unpack(file: Int)
    /// Puts the unpacked files in the place of the old ones, one after the other.
    case activate
    /// Makes the idle partition the one to boot from.
    case switchPartition
    /// Shuts down and boots again.
    case restart
    /// Writes the settings of the new version.
    case configure
    /// Brings one table to the new schema, in one transaction.
    case migrate(table: String)
    /// Starts the service.
    case startService
    /// Asks the service how it is.
    case checkHealth
    /// Hands the transition of the data to the queue, which goes on for a day.
    case startTransition

    /// What an upgrade looks at before it begins.
    package enum Check: Hashable, Sendable {
        /// The new version is another one than the installed.
        case versionDiffers
        /// The new version is no earlier one; an earlier patch of the same feature release can be allowed.
        case isNoDowngrade(allowsPatches: Bool)
        /// The step is not too large.
        case featureStep(atMost: Int)
        /// A disk has so many hundredths free.
        case freeSpace(DiskRole, percent: Int)
        /// The settings can be read.
        case settings
    }

    /// Whether the operation needs room on a disk.
    var needsRoom: Bool {
        switch self {
        case .notePackage, .unpack, .activate, .switchPartition, .configure, .migrate, .enterMaintenance,
            .startTransition:
            true
        case .check, .ask, .askAboutSecrets, .stopService, .restart, .startService, .checkHealth: false
        }
    }
}

extension GuestOperation: CustomStringConvertible {
    /// The operation in the words of an upgrade's output.
    package var description: String {
        switch self {
        case .check(.versionDiffers): "check the installed version"
        case .check(.isNoDowngrade): "check for a downgrade"
        case .check(.featureStep): "check the size of the step"
        case .check(.freeSpace(let role, _)): "check free space on the \(role.rawValue) disk"
        case .check(.settings): "check the settings"
        case .ask: "name the partition to write and ask whether to go on"
        case .askAboutSecrets: "look for records that cannot be decrypted"
        case .enterMaintenance: "set maintenance mode"
        case .stopService: "stop the service"
        case .notePackage(let stage): "note the package as \(stage.rawValue)"
        case .unpack(let file): "unpack file \(file)"
        case .activate: "put the new files in place"
        case .switchPartition: "switch to the new partition"
        case .restart: "restart"
        case .configure: "write the settings"
        case .migrate(let table): "migrate table \(table)"
        case .startService: "start the service"
        case .checkHealth: "check the service's health"
        case .startTransition: "hand the transition of the data to the queue"
        }
    }
}

/// One step of an upgrade.
package struct UpgradeStep: Hashable, Sendable {
    package var phase: UpgradePhase
    package var operation: GuestOperation
    /// How long it takes when nothing goes wrong.
    package var duration: Duration

    package init(_ phase: UpgradePhase, _ operation: GuestOperation, _ duration: Duration) {
        self.phase = phase
        self.operation = operation
        self.duration = duration
    }
}

/// How far the installed package has come, as the package manager keeps it on the root disk.
package struct PackageState: Hashable, Sendable {
    package enum Stage: String, Hashable, Sendable, CaseIterable {
        case installed
        case halfInstalled = "half-installed"
        case unpacked
        case halfConfigured = "half-configured"
    }

    package var stage: Stage
    package var version: String

    package init(stage: Stage, version: String) {
        self.stage = stage
        self.version = version
    }

    /// Reads the line that ``line`` makes.
    package init?(line: String) {
        let words = line.split(separator: " ")
        guard words.count == 2, let stage = Stage(rawValue: String(words[0])) else { return nil }
        self.init(stage: stage, version: String(words[1]))
    }

    package var line: String { "\(stage.rawValue) \(version)" }
}

import Hypervisor
import LabCore

extension SimulatedMachine {
    /// Does one operation of an upgrade.
    mutating func execute(_ operation: GuestOperation, in upgrade: Upgrade) throws(OperationFault) {
        switch operation {
        case .check(let check): try self.check(check, in: upgrade)
        case .ask, .askAboutSecrets: break
        case .stopService: stopService("stopped for the upgrade")
        case .migrate(let table): try migrate(table, in: upgrade)
        case .startService:
            startService()
            if case .down(let why)? = session?.service {
                throw .refused("the service does not start: \(why)", rule: nil)
            }
        case .checkHealth:
            if case .down(let why)? = session?.service { throw .refused("the service is down: \(why)", rule: nil) }
        case .restart: restart()
        case .startTransition:
            do throws(DatabaseFault) { try startTransition() } catch { throw .database(error) }
        case .enterMaintenance, .notePackage, .unpack, .activate, .switchPartition, .configure:
            do throws(FileSystemFault) { try write(operation, in: upgrade) } catch { throw .fileSystem(error) }
        }
    }

    private mutating func write(_ operation: GuestOperation, in upgrade: Upgrade) throws(FileSystemFault) {
        switch operation {
        case .enterMaintenance: try noteMaintenance(true)
        case .notePackage(let stage):
            if stage == .halfInstalled { try unpackVersion(of: upgrade) }
            try notePackage(PackageState(stage: stage, version: upgrade.to))
        case .unpack(let file):
            try Self.writeProgramFile(file, of: upgrade.to, in: unpackDirectory, to: &storage)
        case .activate: try activate()
        case .switchPartition:
            let other = activePartition == "a" ? "b" : "a"
            try storage.replace(GuestPath.partition, of: .root, with: Array(other.utf8))
        case .configure:
            let settings = Self.settings(of: upgrade.to, for: spec)
            try storage.replace(GuestPath.settings, of: settingsRole, with: settings)
        case .check, .ask, .askAboutSecrets, .stopService, .restart, .migrate, .startService, .checkHealth,
            .startTransition:
            preconditionFailure("\(operation) writes no files of its own")
        }
    }

    /// Unpacks the file with the version, which is small and comes first.
    private mutating func unpackVersion(of upgrade: Upgrade) throws(FileSystemFault) {
        try Self.writeProgramFile(
            AppliancePlan.programFiles + 1, of: upgrade.to, in: unpackDirectory, to: &storage)
    }

    /// Moves the unpacked files over the old ones, the version last; between two of them the program is of both.
    private mutating func activate() throws(FileSystemFault) {
        for number in 1...AppliancePlan.programFiles + 1 {
            let name = GuestPath.file(number)
            let (source, target) = ("\(unpackDirectory)/\(name)", "\(programDirectory)/\(name)")
            try storage.on(.root) { fileSystem, drives throws(FileSystemFault) in
                try fileSystem.rename(source, to: target, in: &drives)
                try fileSystem.fsync(target, to: &drives)
            }
        }
    }

    /// Shuts down and boots again under the same identity.
    private mutating func restart() {
        guard let identity = session?.identity else { return }
        // A guest that an upgrade restarts runs and is not frozen.
        _ = try? shutDown(at: clock)
        if power == .off { _ = boot(as: identity, at: clock) }
        session?.service = .down("the upgrade goes on")
    }

    /// Brings one table to the new schema.
    private mutating func migrate(_ table: String, in upgrade: Upgrade) throws(OperationFault) {
        guard transitions.isEmpty else {
            throw .refused("the transition of the data after the last feature upgrade has not ended", rule: "GHES-011")
        }
        let wanted = plan.schema(for: upgrade.to)
        guard let tables else { throw .database(.corrupt(session?.databaseTrouble ?? "there is no database")) }
        guard tables.schema(of: table) != wanted else {
            if plan.notesMigrations { return }
            throw .refused("table \(table) has schema \(wanted) already", rule: nil)
        }
        if !spec.layout.externalDatabase {  // A table is rewritten beside itself, as PostgreSQL's ALTER TABLE does.
            let room = Int64(1 + tables.count(of: table) / TablePage.capacity) * Disk.blockSize.bytes
            guard let free = storage.fileSystems[dataRole]?.freeSpace.bytes, free >= room else {
                throw .fileSystem(.noSpace)
            }
        }
        do throws(DatabaseFault) {
            try commit([[.migrate(table: table, schema: wanted)]])
        } catch {
            throw .database(error)
        }
    }

    private func check(_ check: GuestOperation.Check, in upgrade: Upgrade) throws(OperationFault) {
        let (from, to) = (VersionNumber(upgrade.from), VersionNumber(upgrade.to))
        switch check {
        case .versionDiffers:
            guard upgrade.from == upgrade.to, packageState?.stage == .installed else { return }
            throw .refused("version \(upgrade.to) is installed already", rule: nil)
        case .isNoDowngrade(let allowsPatches):
            guard to < from else { return }
            // An earlier patch goes over the same schema; an earlier feature release needs the snapshot.
            if allowsPatches, from.prefix(2) == to.prefix(2) { return }  // Rule: GHES-020.
            throw .refused(
                "\(upgrade.from) goes back to \(upgrade.to) only by restoring a snapshot of the machine",
                rule: "GHES-021")
        case .featureStep(let limit):
            guard from.part(0) == to.part(0), to.part(1) - from.part(1) <= limit else {
                throw .refused(
                    "the package upgrades over \(limit) feature releases at most, found \(upgrade.from)",
                    rule: "GHES-014")
            }
        case .freeSpace(let role, let percent):
            guard let fileSystem = storage.fileSystems[role == .data ? dataRole : role] else {
                throw .fileSystem(.notMounted)
            }
            guard fileSystem.freeSpace.bytes / (fileSystem.capacity.bytes / 100) >= Int64(percent) else {
                throw .refused("less than \(percent) % of the \(role.rawValue) disk is free", rule: "GHES-015")
            }
        case .settings:
            guard storage.text(GuestPath.settings, of: settingsRole)?.hasPrefix("appliance=") == true else {
                throw .refused("the settings cannot be read", rule: "GHES-016")
            }
        }
    }
}

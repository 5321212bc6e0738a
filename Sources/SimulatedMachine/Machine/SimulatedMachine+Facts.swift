public import Hypervisor
import LabCore

extension SimulatedMachine {
    /// What can be found in the guest and on the disks; the platform adds what stands in its books.
    ///
    /// Of a machine that is off, it is what a boot would find.
    public func facts() -> Facts {
        guard power == .off else { return contents.merging(volatile) }
        var copy = self
        let nobody = GuestIdentity(machine: MachineID(rawValue: "facts"), privateAddress: "", hardwareAddress: "")
        _ = copy.boot(as: nobody, at: clock)
        var facts = copy.contents
        facts[.service] = "down: the machine is off"
        return facts
    }

    /// What is on the disks, and how they came up.
    private var contents: Facts {
        var facts: Facts = [
            .program: .text(digest(of: programDirectory, on: .root)),
            .version: programVersion.map { .text($0) } ?? .unreadable("the program is missing"),
            .configuration: storage.text(GuestPath.settings, of: settingsRole).map { .text(Self.digest(of: $0)) }
                ?? .unreadable("the settings are missing"),
            .maintenance: .flag(isInMaintenance),
            .looseFiles: .number(looseFiles.whole),
            .stuckJobs: .number(stuckJobs.count),
            .danglingLinks: .number(danglingLinks),
        ]
        if plan.hasTwoPartitions {  // Rule: GHES-018. They stand in the partition of the system they were made on.
            let rules = storage.text("\(programDirectory)/\(GuestPath.firewall)", of: .root)
            facts[.firewallRules] = .number(rules?.split(separator: "\n").count ?? 0)
        }
        if let replica = outside.replica {
            facts[.replicaRecords] = .number(replica.count(of: "records"))
            facts[.replicaSchema] = Self.schema(of: replica).map { .text($0) }
            facts[.servedBy] = outside.isPromoted ? "replica" : "machine"
        }
        if spec.appliance == .gitHubEnterpriseServer, tables != nil { facts[.clonesAhead] = .number(clonesAhead.count) }
        facts[.configuredAddress] = configuredAddress.map { .text($0) }
        for (role, recovery) in session?.recoveries ?? [:] { facts[.fileSystem(role)] = .text(recovery.rawValue) }
        let trouble = FactValue.unreadable(session?.databaseTrouble ?? "there is no database")
        facts[.database] = session?.databaseRecovery.map { .text($0.rawValue) } ?? trouble
        facts[.schema] = tables == nil ? "unreadable" : schema.map { .text($0) } ?? "unreadable"
        facts[.records] = tables.map { .number($0.count(of: "records")) } ?? trouble
        facts[.data] = tables.map { .text(Self.digest(of: $0)) } ?? trouble
        return facts
    }

    /// What is in memory.
    private var volatile: Facts {
        guard let session else { return [:] }
        var facts: Facts = [
            .bootID: .text(session.bootID), .jobs: .number(session.jobs.count),
            .openRecords: .number(session.openTransaction.count),
        ]
        switch session.service {
        case .healthy: facts[.service] = "healthy"
        case .down(let why): facts[.service] = .text("down: \(why)")
        }
        return facts
    }

    /// A digest of every file of a directory, by name.
    private func digest(of directory: String, on role: DiskRole) -> String {
        var hasher = StableHasher()
        // An unreadable directory has the digest of an empty one; the version says that it is unreadable.
        try? storage.reading(role) { fileSystem, drives throws(FileSystemFault) in
            for file in try fileSystem.contents(of: directory, in: drives) {
                hasher.combine(file.name)
                for page in file.pages { hasher.combine(page.digest) }
            }
        }
        return hasher.digest()
    }

    private static func digest(of text: String) -> String {
        var hasher = StableHasher()
        hasher.combine(text)
        return hasher.digest()
    }

    /// A digest of all records, in the order of their keys.
    private static func digest(of tables: Tables) -> String {
        var hasher = StableHasher()
        for row in tables.rows(of: "records") {
            hasher.combine(row.key)
            hasher.combine(row.value)
        }
        return hasher.digest()
    }
}

extension Facts {
    fileprivate func merging(_ others: Facts) -> Facts {
        var result = self
        result.merge(others)
        return result
    }
}

public import Hypervisor
import LabCore

extension SimulatedMachine {
    /// The disk contents of a freshly installed appliance, from which a platform launches machines.
    ///
    /// - Parameters:
    ///   - spec: what the machine is made of; each disk has 64 MiB at least.
    ///   - seed: from which the database's own name follows.
    /// - Returns: the contents of each disk, by role.
    public static func installedDisks(for spec: MachineSpec, seed: UInt64) -> [DiskRole: Disk] {
        let machine = SimulatedMachine(spec: spec, seed: seed)
        var storage = Storage()
        do {
            for disk in spec.disks {
                storage.drives[disk.role] = Disk(size: disk.size)
                FileSystem.format(disk.role, in: &storage.drives)
                storage.fileSystems[disk.role] =
                    try FileSystem.mount(disk.role, in: &storage.drives, at: .start).fileSystem
            }
            try machine.install(on: &storage)
            for role in storage.mounted {
                try storage.on(role) { fileSystem, drives throws(FileSystemFault) in
                    try fileSystem.unmount(from: &drives)
                }
            }
        } catch {
            preconditionFailure("an appliance fits on a disk of 64 MiB: \(error)")
        }
        return storage.drives.disks
    }

    private func install(on storage: inout Storage) throws {
        let root = ["/var/lib", "/boot", "/opt/nomad", "/etc/default", "/etc/app", programDirectory, unpackDirectory]
        for (role, paths) in [
            (DiskRole.root, root), (settingsRole, ["/etc/app"]), (dataRole, [GuestPath.loose, GuestPath.objects]),
        ] {
            for path in paths {
                try storage.on(role) { fileSystem, drives throws(FileSystemFault) in
                    try fileSystem.makeDirectory(path, in: &drives)
                }
            }
        }
        for number in 1...AppliancePlan.programFiles + 1 {
            try Self.writeProgramFile(number, of: spec.version, in: programDirectory, to: &storage)
        }
        let state = PackageState(stage: .installed, version: spec.version)
        var files = [
            (GuestPath.package, DiskRole.root, Array(state.line.utf8)),
            (GuestPath.settings, settingsRole, Self.settings(of: spec.version, for: spec)),
            (GuestPath.maintenance, settingsRole, Array("off".utf8)),
        ]
        if plan.hasTwoPartitions {
            files.append((GuestPath.partition, .root, Array("a".utf8)))
            files.append(("\(programDirectory)/\(GuestPath.firewall)", .root, Array("allow 10.0.0.0/8\n".utf8)))
        }
        for (path, role, bytes) in files {
            try storage.on(role) { fileSystem, drives throws(FileSystemFault) in
                try fileSystem.write(bytes, to: path, in: &drives)
            }
        }
        guard !spec.layout.externalDatabase else { return }
        var database = try Database.make(system: seed, log: logRole, tables: dataRole, in: &storage)
        try database.commit(Self.firstTables(spec), at: .start, in: &storage)
        try database.checkpoint(shuttingDown: true, in: &storage)
    }

    /// The tables of an empty database: those that follow the version, and the appliance's own books.
    static func firstTables(_ spec: MachineSpec) -> [Change] {
        let plan = AppliancePlan(for: spec.appliance)
        return plan.tables.map { .create(table: $0, schema: plan.schema(for: spec.version)) }
            + ["jobs", "work", "artifacts"].map { .create(table: $0, schema: "") }
    }
}

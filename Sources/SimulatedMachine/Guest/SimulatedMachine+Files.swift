import Hypervisor
import LabCore

/// Where the appliances keep their files.
enum GuestPath {
    static let package = "/var/lib/package"
    static let partition = "/boot/partition"
    static let version = "VERSION"
    static let settings = "/etc/app/settings"
    static let maintenance = "/etc/app/maintenance"
    static let schedule = "/etc/app/maintenance-schedule"
    static let addresses = "/etc/app/addresses"
    static let firewall = "firewall-rules"
    static let loose = "/loose"
    static let objects = "/objects"
    static let replicated = ["/etc/default/replicated", "/etc/default/replicated-operator"]
    static let hostName = "/etc/app/host-name"
    static let scheduler = "/opt/nomad/server"

    static func partition(_ name: String) -> String { "/partition-\(name)" }
    static func file(_ number: Int) -> String {
        number <= AppliancePlan.programFiles ? "module-\(number)" : version
    }
}

extension SimulatedMachine {
    /// The directory with the program that runs.
    var programDirectory: String {
        plan.hasTwoPartitions ? GuestPath.partition(activePartition) : "/opt/app"
    }

    /// The directory that an upgrade unpacks into.
    var unpackDirectory: String {
        plan.hasTwoPartitions ? GuestPath.partition(activePartition == "a" ? "b" : "a") : "/opt/app-new"
    }

    var activePartition: String { storage.text(GuestPath.partition, of: .root) ?? "a" }

    /// The version of the program that runs; nothing when it cannot be read.
    var programVersion: String? { storage.text("\(programDirectory)/\(GuestPath.version)", of: .root) }

    var packageState: PackageState? {
        storage.text(GuestPath.package, of: .root).flatMap { PackageState(line: $0) }
    }

    /// Whether maintenance mode is set; the mark is on a disk, so a snapshot keeps it.
    var isInMaintenance: Bool { storage.text(GuestPath.maintenance, of: settingsRole) == "on" }

    /// Writes one file of a program, durably.
    static func writeProgramFile(
        _ number: Int, of version: String, in directory: String, to storage: inout Storage
    ) throws(FileSystemFault) {
        let path = "\(directory)/\(GuestPath.file(number))"
        try storage.on(.root) { fileSystem, drives throws(FileSystemFault) in
            guard number <= AppliancePlan.programFiles else {
                let file = try fileSystem.write(Array(version.utf8), to: path, in: &drives)
                return try fileSystem.fsync(file, to: &drives)
            }
            let file = try fileSystem.createAnew(path, in: &drives)
            let pages = (0..<AppliancePlan.pagesPerFile).map { page in
                var hasher = StableHasher()
                hasher.combine(version)
                hasher.combine(number)
                hasher.combine(page)
                return (page: page, block: Block(token: hasher.finalize()))
            }
            let length = pages.count * Int(Disk.blockSize.bytes)
            try fileSystem.write(pages, length: length, to: file)
            try fileSystem.fsync(file, to: &drives)
        }
    }

    /// Writes settings as a version has them.
    static func settings(of version: String, for spec: MachineSpec) -> [UInt8] {
        Array("appliance=\(spec.appliance.rawValue)\nsettings=\(version)\n".utf8)
    }

    /// The pages of a loose file of 20 kB, which follow from its number.
    static func loosePages(_ number: Int) -> [(page: Int, block: Block)] {
        (0..<5).map { page in
            var hasher = StableHasher()
            hasher.combine("loose")
            hasher.combine(number)
            hasher.combine(page)
            return (page, Block(token: hasher.finalize()))
        }
    }
    static let looseLength = 20_000

    /// The number of loose files with their whole content, and the highest number among their names.
    var looseFiles: (whole: Int, last: Int) {
        let found = try? storage.reading(dataRole) { fileSystem, drives throws(FileSystemFault) in  // Unreadable: none.
            var result = (whole: 0, last: 0)
            for file in try fileSystem.contents(of: GuestPath.loose, in: drives) {
                guard let number = Int(file.name) else { continue }
                result.last = max(result.last, number)
                guard file.length == Self.looseLength, file.pages == Self.loosePages(number).map(\.block) else {
                    continue
                }
                result.whole += 1
            }
            return result
        }
        return found ?? (0, 0)
    }
}

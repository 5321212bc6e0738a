import Foundation
import Hypervisor
import LabCore
import Testing

@testable import LibvirtDriver

@Suite("Reading facts from disk images on the host", .enabled(if: hasTools)) struct HostInspectionTests {
    @Test("disks at rest tell contents, and that a boot finds nothing to repair") func atRest() async throws {
        let facts = try await inspect(records: 3, looseFiles: [20_000, 20_000, 4_096])
        #expect(facts[.version] == "1.0")
        #expect(facts[.schema] == "1.0")
        #expect(facts[.records] == 3)
        #expect(facts[.looseFiles] == 2, "a file that lost its tail does not count")
        #expect(facts[.database] == "clean")
        #expect(facts[.fileSystem(.root)] == "clean")
        #expect(facts[.fileSystem(.data)] == "clean")
        #expect(facts[.configuredAddress] == "10.0.0.5")
        #expect(facts[.service] == "down: the machine is off")
    }

    @Test("equal contents have equal digests, and each change changes its own") func digests() async throws {
        let one = try await inspect(records: 3)
        #expect(try await inspect(records: 3) == one)
        let more = try await inspect(records: 4)
        #expect(more[.data] != one[.data] && more[.program] == one[.program])
        let half = try await inspect(records: 3, state: "install reinstreq half-installed")
        #expect(half[.program] != one[.program] && half[.data] == one[.data])
    }

    @Test(
        "a schema is mixed while not all migrations of its newest version are made",
        arguments: [(0, "1.0"), (1, "mixed"), (2, "mixed"), (3, "1.1")])
    func schema(steps: Int, schema: String) async throws {
        #expect(try await inspect(records: 1, migrations: steps)[.schema] == .text(schema))
    }

    @Test("a database that is none is corrupt, and says so") func damage() async throws {
        let facts = try await inspect(records: 1, damage: true)
        #expect(facts[.database] == "corrupt")
        #expect(facts[.schema] == "unreadable")
        #expect(facts[.records] == .unreadable("file is not a database (26)"))
    }

    @Test(
        "a log on another disk must not end before the data does; what the data lacks is made up from it",
        arguments: [(2, "corrupt", 3), (3, "clean", 3), (5, "replayed", 5)])
    func ledger(commits: Int, database: String, records: Int) async throws {
        let facts = try await inspect(records: 3, ledger: commits)
        #expect(facts[.database] == .text(database))
        #expect(facts[.records] == .number(records))
    }

    @Test("what is no disk is refused, with the path") func refused() async throws {
        try await withFolder { folder in
            let source = HostInspection.Source(path: "\(folder)/missing.qcow2")
            let error = try await #require(throws: Refusal.self) {
                try await HostInspection(scratch: folder).facts(of: [.root: source])
            }
            #expect(error.kind == .lab && error.message.contains("missing.qcow2"))
            #expect(Files.names(in: folder) == [], "no copy is left")
        }
    }

    /// Makes a root and a data disk with these contents, and reads them.
    private func inspect(
        records: Int, looseFiles: [Int] = [], state: String = "install ok installed", migrations: Int = 0,
        ledger: Int? = nil, damage: Bool = false
    ) async throws -> Facts {
        var found = Facts()
        try await withFolder { folder in
            let ledgerPath = ledger == nil ? "" : "/var/lib/labapp/ledger"
            let insert = { (id: Int) in "INSERT INTO records(id, body, cents) VALUES(\(id), 'record \(id)', \(id));" }
            try tree(
                [
                    "root/usr/lib/labapp/VERSION": "1.0\n",
                    "root/etc/labapp/labapp.conf":
                        "database=/data/labapp\nledger=\(ledgerPath)\naddress_file=/etc/labapp/address.conf\n",
                    "root/etc/labapp/address.conf": "PRIVATE_ADDRESS=10.0.0.5\n",
                    "root/var/lib/dpkg/status": "Package: labapp\nStatus: \(state)\nVersion: 1.0\n\n",
                    "root/var/lib/labapp/ledger": (1...max(1, ledger ?? 1)).map { "\($0)\t\(insert($0))\n" }.joined(),
                    "data/labapp/app.db": "",
                ], in: folder)
            for (index, length) in looseFiles.enumerated() {
                let name = "0000\(index + 1)"
                let line = "loose file \(name)\n"
                let whole = String(String(repeating: line, count: 20_000 / line.count + 1).prefix(20_000))
                try tree(["data/labapp/loose/\(name)": String(whole.prefix(length))], in: folder)
            }
            let database = "\(folder)/data/labapp/app.db"
            let schema = try #require(GuestScripts.all.first { $0.name == "schema.sql" })
            let statements =
                String(decoding: schema.text, as: UTF8.self).replacingOccurrences(of: "@SCHEMA@", with: "1.0")
                + (1...records).map(insert).joined() + "UPDATE sequence SET number = \(records);"
                + (0..<migrations).map { "INSERT INTO schema_migrations VALUES('1.1', \($0 + 1));" }.joined()
            try await HostProgram.run("sqlite3", [database, statements])
            if damage { try Files.write(String(repeating: "no database ", count: 500), to: database) }
            var disks: [DiskRole: HostInspection.Source] = [:]
            for role in DiskRole.allCases {
                let path = "\(folder)/\(role.rawValue).ext4"
                try await HostProgram.run(
                    "mke2fs", ["-q", "-t", "ext4", "-d", "\(folder)/\(role.rawValue)", path, "16M"])
                disks[role] = HostInspection.Source(path: path)
            }
            found = try await HostInspection(scratch: folder).facts(of: disks)
        }
        return found
    }

    private func tree(_ files: [String: String], in folder: String) throws {
        for (path, text) in files {
            let url = URL(fileURLWithPath: folder).appendingPathComponent(path)
            try Files.makeFolder(url.deletingLastPathComponent().path)
            try Data(text.utf8).write(to: url)
        }
    }
}

import Foundation
import Hypervisor
import LabCore
import Testing

@testable import LibvirtDriver

@Suite struct `The lab's folder` {
    /// Gives `body` an empty folder and removes it.
    private func withFolder(_ body: (LabFolder) async throws -> Void) async throws {
        let path = NSTemporaryDirectory() + "belay-\(UUID().uuidString.prefix(8))"
        try Files.makeFolder(path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(LabFolder(path: path))
    }

    @Test("LV-073: a root that a lab uses is left alone, and the next one is taken")
    func claims() async throws {
        try await withFolder { folder in
            let first = try folder.claimRoot()
            let second = try folder.claimRoot()
            #expect([first, second].map { $0.root.path } == ["\(folder.labs)/1", "\(folder.labs)/2"])
            #expect(try ClaimedRoot(first.root) == nil)
        }
    }

    @Test func `a root is free again when its lab is gone`() async throws {
        try await withFolder { folder in
            let root = try folder.claimRoot().root
            // A program that another test starts at this very moment has every descriptor until it is that program.
            var again: ClaimedRoot?
            for _ in 1...100_000 where again == nil {
                again = try ClaimedRoot(root)
                await Task.yield()
            }
            #expect(again?.root.path == "\(folder.labs)/1")
        }
    }

    @Test func `a program that a lab starts does not hold the lab's root`() async throws {
        try await withFolder { folder in
            let claim = try folder.claimRoot()
            let descriptors = try await HostProgram.run("ls", ["-l", "/proc/self/fd"])
            #expect(descriptors.contains("/dev/null"))
            #expect(!descriptors.contains(claim.root.path))
        }
    }

    @Test func `a root whose sockets would not fit is refused before anything starts`() async throws {
        try await withFolder { folder in
            let long = LabRoot(path: folder.path + "/" + String(repeating: "x", count: 100))
            let refusal = try #require(throws: Refusal.self) { try long.prepare() }
            #expect(refusal.code == "RootPathTooLong")
            #expect(!Files.exists(long.path))
        }
    }

    @Test func `a record is read as it was written`() async throws {
        try await withFolder { folder in
            let root = LabRoot(path: folder.path)
            let store = MachineStore(root: root)
            var record = MachineRecord.example(names: ["s"], kind: .external)
            record.journal = .revert(to: Snapshot.ID(rawValue: "s"), targets: ["vda"], generation: 3)
            try Files.makeFolder(root.machine(record.id))
            #expect(try store.read(record.id) == nil)
            try store.write(record)
            #expect(try store.read(record.id) == record)
            #expect(store.machines == [record.id])
        }
    }

    @Test func `only files that nothing needs are removed`() async throws {
        try await withFolder { folder in
            let root = LabRoot(path: folder.path)
            var record = MachineRecord.example(names: ["s"], kind: .external)
            let place = root.machine(record.id)
            try Files.makeFolder(place)
            for name in ["vda.qcow2", "vda.1", "vda.2", "memory.1", "below", "record.json", "vdb.qcow2"] {
                try Files.write(name, to: "\(place)/\(name)")
            }
            record.disks[0].path = "\(place)/vda.2"
            record.disks[1].path = "\(place)/vdb.qcow2"
            record.snapshots[0].bases = ["vda": "\(place)/vda.qcow2"]
            record.snapshots[0].memory = "\(place)/memory.1"
            try MachineStore(root: root).removeUnneededFiles(of: record, alsoKeeping: ["\(place)/below"])
            let left = ["below", "memory.1", "record.json", "vda.2", "vda.qcow2", "vdb.qcow2"]
            #expect(Files.names(in: place) == left)
        }
    }

    @Test func `a file is replaced as a whole, and no draft of it stays`() async throws {
        try await withFolder { folder in
            try Files.write("old", to: folder.path + "/file")
            try Files.write("new", to: folder.path + "/file")
            #expect(try String(decoding: Files.read(folder.path + "/file"), as: UTF8.self) == "new")
            #expect(Files.names(in: folder.path) == ["file"])
        }
    }

    @Test func `a program that fails says so with its own words`() async throws {
        let refusal = await #expect(throws: Refusal.self) { try await HostProgram.run("ls", ["/nowhere"]) }
        #expect(refusal?.message.contains("/nowhere") == true)
        #expect(try await HostProgram.run("echo", ["a", "b"]) == "a b")
        let missing = await #expect(throws: Refusal.self) { try await HostProgram.run("no-such-program", []) }
        #expect(missing?.code == "ProgramMissing")
    }
}

import Foundation
import Hypervisor
import LabCore
import Testing

@testable import LibvirtDriver

/// A small file system in memory, in the place of a lab's disks.
private struct SmallStore {
    let path: String

    /// Whether this user can mount one.
    static let isPossible: Bool = {
        guard geteuid() == 0, let unshare = HostProgram.find("unshare") else { return false }
        let process = Process()
        process.executableURL = URL(filePath: unshare)
        process.arguments = ["--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
        process.standardError = nil
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    static func mounted(on path: String, mebibytes: Int) async throws -> SmallStore {
        try await HostProgram.run("mount", ["-t", "tmpfs", "-o", "size=\(mebibytes)m,mode=700", "none", path])
        return SmallStore(path: path)
    }

    func end() async throws { try await HostProgram.run("umount", [path]) }
}

extension TestLab {
    /// Fills the memory of a guest with what nothing can make smaller.
    func fillMemory(of machine: MachineID) async throws {
        try await shell("head -c 60000000 /dev/urandom >/run/much", on: machine)
    }

    /// Ends QEMU as soon as a file has grown by 8 MiB.
    func endMachine(onceGrown path: String) throws -> LookOut {
        let before = try size(of: path)
        let root = driver.root
        return LookOut {
            (try? size(of: path)).map { $0 > before + 8 << 20 } ?? false
        } then: {
            for process in LabProcesses.machines(of: root) {
                if let number = process.split(separator: " ").first.flatMap({ Int32($0) }) { kill(number, SIGKILL) }
            }
        }
    }

    /// How long a file is.
    func size(of path: String) throws(Refusal) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let size = attributes?[.size] as? Int else {
            throw Refusal(.lab, code: "FileTrouble", message: "\(path) has no size")
        }
        return size
    }

    /// How many bytes a file takes on its disk.
    func room(of path: String) async throws -> Int {
        try #require(Int(try await HostProgram.run("stat", ["-c", "%b", path]))) * 512
    }
}

@Suite struct `Failures of external snapshots` {
    @Test(
        "LV-066: one with memory that failed is explained by lack of room where libvirt says so, and nowhere else",
        arguments: [
            ("VIR_ERR_OPERATION_FAILED", "libvirt_iohelper: unable to fsync: No space left on device", true, true),
            ("VIR_ERR_OPERATION_FAILED", "libvirt_iohelper: unable to fsync: No space left on device", false, false),
            ("VIR_ERR_OPERATION_FAILED", "domain snapshot job: unexpectedly failed", true, false),
            ("VIR_ERR_SYSTEM_ERROR", "cannot create file: No space left on device", true, false),
        ])
    func explanation(code: String, message: String, memory: Bool, isExplained: Bool) {
        let found = Refusal(.failed, code: code, message: message).explained(quiesced: false, memory: memory)
        #expect(found.rule == (isExplained ? "LV-066" : nil))
    }
}

extension RealMachines {
    @Suite struct `Snapshots that come to nothing` {
        /// Gives `body` a machine that was booted in a store with little room.
        private func withSmallStore(
            mebibytes: Int, _ body: (TestLab, MachineID) async throws -> Void
        ) async throws {
            var settings = TestLab.settings
            settings.startsWarm = false
            var store: SmallStore?
            do {
                try await withLab(settings) { lab in
                    store = try await SmallStore.mounted(on: lab.driver.root.machines, mebibytes: mebibytes)
                    try await body(lab, try await lab.machine())
                }
            } catch {
                try await store?.end()
                throw error
            }
            try await store?.end()
        }

        @Test(
            "LV-065: after an internal one that found no room the guest runs on, and what it left is reclaimed once it is off",
            .enabled(if: SmallStore.isPossible, "needs to mount"))
        func noRoomInside() async throws {
            try await withSmallStore(mebibytes: 32) { lab, machine in
                let disks = try await lab.driver.record(of: machine).disks.map(\.path)
                try await lab.write("before", on: machine)
                try await lab.fillMemory(of: machine)
                let small = try await lab.room(of: disks[0])
                let found = try await refusal {
                    _ = try await lab.provider.takeSnapshot(SnapshotRequest(name: "s", memory: true), of: machine)
                }
                #expect(found.kind == .failed && found.code == LibvirtError.Code.operationFailed.name)
                #expect(try await lab.shell("echo on", on: machine) == "on")
                #expect(try await lab.provider.snapshots(of: machine).isEmpty)
                #expect(try await lab.driver.texts(.snapshots(machine.rawValue)).isEmpty)
                for disk in disks { #expect(try await DiskImage.tags(of: disk).isEmpty) }
                #expect(try await lab.room(of: disks[0]) > small + 8 << 20, "the image has grown all the same")
                try await lab.driver.setPower(.cut, of: machine)
                #expect(try await lab.room(of: disks[0]) < small + 1 << 20)
                for disk in disks { try await HostProgram.run("qemu-img", ["check", "-q", disk]) }
                try await lab.driver.setPower(.on, of: machine)
                #expect(try await lab.read(on: machine) == "before")
            }
        }

        @Test(
            "LV-066: an external one with memory that found no room leaves no file, and the guest runs on",
            .enabled(if: SmallStore.isPossible, "needs to mount"))
        func noRoomOutside() async throws {
            try await withSmallStore(mebibytes: 32) { lab, machine in
                try await lab.write("before", on: machine)
                try await lab.fillMemory(of: machine)
                let files = Files.names(in: lab.driver.root.machine(machine))
                let paths = try await lab.driver.paths(of: machine)
                let found = try await refusal {
                    let request = SnapshotRequest(name: "s", memory: true, method: "external")
                    _ = try await lab.provider.takeSnapshot(request, of: machine)
                }
                #expect(found.rule == "LV-066" && found.kind == .failed)
                #expect(Files.names(in: lab.driver.root.machine(machine)) == files)
                #expect(try await lab.driver.paths(of: machine) == paths)
                #expect(try await lab.driver.state(of: machine) == .running)
                try await lab.write("after", on: machine)
                #expect(try await lab.read(on: machine) == "after")
                _ = try await lab.provider.takeSnapshot(SnapshotRequest(name: "s"), of: machine)
            }
        }

        @Test("LV-067: when QEMU ends in the middle of one, older ones are as they were, and nothing leaks")
        func endsInSnapshot() async throws {
            try await withMachine { lab, machine in
                let disk = try #require(await lab.driver.record(of: machine).disks.first).path
                try await lab.write("before", on: machine)
                let old = try await lab.provider.takeSnapshot(SnapshotRequest(name: "old", memory: true), of: machine)
                try await lab.fillMemory(of: machine)
                let room = try await lab.room(of: disk)
                let end = try lab.endMachine(onceGrown: disk)
                let found = try await refusal {
                    let request = SnapshotRequest(name: "new", memory: true)
                    _ = try await lab.provider.takeSnapshot(request, of: machine)
                }
                #expect(await end.hasCome)
                #expect(found.kind == .failed)
                // libvirt may hear of the end a moment after the call that failed of it; then the next look reclaims.
                let isOff = try await HostClock.poll(for: .seconds(30)) { () async throws(Refusal) -> Bool? in
                    try await lab.driver.state(of: machine).isActive ? nil : true
                }
                #expect(isOff == true)
                try await lab.driver.reclaimLeaks(of: machine)
                #expect(try await lab.provider.snapshots(of: machine).map(\.name) == ["old"])
                #expect(try await DiskImage.tags(of: disk) == ["old"])
                // The 8 MiB and more that were written of it before the end have been given back.
                #expect(try await lab.room(of: disk) < room + 1 << 20)
                try await HostProgram.run("qemu-img", ["check", "-q", disk])
                _ = try await lab.provider.revert(RevertRequest(snapshot: old.id), of: machine)
                #expect(try await lab.read(on: machine) == "before")
            }
        }

        @Test("LV-033: while a backup is under way none is begun, where libvirt would wait and give up")
        func backup() async throws {
            try await withMachine { lab, machine in
                let folder = lab.driver.root.machine(machine)
                let xml = """
                    <domainbackup mode='pull'><server transport='unix' socket='\(folder)/backup'/><disks>\
                    <disk name='vda' backup='yes' type='file'><scratch file='\(folder)/scratch'/></disk>\
                    <disk name='vdb' backup='no'/></disks></domainbackup>
                    """
                try await lab.driver.call(.beginBackup(machine.rawValue, xml: xml))
                for request in [SnapshotRequest(name: "s", memory: true), SnapshotRequest(name: "s")] {
                    let found = try await refusal { _ = try await lab.provider.takeSnapshot(request, of: machine) }
                    #expect(found.rule == "LV-033" && found.kind == .refused)
                }
                try await lab.driver.call(.abortJob(machine.rawValue))
                let isOver = try await HostClock.poll(for: .seconds(30)) { () async throws(Refusal) -> Bool? in
                    try await lab.driver.flag(.hasJob(machine.rawValue)) ? nil : true
                }
                #expect(isOver == true)
                _ = try await lab.provider.takeSnapshot(SnapshotRequest(name: "s", memory: true), of: machine)
            }
        }

        @Test func `one whose answer was lost is not there, and its name can be had`() async throws {
            try await withMachine { lab, machine in
                let fault = Fault.call(verb: "virDomainSnapshotCreateXML", occurrence: 1, effect: .loseReply)
                try await lab.driver.inject(fault, into: machine)
                let request = SnapshotRequest(name: "s", memory: true)
                let found = try await refusal { _ = try await lab.provider.takeSnapshot(request, of: machine) }
                #expect(found.kind == .unknown)
                #expect(try await lab.driver.texts(.snapshots(machine.rawValue)).isEmpty)
                _ = try await lab.provider.takeSnapshot(request, of: machine)
            }
        }
    }
}

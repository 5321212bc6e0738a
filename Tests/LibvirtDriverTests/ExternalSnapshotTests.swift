import Hypervisor
import LabCore
import Testing

@testable import LibvirtDriver

extension RealMachines {
    @Suite struct `External snapshots` {
        @Test("LV-036: the driver brings back itself what this libvirt refuses to", arguments: [false, true])
        func backAgain(memory: Bool) async throws {
            try await withMachine { lab, machine in
                try await lab.write("before", on: machine)
                try await lab.shell("echo here >/run/mark", on: machine)
                let boot = try await lab.boot(of: machine)
                let request = SnapshotRequest(name: "s", memory: memory, method: "external")
                let snapshot = try await lab.provider.takeSnapshot(request, of: machine)
                #expect(snapshot.method == "external" && snapshot.holdsMemory == memory)
                for round in ["first", "second"] {
                    try await lab.write(round, on: machine)
                    let report = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                    #expect(report.leftRunning == memory)
                    #expect(try await lab.isActive(machine) == memory)
                    if !memory { try await lab.driver.setPower(.on, of: machine) }
                    #expect(try await lab.read(on: machine) == "before")
                    #expect(try await (lab.boot(of: machine) == boot) == memory)
                }
            }
        }

        @Test func `without quiescing what the guest had not written is lost, with it nothing is`() async throws {
            for quiesce in [SnapshotRequest.Quiesce.off, .required] {
                try await withMachine { lab, machine in
                    try await lab.shell("echo precious >/data/loose", on: machine)
                    let request = SnapshotRequest(name: "s", quiesce: quiesce)
                    let snapshot = try await lab.provider.takeSnapshot(request, of: machine)
                    #expect(snapshot.isQuiesced == (quiesce == .required))
                    #expect(snapshot.method == (quiesce == .required ? "external-quiesced" : "external"))
                    _ = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                    try await lab.driver.setPower(.on, of: machine)
                    let expected = quiesce == .required ? "precious" : ""
                    #expect(try await lab.read("/data/loose", on: machine) == expected)
                }
            }
        }

        @Test func `one of the data disk alone leaves the root disk as it is`() async throws {
            try await withMachine { lab, machine in
                let root = try await lab.shell("grep '^/dev/vda ' /proc/mounts | cut -d' ' -f2", on: machine)
                try await lab.write("before", on: machine)
                try await lab.write("before", to: "\(root)/word", on: machine)
                let request = SnapshotRequest(name: "s", scope: .disks([.data]))
                let snapshot = try await lab.provider.takeSnapshot(request, of: machine)
                #expect(snapshot.disks == [.data])
                try await lab.write("after", on: machine)
                try await lab.write("after", to: "\(root)/word", on: machine)
                _ = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                try await lab.driver.setPower(.on, of: machine)
                #expect(try await lab.read(on: machine) == "before")
                #expect(try await lab.read("\(root)/word", on: machine) == "after")
            }
        }

        @Test func `disks in succession have overlays of two instants, and come back together`() async throws {
            try await withMachine { lab, machine in
                try await lab.write("before", on: machine)
                let request = SnapshotRequest(name: "s", scope: .disksInSuccession([.root, .data]))
                let snapshot = try await lab.provider.takeSnapshot(request, of: machine)
                let disks = try await lab.driver.record(of: machine).disks
                #expect(Set(disks.map { $0.path.split(separator: ".").last }).count == 2)
                try await lab.write("after", on: machine)
                _ = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                try await lab.driver.setPower(.on, of: machine)
                #expect(try await lab.read(on: machine) == "before")
            }
        }

        @Test func `older and newer snapshots are reverted to in any order`() async throws {
            try await withMachine { lab, machine in
                for word in ["one", "two"] {
                    try await lab.write(word, on: machine)
                    let request = SnapshotRequest(name: word, memory: true, method: "external")
                    _ = try await lab.provider.takeSnapshot(request, of: machine)
                }
                try await lab.write("three", on: machine)
                for word in ["one", "two", "one"] {
                    let id = Snapshot.ID(rawValue: word)
                    _ = try await lab.provider.revert(RevertRequest(snapshot: id), of: machine)
                    #expect(try await lab.read(on: machine) == word)
                }
            }
        }

        @Test("LV-063: deleting merges the active layer while the guest runs, and leaves no file behind")
        func mergeWhileRunning() async throws {
            try await withMachine { lab, machine in
                let files = try await lab.driver.record(of: machine).disks.map(\.path)
                for word in ["one", "two"] {
                    try await lab.write(word, on: machine)
                    _ = try await lab.provider.takeSnapshot(SnapshotRequest(name: word), of: machine)
                }
                try await lab.write("three", on: machine)
                for word in ["one", "two"] {
                    try await lab.provider.deleteSnapshot(Snapshot.ID(rawValue: word), of: machine)
                    #expect(try await lab.read(on: machine) == "three")
                }
                let left = try await lab.driver.record(of: machine).neededFiles
                let names = Files.names(in: lab.driver.root.machine(machine)).filter { $0 != "record.json" }
                #expect(
                    names.map { "\(lab.driver.root.machine(machine))/\($0)" }.allSatisfy { name in
                        left.contains(name) || files.contains(name)
                    })
                try await lab.driver.setPower(.cut, of: machine)
                try await lab.driver.setPower(.on, of: machine)
                #expect(try await lab.read(on: machine) == "three")
            }
        }

        @Test("LV-047: of a machine that is off any snapshot can be deleted, not the newest alone")
        func mergeWhileOff() async throws {
            try await withMachine { lab, machine in
                for word in ["one", "two"] {
                    try await lab.write(word, on: machine)
                    _ = try await lab.provider.takeSnapshot(SnapshotRequest(name: word), of: machine)
                }
                try await lab.write("three", on: machine)
                try await lab.driver.setPower(.cut, of: machine)
                try await lab.provider.deleteSnapshot(Snapshot.ID(rawValue: "one"), of: machine)
                let revert = RevertRequest(snapshot: Snapshot.ID(rawValue: "two"))
                _ = try await lab.provider.revert(revert, of: machine)
                try await lab.provider.deleteSnapshot(Snapshot.ID(rawValue: "two"), of: machine)
                try await lab.driver.setPower(.on, of: machine)
                #expect(try await lab.read(on: machine) == "two")
            }
        }

        @Test("LV-031: libvirt keeps no record of it, so that nothing forbids merging")
        func noRecord() async throws {
            try await withMachine { lab, machine in
                _ = try await lab.provider.takeSnapshot(SnapshotRequest(name: "s"), of: machine)
                #expect(try await lab.driver.texts(.snapshots(machine.rawValue)).isEmpty)
                #expect(try await lab.provider.snapshots(of: machine).count == 1)
            }
        }

        @Test("LV-037: a second revert in the same second has overlays of its own")
        func twiceInASecond() async throws {
            try await withMachine { lab, machine in
                let snapshot = try await lab.provider.takeSnapshot(SnapshotRequest(name: "s"), of: machine)
                var paths: [[String]] = []
                for _ in 1...3 {
                    let report = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                    #expect(!report.leftRunning)
                    paths.append(try await lab.driver.record(of: machine).disks.map(\.path))
                }
                #expect(Set(paths).count == 3)
            }
        }

        @Test func `a base that is gone is noticed before the machine is touched`() async throws {
            try await withMachine { lab, machine in
                let snapshot = try await lab.provider.takeSnapshot(SnapshotRequest(name: "s"), of: machine)
                let base = try #require(await lab.driver.record(of: machine).snapshots.first?.bases["vdb"])
                try Files.move(base, to: base + ".away")
                let found = try await refusal {
                    _ = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                }
                #expect(found.rule == "LV-057")
                #expect(try await lab.isActive(machine))
            }
        }
    }
}

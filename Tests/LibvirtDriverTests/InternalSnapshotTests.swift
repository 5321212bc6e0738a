import Hypervisor
import LabCore
import Testing

@testable import LibvirtDriver

extension RealMachines {
    @Suite struct `Internal snapshots` {
        @Test func `one with memory brings back disks and memory, as often as wanted`() async throws {
            try await withMachine { lab, machine in
                try await lab.write("before", on: machine)
                try await lab.shell("echo here >/run/mark", on: machine)
                let boot = try await lab.boot(of: machine)
                let request = SnapshotRequest(name: "it's <one>", memory: true)
                let snapshot = try await lab.provider.takeSnapshot(request, of: machine)
                #expect(snapshot.method == "internal")
                #expect(snapshot.holdsMemory && !snapshot.isQuiesced)
                for round in ["first", "second"] {
                    try await lab.write(round, on: machine)
                    try await lab.shell("echo \(round) >/run/mark", on: machine)
                    let report = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                    #expect(report.leftRunning)
                    #expect(try await lab.read(on: machine) == "before")
                    #expect(try await lab.boot(of: machine) == boot, "the same run of the guest goes on")
                }
                #expect(try await lab.provider.snapshots(of: machine).map(\.name) == ["it's <one>"])
            }
        }

        @Test("LV-005: one of a machine that is off holds the disks alone and leaves it off")
        func cold() async throws {
            try await withMachine { lab, machine in
                try await lab.write("before", on: machine)
                try await lab.driver.setPower(.cut, of: machine)
                let snapshot = try await lab.provider.takeSnapshot(SnapshotRequest(name: "cold"), of: machine)
                #expect(snapshot.method == "internal" && !snapshot.holdsMemory)
                try await lab.driver.setPower(.on, of: machine)
                try await lab.write("after", on: machine)
                let report = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                #expect(!report.leftRunning)
                #expect(try await !lab.isActive(machine))
                try await lab.driver.setPower(.on, of: machine)
                #expect(try await lab.read(on: machine) == "before")
            }
        }

        @Test("LV-060: the host compares each disk with its snapshot, and says so when one differs")
        func comparison() async throws {
            try await withMachine { lab, machine in
                try await lab.write("before", on: machine)
                let snapshot = try await lab.provider.takeSnapshot(
                    SnapshotRequest(name: "a, b", memory: true), of: machine)
                let report = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                #expect(report.notes.contains { $0.rule == "LV-060" })
                try await lab.write("after", on: machine)
                try await lab.driver.setPower(.cut, of: machine)
                let disk = try #require(await lab.driver.record(of: machine).disks.last)
                let found = try await refusal {
                    try await DiskImage.compare(disk.path, withTag: "a, b", scratch: disk.path + ".scratch")
                }
                #expect(found.rule == "LV-060" && found.kind == .failed)
                #expect(!Files.exists(disk.path + ".scratch"))
            }
        }

        @Test("LV-057: a tag that is gone is noticed before the machine is touched")
        func tagGone() async throws {
            try await withMachine { lab, machine in
                let snapshot = try await lab.provider.takeSnapshot(
                    SnapshotRequest(name: "s", memory: true), of: machine)
                try await lab.driver.setPower(.cut, of: machine)
                let disk = try #require(await lab.driver.record(of: machine).disks.last)
                try await DiskImage.deleteTag("s", from: disk.path)
                try await lab.driver.setPower(.on, of: machine)
                let boot = try await lab.boot(of: machine)
                let found = try await refusal {
                    _ = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                }
                #expect(found.rule == "LV-057")
                #expect(try await lab.boot(of: machine) == boot, "the machine has not even been restarted")
            }
        }

        @Test("LV-050: with a snapshot its tag goes too")
        func deletion() async throws {
            try await withMachine { lab, machine in
                let snapshot = try await lab.provider.takeSnapshot(
                    SnapshotRequest(name: "s", memory: true), of: machine)
                try await lab.provider.deleteSnapshot(snapshot.id, of: machine)
                #expect(try await lab.provider.snapshots(of: machine).isEmpty)
                for disk in try await lab.driver.record(of: machine).disks {
                    #expect(try await DiskImage.tags(of: disk.path).isEmpty)
                }
            }
        }

        @Test("LV-054: a snapshot that is not there is refused by name")
        func unknown() async throws {
            try await withMachine { lab, machine in
                let nobody = Snapshot.ID(rawValue: "nobody")
                let revert = try await refusal {
                    _ = try await lab.provider.revert(RevertRequest(snapshot: nobody), of: machine)
                }
                let delete = try await refusal { try await lab.provider.deleteSnapshot(nobody, of: machine) }
                #expect([revert, delete].map(\.rule) == ["LV-054", "LV-054"])
                #expect(revert.message.contains("nobody"))
            }
        }

        @Test("LV-075: a revert goes by libvirt, whose description is then of that time, and not by QEMU's monitor")
        func notByMonitor() async throws {
            try await withMachine { lab, machine in
                let name = machine.rawValue
                let snapshot = try await lab.provider.takeSnapshot(
                    SnapshotRequest(name: "s", memory: true), of: machine)
                var changed = try await lab.driver.record(of: machine)
                changed.spec.name = "renamed since"
                try await lab.driver.define(changed)
                _ = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                try await lab.driver.setPower(.cut, of: machine)
                #expect(try await !lab.driver.text(.describe(name, migratable: false)).contains("renamed since"))
                let log = try Files.read("\(lab.driver.root.path)/log/qemu/\(name).log")
                #expect(!String(decoding: log, as: UTF8.self).contains("tainted: custom-monitor"))
            }
        }

        @Test("LV-035: the report says that QEMU was restarted under a running guest")
        func restarted() async throws {
            try await withMachine { lab, machine in
                let snapshot = try await lab.provider.takeSnapshot(
                    SnapshotRequest(name: "s", memory: true), of: machine)
                let before = LabProcesses.machines(of: lab.driver.root)
                let report = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                #expect(report.notes.map(\.rule) == ["LV-035", "LV-060"])
                #expect(LabProcesses.machines(of: lab.driver.root) != before)
            }
        }
    }
}

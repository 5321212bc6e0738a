import Hypervisor
import LabCore
import Testing

@testable import LibvirtDriver

extension RealMachines {
    @Suite struct `New machines from snapshots` {
        @Test(
            "LV-061: a new machine has the snapshot's disks and nothing else of the old one, which is kept, switched off",
            arguments: ["internal", "external"])
        func newMachine(kind: String) async throws {
            try await withMachine { lab, machine in
                try await lab.write("before", on: machine)
                let request = SnapshotRequest(name: "s", memory: true, method: kind)
                let snapshot = try await lab.provider.takeSnapshot(request, of: machine)
                try await lab.write("after", on: machine)
                let old = try await lab.driver.facts(of: machine)
                let revert = RevertRequest(snapshot: snapshot.id, method: "new-machine")
                let report = try await lab.provider.revert(revert, of: machine)
                let made = report.machine
                #expect(made != machine && report.method == "new-machine" && !report.leftRunning)
                #expect(report.notes.contains { $0.rule == "LV-061" })
                #expect(try await !lab.isActive(machine))
                #expect(try await !lab.isActive(made))
                let uuids = try await [lab.driver.text(.uuid(machine.rawValue)), lab.driver.text(.uuid(made.rawValue))]
                #expect(Set(uuids).count == 2)
                try await lab.driver.setPower(.on, of: made)
                #expect(try await lab.read(on: made) == "before")
                #expect(try await lab.shell("cat /proc/cmdline", on: made).contains("belay.address=10.0.2.16"))
                let new = try await lab.driver.facts(of: made)
                for fact in [Fact.machine, .hardwareAddress, .privateAddress] { #expect(old[fact] != new[fact]) }
                #expect(old[.snapshots] == 1 && new[.snapshots] == 0)
                // The old one's files can go, and the new one goes on.
                try await lab.provider.deleteSnapshot(snapshot.id, of: machine)
                #expect(try await lab.read(on: made) == "before")
                try await lab.driver.setPower(.on, of: machine)
                #expect(try await lab.read(on: machine) == "after")
            }
        }

        @Test func `a snapshot of some disks makes no machine, and the old one runs on`() async throws {
            try await withMachine { lab, machine in
                let request = SnapshotRequest(name: "s", scope: .disks([.data]))
                let snapshot = try await lab.provider.takeSnapshot(request, of: machine)
                let found = try await refusal {
                    let revert = RevertRequest(snapshot: snapshot.id, method: "new-machine")
                    _ = try await lab.provider.revert(revert, of: machine)
                }
                #expect(found.kind == .refused)
                #expect(try await lab.isActive(machine))
            }
        }
    }
}

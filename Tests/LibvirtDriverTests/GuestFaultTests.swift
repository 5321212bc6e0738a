import Hypervisor
import LabCore
import Testing

@testable import LibvirtDriver

extension RealMachines {
    @Suite struct `Faults of a guest` {
        /// The names of a machine's files.
        private func files(of machine: MachineID, in lab: TestLab) -> [String] {
            Files.names(in: lab.driver.root.machine(machine))
        }

        @Test("LV-026: an agent that hangs ends a quiesced snapshot in bounded time, and nothing is left of it")
        func hangs() async throws {
            try await withMachine { lab, machine in
                let before = files(of: machine, in: lab)
                try await lab.driver.inject(.agentHangs, into: machine)
                let found = try await refusal {
                    let request = SnapshotRequest(name: "s", quiesce: .required)
                    _ = try await lab.provider.takeSnapshot(request, of: machine)
                }
                #expect(found.rule == "LV-026")
                #expect(files(of: machine, in: lab) == before)
                #expect(try await lab.driver.state(of: machine) == .running)
                let preferred = SnapshotRequest(name: "s", quiesce: .preferred)
                let snapshot = try await lab.provider.takeSnapshot(preferred, of: machine)
                #expect(!snapshot.isQuiesced && snapshot.method == "external")
                #expect(snapshot.notes.map(\.rule) == ["LV-026"])
            }
        }

        @Test("LV-025: an agent that is down is told from one that hangs, and nothing is created")
        func down() async throws {
            try await withMachine { lab, machine in
                let before = files(of: machine, in: lab)
                let kill = GuestProgram("/bin/sh", ["-c", "kill -9 $(pidof qemu-ga)"], limit: .seconds(1))
                _ = try? await lab.driver.run(kill, on: machine)
                let found = try await refusal {
                    let request = SnapshotRequest(name: "s", quiesce: .required)
                    _ = try await lab.provider.takeSnapshot(request, of: machine)
                }
                #expect(found.rule == "LV-025")
                #expect(files(of: machine, in: lab) == before)
            }
        }

        @Test("LV-027: a guest that is frozen already refuses to freeze, and is not left frozen")
        func isFrozenAlready() async throws {
            try await withMachine { lab, machine in
                let request = SnapshotRequest(name: "s", quiesce: .required)
                try await lab.driver.call(.freeze(machine.rawValue))
                let found = try await refusal { _ = try await lab.provider.takeSnapshot(request, of: machine) }
                #expect(found.rule == "LV-027")
                try await lab.write("thawed", on: machine)
                #expect(try await lab.read(on: machine) == "thawed")
                #expect(try await lab.provider.takeSnapshot(request, of: machine).isQuiesced)
            }
        }

        @Test func `a guest refuses to freeze once, and has written nothing for it`() async throws {
            try await withMachine { lab, machine in
                let before = files(of: machine, in: lab)
                try await lab.shell("echo precious >/data/loose", on: machine)
                let required = SnapshotRequest(name: "s", quiesce: .required)
                try await lab.driver.inject(.quiesceRefused, into: machine)
                let found = try await refusal { _ = try await lab.provider.takeSnapshot(required, of: machine) }
                #expect(found.kind == .failed && found.rule == nil)
                #expect(files(of: machine, in: lab) == before)
                try await lab.driver.inject(.quiesceRefused, into: machine)
                let preferred = SnapshotRequest(name: "s", quiesce: .preferred)
                let snapshot = try await lab.provider.takeSnapshot(preferred, of: machine)
                #expect(!snapshot.isQuiesced && snapshot.notes.count == 1)
                let second = SnapshotRequest(name: "t", quiesce: .required)
                #expect(try await lab.provider.takeSnapshot(second, of: machine).isQuiesced, "it refused once")
                _ = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                try await lab.driver.setPower(.on, of: machine)
                #expect(try await lab.read("/data/loose", on: machine) == "", "no refusal had it written")
            }
        }

        @Test("LV-071: after each way to a running guest its agent has answered before anyone is told")
        func agentAnswers() async throws {
            try await withMachine { lab, machine in
                #expect(try await lab.shell("echo started", on: machine) == "started")
                let snapshot = try await lab.provider.takeSnapshot(
                    SnapshotRequest(name: "s", memory: true), of: machine)
                _ = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                #expect(try await lab.shell("echo reverted", on: machine) == "reverted")
                try await lab.driver.setPower(.cut, of: machine)
                try await lab.driver.setPower(.on, of: machine)
                #expect(try await lab.shell("echo booted", on: machine) == "booted")
            }
        }

        @Test func `a guest whose memory was restored has the host's time`() async throws {
            try await withMachine { lab, machine in
                let snapshot = try await lab.provider.takeSnapshot(
                    SnapshotRequest(name: "s", memory: true), of: machine)
                try await lab.shell("date -s @1000000000", on: machine)
                _ = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                let guest = try #require(Int64(try await lab.shell("date +%s", on: machine)))
                let host = await lab.driver.now.nanoseconds / 1_000_000_000
                #expect(abs(host - guest) < 30)
            }
        }
    }

    @Suite struct `Faults of libvirt's calls` {
        @Test func `a call is refused by name and occurrence before it is made, and changes nothing`() async throws {
            try await withMachine { lab, machine in
                let fault = Fault.call(verb: "virDomainSnapshotCreateXML", occurrence: 2, effect: .refuse(code: nil))
                try await lab.driver.inject(fault, into: machine)
                _ = try await lab.provider.takeSnapshot(SnapshotRequest(name: "one", memory: true), of: machine)
                let found = try await refusal {
                    _ = try await lab.provider.takeSnapshot(SnapshotRequest(name: "two", memory: true), of: machine)
                }
                #expect(found.kind == .refused && found.verb == "virDomainSnapshotCreateXML")
                #expect(try await lab.driver.texts(.snapshots(machine.rawValue)) == ["one"])
                _ = try await lab.provider.takeSnapshot(SnapshotRequest(name: "two", memory: true), of: machine)
            }
        }

        @Test func `a reply that is lost leaves the driver's books true`() async throws {
            try await withMachine { lab, machine in
                let fault = Fault.call(verb: "*", occurrence: 1, effect: .loseReply)
                try await lab.driver.inject(fault, into: machine)
                let found = try await refusal {
                    _ = try await lab.provider.takeSnapshot(SnapshotRequest(name: "s"), of: machine)
                }
                #expect(found.kind == .unknown)
                let paths = try await lab.driver.paths(of: machine)
                let disks = try await lab.driver.record(of: machine).disks
                #expect(paths == Dictionary(uniqueKeysWithValues: disks.map { ($0.target, $0.path) }))
                #expect(disks.allSatisfy { !$0.path.hasSuffix(".qcow2") }, "the snapshot was taken all the same")
                try await lab.write("on", on: machine)
                _ = try await lab.provider.takeSnapshot(SnapshotRequest(name: "s"), of: machine)
            }
        }

        @Test func `what libvirt cannot do is unsupported and not accepted in silence`() async throws {
            try await withMachine { lab, machine in
                let late = try await refusal { try await lab.driver.inject(.snapshotEndsInError, into: machine) }
                let unknown = try await refusal {
                    let fault = Fault.call(verb: "CreateSnapshot", occurrence: 1, effect: .throttle)
                    try await lab.driver.inject(fault, into: machine)
                }
                #expect([late, unknown].map(\.kind) == [.unsupported, .unsupported])
            }
        }
    }
}

import Hypervisor
import LabCore
import Testing

@testable import LibvirtDriver

extension RealMachines {
    @Suite struct `The way back of a real appliance` {
        private static let spec = MachineSpec(
            name: "appliance", appliance: .generic, version: "1.0",
            disks: [DiskSpec(role: .root, size: .gibibytes(1)), DiskSpec(role: .data, size: .gibibytes(1))],
            memory: .mebibytes(256))

        @Test func `memory and all, after a migration that failed half-way`() async throws {
            try await withLab { lab in
                let machine = try await lab.driver.makeMachine(Self.spec)
                _ = try await lab.driver.perform(.write(records: 3), on: machine)
                let before = try await lab.driver.facts(of: machine)
                #expect(before[.service] == "healthy")
                let request = SnapshotRequest(name: "before", memory: true)
                let snapshot = try await lab.provider.takeSnapshot(request, of: machine)
                let failure = UpgradeFailure(phase: .migrate, occurrence: 2, cause: .error)
                let answer = try await lab.driver.perform(.upgrade(version: "2.0", failure: failure), on: machine)
                #expect(!answer.succeeded)
                let failed = try await lab.driver.facts(of: machine)
                #expect(failed[.service] != "healthy")
                _ = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                var after = try await lab.driver.facts(of: machine)
                after[.snapshots] = before[.snapshots]
                let differences = Set(before.found + after.found).filter { before[$0] != after[$0] }
                #expect(differences.isEmpty)
            }
        }

        /// Where an upgrade fails, and what the machine is like then.
        struct Failure: Sendable {
            var phase: UpgradePhase
            var occurrence: Int
            var cause = UpgradeFailure.Cause.error
            var version: String
            var isUp: Bool
        }

        @Test(
            "back from a failure in each phase before the migration",
            arguments: [
                Failure(phase: .preCheck, occurrence: 1, version: "1.0", isUp: true),
                Failure(phase: .preCheck, occurrence: 2, version: "1.0", isUp: true),
                Failure(phase: .stop, occurrence: 1, version: "1.0", isUp: true),
                Failure(phase: .configure, occurrence: 1, version: "2.0", isUp: false),
                Failure(phase: .configure, occurrence: 2, version: "2.0", isUp: false),
                Failure(phase: .stop, occurrence: 1, cause: .powerLoss, version: "1.0", isUp: false),
            ])
        func earlyFailures(row: Failure) async throws {
            try await withLab { lab in
                let machine = try await lab.driver.makeMachine(Self.spec)
                _ = try await lab.driver.perform(.write(records: 3), on: machine)
                let before = try await lab.driver.facts(of: machine)
                let request = SnapshotRequest(name: "before", memory: true)
                let snapshot = try await lab.provider.takeSnapshot(request, of: machine)
                let failure = UpgradeFailure(phase: row.phase, occurrence: row.occurrence, cause: row.cause)
                let answer = try await lab.driver.perform(.upgrade(version: "2.0", failure: failure), on: machine)
                #expect(row.cause == .powerLoss || !answer.succeeded)
                let failed = try await lab.driver.facts(of: machine)
                #expect(failed[.version] == .text(row.version))
                #expect((failed[.service] == "healthy") == row.isUp)
                #expect(failed[.schema] == "1.0" && failed[.data] == before[.data], "nothing was migrated yet")
                _ = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                var after = try await lab.driver.facts(of: machine)
                after[.snapshots] = before[.snapshots]
                #expect(Set(before.found + after.found).filter { before[$0] != after[$0] }.isEmpty)
            }
        }

        @Test func `switched off cleanly it has nothing to replay, and its disks say so from the host`() async throws {
            try await withLab { lab in
                let machine = try await lab.driver.makeMachine(Self.spec)
                _ = try await lab.driver.perform(.write(records: 3), on: machine)
                let on = try await lab.driver.facts(of: machine)
                try await lab.driver.setPower(.shutDown, of: machine)
                let off = try await lab.driver.facts(of: machine)
                #expect(off[.power] == "off")
                #expect(off[.fileSystem(.data)] == "clean" && off[.fileSystem(.root)] == "clean")
                for fact in [Fact.records, .data, .program, .version, .schema, .configuration] {
                    #expect(on[fact] == off[fact], "\(fact)")
                }
                try await lab.driver.setPower(.on, of: machine)
                #expect(try await lab.driver.facts(of: machine)[.service] == "healthy")
            }
        }

        @Test("LV-060: while the agent hangs the disks are read from the host, of a machine that stands still")
        func hostSide() async throws {
            try await withLab { lab in
                let machine = try await lab.driver.makeMachine(Self.spec)
                _ = try await lab.driver.perform(.write(records: 3), on: machine)
                _ = try await lab.driver.perform(.flush, on: machine)
                let before = try await lab.driver.facts(of: machine)
                try await lab.driver.inject(.agentHangs, into: machine)
                _ = await lab.driver.takeEvents()
                let facts = try await lab.driver.facts(of: machine)
                #expect(facts[.records] == before[.records] && facts[.data] == before[.data])
                #expect(facts[.service] == .unreadable("the guest's agent does not answer"))
                let calls = await lab.driver.takeEvents().map(\.text).filter { $0.contains("virDomain") }
                #expect(calls.contains("virDomainSuspend -> done") && calls.contains("virDomainResume -> done"))
                #expect(try await lab.driver.state(of: machine) == .running)
            }
        }
    }
}

import Hypervisor
import LabCore
import Testing

@testable import LibvirtDriver

extension RealMachines {
    @Suite struct `What accounts for differences` {
        private static let spec = MachineSpec(
            name: "builds", appliance: .circleCIServices, version: "2.18",
            disks: [DiskSpec(role: .root, size: .gibibytes(1))], memory: .mebibytes(256))

        /// The differences that nothing accounts for.
        private func unexplained(
            _ snapshot: Snapshot, _ report: RevertReport, wanted: Facts, failed: Facts, found: Facts
        ) -> [Fact] {
            let facts = Set(wanted.found + found.found).sorted().filter { wanted[$0] != found[$0] }
            let situation = Situation(
                snapshot: snapshot, revert: report, power: wanted[.power], appliance: Self.spec.appliance,
                layout: Self.spec.layout, differences: Set(facts))
            let explanations = LibvirtDriver.whatRevertsLeave + Explanation.onAnyPlatform
            return facts.filter { fact in
                let fate = Fate(wanted: wanted[fact], failed: failed[fact], restored: found[fact])
                return !explanations.contains { $0.accounts(for: fact, fate, in: situation) }
            }
        }

        @Test func `something accounts for each difference that a way back leaves, also on a new machine`()
            async throws
        {
            try await withLab { lab in
                let machine = try await lab.driver.makeMachine(Self.spec)
                for command in [ApplianceCommand.write(records: 3), .startJobs(2), .writeLooseFiles(3)] {
                    _ = try await lab.driver.perform(command, on: machine)
                }
                var wanted = try await lab.driver.facts(of: machine)
                let snapshot = try await lab.provider.takeSnapshot(SnapshotRequest(name: "s"), of: machine)
                wanted[.snapshots] = 1
                let failure = UpgradeFailure(phase: .migrate, occurrence: 2, cause: .error)
                _ = try await lab.driver.perform(.upgrade(version: "2.19", failure: failure), on: machine)
                let failed = try await lab.driver.facts(of: machine)
                for method in [nil, "new-machine"] {
                    let request = RevertRequest(snapshot: snapshot.id, method: method)
                    let report = try await lab.provider.revert(request, of: machine)
                    var found = try await lab.driver.facts(of: report.machine)
                    #expect(unexplained(snapshot, report, wanted: wanted, failed: failed, found: found) == [])
                    try await lab.driver.setPower(.on, of: report.machine)
                    _ = try await lab.driver.perform(.correctAddresses, on: report.machine)
                    found = try await lab.driver.facts(of: report.machine)
                    #expect(found[.service] == "healthy")
                    #expect(unexplained(snapshot, report, wanted: wanted, failed: failed, found: found) == [])
                    guard method != nil else { continue }
                    let changed = [Fact.machine, .snapshots, .configuration].filter { wanted[$0] == found[$0] }
                    #expect(changed == [], "a new machine differs in these")
                }
            }
        }
    }
}

import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import EC2

@Suite("The plane as a value")
struct ForkTests {
    private func run(_ plane: inout EC2, machine: MachineID) throws {
        _ = try plane.perform(.write(records: 20), on: machine)
        _ = try plane.perform(.startJobs(2), on: machine)
        let snapshot = try plane.takeSnapshot(SnapshotRequest(name: "before"), of: machine)
        _ = try plane.perform(
            .upgrade(version: "3.14", failure: UpgradeFailure(phase: .migrate, cause: .powerLoss)), on: machine)
        _ = try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine)
    }

    @Test("the same seed gives the same plane and the same events, another seed others")
    func determinism() throws {
        func events(seed: UInt64) throws -> (EC2, [Event]) {
            var plane = EC2(seed: seed)
            let machine = try plane.makeMachine(.small)
            try run(&plane, machine: machine)
            let events = plane.takeEvents()
            return (plane, events)
        }
        let (first, second, other) = (try events(seed: 7), try events(seed: 7), try events(seed: 8))
        #expect(first.1 == second.1 && first.0 == second.0)
        #expect(first.1 != other.1)
        #expect(!first.1.isEmpty)
    }

    @Test("what happens to a fork does not happen to the original")
    func independence() throws {
        let bench = try Bench()
        var fork = bench.ec2
        let (before, facts) = (bench.ec2, try bench.ec2.facts(of: bench.machine))
        try run(&fork, machine: bench.machine)
        try fork.removeEverything()
        #expect(bench.ec2 == before)
        #expect(try bench.ec2.facts(of: bench.machine) == facts)
        #expect(fork != before)
    }

    @Test("everything is removed, whatever protects it, and nothing is left over")
    func removal() throws {
        var bench = try Bench()
        let image = try bench.makeImage()
        let snapshot = try bench.makeSnapshot(of: bench.data)
        _ = try bench.ec2.lockSnapshot(snapshot, mode: .compliance, days: 9)
        try bench.ec2.createRetentionRule(RetentionRule(period: .days(30)))
        let binned = try bench.makeSnapshot(of: bench.data)
        try bench.ec2.deleteSnapshot(binned)
        try bench.ec2.setDeregistrationProtection(of: image, true)
        try bench.ec2.modifyInstanceAttribute(of: bench.instance, [.disableAPIStop(true)])
        _ = try bench.makeVolume()
        let address = try bench.ec2.allocateAddress()
        try bench.ec2.associateAddress(address.id, with: bench.instance)
        try bench.ec2.inject(.call(verb: "*", occurrence: 1, effect: .refuse(code: nil)), into: bench.machine)
        let leftovers = bench.ec2.leftovers
        #expect(leftovers == leftovers.sorted() && leftovers.count == 10)
        try bench.ec2.removeEverything()
        #expect(bench.ec2.leftovers.isEmpty)
    }
}

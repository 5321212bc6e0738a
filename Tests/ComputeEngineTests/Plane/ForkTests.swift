import HashTreeCollections
import Hypervisor
import LabCore
import Testing

@testable import ComputeEngine

@Suite("A project is a value")
struct ForkTests {
    /// A snapshot, a failed upgrade and the way back, and what was told of it.
    private func run(seed: UInt64) throws -> (events: [Event], facts: Facts) {
        var plane = ComputeEngine(seed: seed)
        var machine = try plane.makeMachine(.small)
        #expect(try plane.perform(.write(records: 10), on: machine).succeeded)
        let snapshot = try plane.takeSnapshot(SnapshotRequest(name: "s", quiesce: .preferred), of: machine)
        let failure = UpgradeFailure(phase: .migrate, cause: .powerLoss)
        _ = try plane.perform(.upgrade(version: "1.1", failure: failure), on: machine)
        machine = try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine).machine
        return (plane.takeEvents(), try plane.facts(of: machine))
    }

    @Test("one seed gives one journal, and another seed another")
    func determinism() throws {
        let (first, again, other) = (try run(seed: 5), try run(seed: 5), try run(seed: 6))
        #expect(first.events == again.events)
        #expect(first.facts == again.facts)
        #expect(first.events != other.events)
        #expect(first.facts[.version] == "1.0")
        #expect(first.facts[.service] == "healthy")
    }

    @Test("a copy goes its own way")
    func independence() throws {
        var plane = ComputeEngine.seeded()
        let machine = try plane.makeMachine(.small)
        let before = plane
        var fork = plane
        #expect(try fork.perform(.write(records: 10), on: machine).succeeded)
        _ = try fork.takeSnapshot(SnapshotRequest(name: "s"), of: machine)
        #expect(plane == before)
        #expect(fork != plane)
        #expect(try plane.facts(of: machine)[.records] == 0)
        #expect(try plane.snapshots(of: machine) == [])
    }

    @Test("power is changed in every way that a scenario asks for")
    func power() throws {
        var plane = ComputeEngine.seeded()
        let machine = try plane.makeMachine(.small)
        let boot = try plane.facts(of: machine)[.bootID]
        try plane.setPower(.reboot, of: machine)
        #expect(try plane.facts(of: machine)[.bootID] != boot)
        #expect(try plane.facts(of: machine)[.service] == "healthy")
        try plane.setPower(.cut, of: machine)
        #expect(try plane.facts(of: machine)[.power] == "off")
        try plane.setPower(.on, of: machine)
        #expect(try plane.facts(of: machine)[.service] == "healthy")
        try plane.setPower(.shutDown, of: machine)
        #expect(try plane.facts(of: machine)[.power] == "off")
        #expect(throws: Refusal.self) { try plane.perform(.status, on: machine) }
    }
}

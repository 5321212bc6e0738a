import HashTreeCollections
import Hypervisor
import LabCore
import Testing

@testable import AzureCompute

@Suite("A subscription is a value")
struct ForkTests {
    /// A snapshot, a failed upgrade and the way back, and what was told of it.
    private func run(seed: UInt64) throws -> (events: [Event], facts: Facts) {
        var plane = AzureCompute(seed: seed)
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
        #expect(first.facts != other.facts)
        #expect(first.facts[.version] == "1.0")
        #expect(first.facts[.service] == "healthy")
    }

    @Test("a copy goes its own way")
    func independence() throws {
        let (plane, machine, _) = try AzureCompute.withMachine()
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
        var (plane, machine, id) = try AzureCompute.withMachine()
        let boot = try plane.facts(of: machine)[.bootID]
        try plane.setPower(.reboot, of: machine)
        #expect(try plane.facts(of: machine)[.bootID] != boot)
        #expect(try plane.facts(of: machine)[.service] == "healthy")
        try plane.setPower(.cut, of: machine)
        #expect(plane.virtualMachines[id]?.power == .stopped)
        try plane.setPower(.on, of: machine)
        #expect(try plane.facts(of: machine)[.service] == "healthy")
        try plane.setPower(.shutDown, of: machine)
        #expect(try plane.facts(of: machine)[.power] == "off")
        #expect(throws: Refusal.self) { try plane.perform(.status, on: machine) }
    }

    @Test("a guest that loses its power in an upgrade leaves its machine stopped on its host")
    func powerLoss() throws {
        var (plane, machine, id) = try AzureCompute.withMachine()
        let failure = UpgradeFailure(phase: .unpack, cause: .powerLoss)
        _ = try plane.perform(.upgrade(version: "1.1", failure: failure), on: machine)
        #expect(plane.virtualMachines[id]?.power == .stopped)
        #expect(plane.virtualMachines[id]?.hasHost == true)
    }

    @Test("everything that was made is removed, whatever state it is in")
    func removal() throws {
        var (plane, machine, id) = try AzureCompute.withMachine()
        _ = try plane.takeSnapshot(SnapshotRequest(name: "point"), of: machine)
        _ = try plane.takeSnapshot(SnapshotRequest(name: "disks", method: "full-snapshots"), of: machine)
        try plane.makeBlank("other", data: ["d"])
        try plane.makeDisk("free")
        plane.end(of: try plane.beginGetAccess(to: plane.diskID("free")))
        _ = try plane.createLock("l", on: id, .cannotDelete)
        _ = try plane.deallocate(id)
        try plane.inject(.call(verb: "*", occurrence: 1, effect: .refuse(code: nil)), into: machine)
        #expect(!plane.leftovers.isEmpty)
        try plane.removeEverything()
        #expect(plane.leftovers == [])
        #expect(plane.usage.values.allSatisfy { $0.cores == 0 && $0.allocatedCores == 0 })
        #expect(try plane.makeMachine(.small) == machine, "and the subscription can be used again")
    }
}

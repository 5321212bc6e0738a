import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import HyperV

@Suite("A host is a value")
struct ForkTests {
    /// A checkpoint, a failed upgrade and the way back, and what was told of it.
    private func run(seed: UInt64) throws -> (events: [Event], facts: Facts) {
        var lab = try Lab(seed: seed)
        try lab.write(10)
        let request = SnapshotRequest(name: "s", quiesce: .preferred)
        let snapshot = try lab.host.takeSnapshot(request, of: lab.machine)
        let failure = UpgradeFailure(phase: .migrate, cause: .powerLoss)
        _ = try lab.host.perform(.upgrade(version: "1.1", failure: failure), on: lab.machine)
        _ = try lab.host.revert(RevertRequest(snapshot: snapshot.id), of: lab.machine)
        try lab.start()
        return (lab.host.takeEvents(), try lab.facts())
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

    @Test("a copy goes its own way, in the middle of a job too")
    func independence() throws {
        var lab = try Lab()
        let job = try lab.host.checkpointVM(lab.id, CheckpointRequest(name: "c"))
        let before = lab.host
        var fork = lab
        try fork.host.wait(for: job)
        try fork.write(10)
        #expect(lab.host == before)
        #expect(fork.host != lab.host)
        #expect(fork.host.checkpoints.count == 1)
        #expect(lab.host.checkpoints.isEmpty)
        try lab.host.wait(for: job)
        #expect(lab.host.checkpoints.count == 1)
    }

    @Test("power is changed in every way that a scenario asks for")
    func power() throws {
        var lab = try Lab()
        let boot = try lab.facts()[.bootID]
        try lab.host.setPower(.reboot, of: lab.machine)
        #expect(try lab.facts()[.bootID] != boot)
        #expect(try lab.facts()[.service] == "healthy")
        try lab.host.setPower(.cut, of: lab.machine)
        #expect(try lab.facts()[.power] == "off")
        try lab.host.setPower(.on, of: lab.machine)
        #expect(try lab.facts()[.service] == "healthy")
        try lab.host.setPower(.shutDown, of: lab.machine)
        #expect(try lab.facts()[.power] == "off")
        #expect(throws: Refusal.self) { try lab.host.perform(.status, on: lab.machine) }
    }

    @Test("removing everything leaves nothing, whatever was going on")
    func removeEverything() throws {
        var lab = try Lab(.win11)
        _ = try lab.host.makeMachine(.small)
        let first = try lab.checkpoint("one", .standard)
        try lab.checkpoint("two")
        let folder = FilePath(rawValue: "D:\\Exports\\web")
        try lab.host.wait(for: try lab.host.exportVMSnapshot(first.id, path: folder))
        try lab.remove(first)
        _ = try lab.host.checkpointVM(lab.id)
        try lab.host.removeEverything()
        #expect(lab.host.leftovers == [])
        #expect(lab.host.volumes["D:"]?.used == .zero)
        #expect(lab.host.machines.isEmpty && lab.host.checkpoints.isEmpty && lab.host.merges.isEmpty)
        lab.host.advance(by: .hours(1))
        #expect(lab.host.leftovers == [])
    }

    @Test("what lies outside the machine is where the last one that ran left it")
    func surroundings() throws {
        let layout = MachineSpec.Layout(externalDatabase: true)
        var spec = MachineSpec.small
        spec.layout = layout
        var lab = try Lab(spec: spec)
        try lab.write(10)
        let checkpoint = try lab.checkpoint()
        try lab.write(10)
        try lab.restore(checkpoint)
        try lab.start()
        #expect(try lab.facts()[.records] == 20, "no checkpoint reaches it")
    }
}

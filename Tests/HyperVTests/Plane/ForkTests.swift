import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import HyperV

@Suite("A host is a value")
struct ForkTests {
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

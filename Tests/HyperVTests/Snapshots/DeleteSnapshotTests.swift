import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import HyperV

@Suite("Removing checkpoints")
struct DeleteSnapshotTests {
    @Test("HV-090: without a name all checkpoints of the machine go, and nobody asks")
    func all() throws {
        var lab = try Lab()
        for name in ["a", "b", "c"] { try lab.checkpoint(name) }
        try lab.host.wait(for: try #require(try lab.host.removeVMSnapshots(of: lab.id)))
        #expect(lab.host.checkpoints.isEmpty)
        lab.mergeAll()
        #expect(try lab.leaf().ending == "vhdx")
        #expect(lab.host.files.count == 2)
    }

    @Test("HV-091: names take wildcards; what matches nothing is silent, and a plain name is an error")
    func wildcards() throws {
        var lab = try Lab()
        for name in ["Experiment 1", "Experiment 2", "keep"] { try lab.checkpoint(name) }
        #expect(try lab.host.removeVMSnapshots(of: lab.id, named: "other*") == nil)
        #expect(refusal { _ = try lab.host.removeVMSnapshots(of: lab.id, named: "other") }?.id == .objectNotFound)
        try lab.host.wait(for: try #require(try lab.host.removeVMSnapshots(of: lab.id, named: "experiment*")))
        #expect(try lab.host.vmSnapshots(of: lab.id).map(\.name) == ["keep"])
    }

    @Test("HV-092: children survive and move up, unless they are asked for too", arguments: [true, false])
    func children(takesAll: Bool) throws {
        var lab = try Lab()
        let first = try lab.checkpoint("one", .standard)
        let second = try lab.checkpoint("two")
        try lab.write(10)
        let third = try lab.checkpoint("three")
        try lab.write(10)
        try lab.remove(second, children: takesAll)
        #expect(lab.host.checkpoints.count == (takesAll ? 1 : 2))
        #expect(try lab.vm.tree.current == (takesAll ? first.id : third.id))
        if !takesAll { #expect(try lab.vm.tree.nodes[third.id]?.parent == first.id) }
        lab.mergeAll()
        #expect(try lab.facts()[.records] == 20, "what runs is not touched")
        if !takesAll {
            try lab.restore(try lab.host.checkpoint(third.id))
            #expect(try lab.facts()[.records] == 10)
        }
    }

    @Test("HV-093: WMI takes one node, whatever its reference warns of")
    func throughWMI() throws {
        var lab = try Lab()
        let first = try lab.checkpoint("one")
        try lab.checkpoint("two")
        var other = lab
        let answer = try lab.host.destroySnapshot(first.id)
        #expect(answer.returnValue == 4096)
        try lab.host.wait(for: answer.job)
        #expect(lab.host.checkpoints.count == 1)
        other.host.settings.inferred.destroyKeepsChildren = false
        try other.host.wait(for: try other.host.destroySnapshot(first.id).job)
        #expect(other.host.checkpoints.isEmpty)
    }

    @Test("HV-094: removing folds layers and reverts nothing", arguments: [PowerState.running, .off, .saved, .paused])
    func contents(state: PowerState) throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint("c", .standard)
        try lab.write(30)
        switch state {
        case .off: try lab.stop()
        case .saved: try lab.save()
        case .paused: try lab.pause()
        default: break
        }
        try lab.remove(checkpoint)
        lab.mergeAll()
        #expect(try lab.vm.state == state)
        #expect(try lab.leaf().ending == "vhdx")
        if state != .running { try lab.start() }
        #expect(try lab.facts()[.records] == 30)
        #expect(try lab.facts()[.service] == "healthy")
    }

    @Test("HV-104: the checkpoint that the machine stands on may go")
    func current() throws {
        var lab = try Lab()
        let first = try lab.checkpoint("one")
        let second = try lab.checkpoint("two")
        try lab.remove(second)
        #expect(try lab.vm.tree.current == first.id)
    }

    @Test("HV-106: nothing is removed while a checkpoint is made or applied")
    func busy() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint()
        let job = try lab.host.checkpointVM(lab.id)
        #expect(refusal { try lab.remove(checkpoint) }?.rule == "HV-106")
        try lab.host.wait(for: job)
        _ = try lab.host.restoreVMSnapshot(checkpoint.id, confirm: .given)
        #expect(refusal { try lab.remove(checkpoint) }?.rule == "HV-106")
    }

    @Test("HV-103: a checkpoint of a backup that stays behind holds all merges up, and PowerShell removes it")
    func recovery() throws {
        var lab = try Lab()
        let user = try lab.checkpoint("user")
        let job = try lab.host.wait(for: try lab.host.checkpointVM(lab.id, CheckpointRequest(type: .recovery)))
        guard case .checkpoint(let recovery) = job.affected else { throw Lab.NoCheckpoint() }
        try lab.write(10)
        try lab.remove(user)
        lab.host.advance(by: .hours(1))
        #expect(lab.host.pendingMerges(of: lab.id).map(\.state) == [.queued, .queued])
        try lab.remove(try lab.host.checkpoint(recovery))
        lab.mergeAll()
        #expect(try lab.leaf().ending == "vhdx")
    }

    @Test("HV-159: only a checkpoint of a backup becomes a reference point, and is gone then")
    func referencePoint() throws {
        var lab = try Lab()
        let user = try lab.checkpoint("user")
        #expect(refusal { _ = try lab.host.convertToReferencePoint(user.id) }?.returnCode == 32773)
        let job = try lab.host.wait(for: try lab.host.checkpointVM(lab.id, CheckpointRequest(type: .recovery)))
        guard case .checkpoint(let recovery) = job.affected else { throw Lab.NoCheckpoint() }
        try lab.host.wait(for: try lab.host.convertToReferencePoint(recovery))
        #expect(lab.host.checkpoints.keys.sorted() == [user.id])
    }

    @Test("a branch that nobody stands on is deleted, and a layer that two stand on waits for one of them")
    func branches() throws {
        var lab = try Lab()
        let root = try lab.checkpoint("root", .standard)
        try lab.write(10)
        let left = try lab.checkpoint("left")
        try lab.restore(root)
        try lab.write(20)
        let right = try lab.checkpoint("right")
        try lab.remove(root)
        #expect(lab.host.pendingMerges(of: lab.id).isEmpty, "two stand on the base")
        try lab.remove(left)
        lab.mergeAll()
        #expect(try lab.facts()[.records] == 20)
        try lab.restore(right)
        #expect(try lab.facts()[.records] == 20)
        try lab.remove(right)
        lab.mergeAll()
        #expect(lab.host.files.count == 2)
        #expect(try lab.leaf().ending == "vhdx")
    }
}

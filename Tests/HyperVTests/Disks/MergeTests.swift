import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import HyperV

@Suite("Merging layers")
struct MergeTests {
    private static let moves: [MergeState.Event: [MergeState: MergeState]] = [
        .run: [.queued: .running, .interrupted: .running, .starved: .running],
        .complete: [.running: .done],
        .interrupt: [.running: .interrupted],
        .starve: [.queued: .starved, .interrupted: .starved],
        .fail: [.queued: .failed, .running: .failed],
        .requeue: [.failed: .queued, .interrupted: .queued, .starved: .queued],
    ]

    @Test("every event of a merge, from every state", arguments: MergeState.Event.allCases)
    func table(event: MergeState.Event) {
        for state in MergeState.allCases {
            var found = state
            let isTaken = (try? found.take(event)) != nil
            #expect(isTaken == (Self.moves[event]?[state] != nil), "\(event) in \(state)")
            #expect(found == Self.moves[event]?[state] ?? state, "\(event) in \(state)")
        }
    }

    /// A machine with a removed checkpoint whose layers wait to be merged.
    private func removed(_ profile: HyperV.Settings.Profile = .ws2025, off: Bool = false) throws -> Lab {
        var lab = try Lab(profile)
        let checkpoint = try lab.checkpoint("c")
        try lab.write(300)
        if off { try lab.stop() }
        try lab.remove(checkpoint)
        return lab
    }

    @Test("HV-095: the layers are merged while the machine runs, and on an old host when it is off")
    func live() throws {
        var lab = try removed()
        #expect(lab.host.pendingMerges(of: lab.id).contains { $0.state == .running && $0.isLive })
        lab.mergeAll()
        #expect(try lab.leaf().ending == "vhdx")
        var old = try removed(.ws2008r2)
        old.host.advance(by: .hours(2))
        #expect(old.host.pendingMerges(of: old.id).allSatisfy { $0.state == .queued })
        try old.turnOff()
        #expect(old.host.isMerging(old.id))
        old.mergeAll()
        #expect(try old.leaf().ending == "vhdx")
    }

    @Test("HV-096: a merge is over when the status says so and the machine writes to the base again")
    func completion() throws {
        var lab = try removed()
        #expect(try lab.host.status(of: lab.id).hasPrefix("Merging disks ("))
        #expect(try lab.leaf().isAVHDX)
        lab.mergeAll()
        #expect(try lab.host.status(of: lab.id) == "Operating normally")
        #expect(try lab.leaf().ending == "vhdx")
        #expect(lab.host.files.count == 2)
    }

    @Test("a checkpoint that is taken while a merge comes to its end holds what is in the merged file")
    func checkpointMeanwhile() throws {
        var lab = try removed()
        lab.host.settings.timings.checkpoint = .minutes(10)
        let job = try lab.host.checkpointVM(lab.id, CheckpointRequest(name: "meanwhile"))
        let layers = lab.host.pendingMerges(of: lab.id).count
        let found = try lab.host.wait(for: job)
        guard case .checkpoint(let id) = found.affected else { throw Lab.NoCheckpoint() }
        let left = lab.host.pendingMerges(of: lab.id).count
        #expect((layers, left) == (2, 1))
        lab.mergeAll()
        let wanted = try lab.facts()
        try lab.write(7)
        #expect(try lab.facts()[.records] != wanted[.records])
        try lab.restore(try lab.host.checkpoint(id))
        try lab.start()
        #expect(try lab.facts()[.records] == wanted[.records])
        #expect(try lab.leaf().isAVHDX)
    }

    @Test("HV-097: starting a machine stops the merge of its layers, which begins again from nothing")
    func interrupted() throws {
        var lab = try removed(off: true)
        lab.host.settings.timings.mergeRate = .mebibytes(1)
        let merge = try #require(lab.host.pendingMerges(of: lab.id).first { $0.state == .running })
        #expect(!merge.isLive)
        lab.host.advance(to: try #require(merge.span?.ends) - .milliseconds(1))
        _ = try lab.host.startVM(lab.id)
        let stopped = try #require(lab.host.merges.first { $0.id == merge.id })
        #expect(stopped.state == .interrupted)
        #expect(stopped.percentComplete(at: lab.host.now) == 0)
        lab.host.awaitGuest(lab.id)
        #expect(try lab.vm.state == .running)
        lab.mergeAll()
        #expect(try lab.leaf().ending == "vhdx")
        #expect(try lab.facts()[.records] == 300)
    }

    @Test("HV-098: a merge waits for room, the chain stays, and the machine goes on")
    func starved() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint()
        try lab.write(300)
        lab.host.settings.inferred.lowSpacePause = .zero
        lab.host.changeVolume("D:") { $0.capacity = $0.used }
        try lab.remove(checkpoint)
        #expect(lab.host.pendingMerges(of: lab.id).contains { $0.state == .starved })
        lab.host.advance(by: .hours(1))
        #expect(try lab.leaf().isAVHDX)
        #expect(try lab.facts()[.service] == "healthy")
        lab.host.changeVolume("D:") { $0.capacity = .gibibytes(1_000) }
        lab.mergeAll()
        #expect(try lab.leaf().ending == "vhdx")
    }

    @Test("HV-099: on a resilient volume a merge changes metadata alone")
    func resilient() throws {
        var lab = try Lab()
        lab.host.settings.resilientVolumes = ["D:"]
        lab.host.settings.timings.mergeRate = .kibibytes(4)
        let checkpoint = try lab.checkpoint()
        try lab.write(300)
        try lab.remove(checkpoint)
        lab.host.advance(by: .seconds(4))
        #expect(lab.host.pendingMerges(of: lab.id).isEmpty)
    }

    @Test("HV-100: several layers are merged one after the other, the newest pair first", arguments: [true, false])
    func order(newestFirst: Bool) throws {
        var lab = try Lab(.ws2008r2)
        if !newestFirst { lab.host.settings.inferred.mergesNewestFirst = false }
        let checkpoints = try ["a", "b", "c"].map { name in
            let checkpoint = try lab.checkpoint(name)
            try lab.write(20)
            return checkpoint
        }
        // The oldest goes first, so that the order of the removals is not the one that the rule wants.
        for checkpoint in checkpoints { try lab.remove(checkpoint) }
        let depths = lab.host.pendingMerges(of: lab.id).map { lab.host.chain(from: $0.child).count }
        #expect(Set(depths) == [2, 3, 4])
        try lab.stop()
        let running = lab.host.pendingMerges(of: lab.id).filter { $0.state == .running }
        #expect(running.count == 1)
        let depth = lab.host.chain(from: try #require(running.first?.child)).count
        #expect(depth == (newestFirst ? 4 : 2))
        lab.mergeAll()
        #expect(lab.host.files.count == 2)
        try lab.start()
        #expect(try lab.facts()[.records] == 60)
    }

    @Test(
        "in whatever order the checkpoints go and their layers are merged, one disk with all contents is left",
        arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]], [true, false])
    func anyOrder(order: [Int], newestFirst: Bool) throws {
        var lab = try Lab()
        if !newestFirst { lab.host.settings.inferred.mergesNewestFirst = false }
        var checkpoints: [Checkpoint.ID] = []
        for name in ["a", "b", "c"] {
            checkpoints.append(try lab.checkpoint(name).id)
            try lab.write(20)
        }
        try lab.host.wait(for: try lab.host.beginRemoval(of: order.map { checkpoints[$0] }, from: lab.id))
        lab.mergeAll()
        #expect(lab.host.pendingMerges(of: lab.id).isEmpty)
        #expect(lab.host.files.count == 2)
        #expect(try lab.facts()[.records] == 60)
    }

    @Test("HV-102: chains that somebody has open are not merged by hand, and what lies between is good for nothing")
    func byHand() throws {
        var lab = try Lab()
        let first = try lab.checkpoint("a")
        try lab.checkpoint("b")
        let base = try #require(first.config.drives.first?.path)
        let leaf = try lab.leaf()
        let fault = refusal { try lab.host.mergeVHD(leaf, into: base) }
        #expect(fault?.rule == "HV-102")
        #expect(fault?.fullyQualifiedErrorID == "OperationFailed,Microsoft.Vhd.PowerShell.Cmdlets.MergeVhd")
        try lab.stop()
        lab.host.hold(leaf, by: "backup")
        #expect(refusal { try lab.host.mergeVHD(leaf, into: base) }?.rule == "HV-102")
        lab.host.hold(leaf, by: nil)
        let middle = try #require(lab.host.files[base]?.children.first)
        try lab.host.mergeVHD(leaf, into: base)
        #expect(lab.host.files[leaf] == nil)
        #expect(lab.host.fault(inChainOf: middle)?.hresult == 0xC03A_000E)
    }

    @Test("HV-105: removing a machine takes its checkpoints away at once and merges afterwards")
    func removedMachine() throws {
        var lab = try Lab()
        try lab.checkpoint()
        try lab.write(100)
        try lab.stop()
        try lab.host.removeVM(lab.id)
        #expect(lab.host.checkpoints.isEmpty)
        #expect(lab.host.files.keys.contains { $0.isAVHDX })
        lab.mergeAll()
        #expect(lab.host.files.keys.map(\.ending) == ["vhdx", "vhdx"])
    }

    @Test("HV-107: a host that crashes in the middle of a merge goes on with it", arguments: [true, false])
    func crash(survives: Bool) throws {
        var lab = try removed()
        if !survives { lab.host.settings.inferred.mergesSurviveCrashes = false }
        let running = try #require(lab.host.pendingMerges(of: lab.id).first { $0.state == .running })
        let job = try lab.host.checkpointVM(lab.id)
        lab.host.crashHost()
        #expect(try lab.host.job(job).state == .terminated)
        #expect(try lab.vm.state == .off)
        #expect(lab.host.files[running.child] != nil && lab.host.files[running.parent] != nil)
        #expect(lab.host.isMerging(lab.id) == survives)
        lab.host.advance(by: .hours(1))
        #expect(try lab.leaf().isAVHDX == !survives)
        try lab.start()
        #expect(try lab.facts()[.records] == 300)
    }

    @Test("a merge that is made to fail leaves the chain and the machine usable, and is tried again")
    func failed() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint()
        try lab.write(100)
        for occurrence in 1...2 {
            try lab.host.inject(
                .call(verb: "MergeDisks", occurrence: occurrence, effect: .refuse(code: nil)), into: lab.machine)
        }
        try lab.remove(checkpoint)
        #expect(lab.host.pendingMerges(of: lab.id).map(\.state) == [.failed, .failed])
        #expect(try lab.facts()[.records] == 100)
        lab.mergeAll()
        #expect(try lab.leaf().ending == "vhdx")
        #expect(try lab.facts()[.records] == 100)
    }
}

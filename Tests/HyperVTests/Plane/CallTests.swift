import HashTreeCollections
import Hypervisor
import LabCore
import Testing

@testable import HyperV

@Suite("The gate of all verbs")
struct CallTests {
    @Test(
        "a verb that is made to fail changes nothing",
        arguments: [Fault.CallEffect.refuse(code: nil), .refuse(code: "InvalidState"), .throttle])
    func refused(effect: Fault.CallEffect) throws {
        var lab = try Lab()
        let before = lab.host.inventory
        try lab.host.inject(.call(verb: "Checkpoint-VM", occurrence: 1, effect: effect), into: lab.machine)
        let fault = refusal { _ = try lab.host.checkpointVM(lab.id) }
        #expect(fault?.verb == "Checkpoint-VM")
        #expect(lab.host.inventory == before)
        #expect(lab.host.takeEvents().last?.text.hasPrefix("Checkpoint-VM refused") == true)
        try lab.checkpoint()
    }

    /// What stands in the way of a verb for checkpoints.
    enum Obstacle: CaseIterable { case job, noRoom, noService, storageAway, namedTwice }

    /// A verb for checkpoints.
    enum Verb: CaseIterable { case take, apply, remove }

    @Test("a verb for checkpoints that is refused changes nothing", arguments: Verb.allCases, Obstacle.allCases)
    func refusedByItself(verb: Verb, obstacle: Obstacle) throws {
        var lab = try Lab()
        try lab.setType(.productionOnly)
        let checkpoint = try lab.checkpoint("c")
        let taking = CheckpointRequest(name: "c")
        switch obstacle {
        case .job: _ = try lab.host.checkpointVM(lab.id)
        case .noRoom:
            lab.host.settings.inferred.lowSpacePause = .zero
            lab.host.changeVolume("D:") { $0.capacity = $0.used + .mebibytes(1) }
        case .noService: try lab.host.disableVMIntegrationService(.vss, of: lab.id)
        case .storageAway: lab.host.changeVolume("D:") { $0.isAvailable = false }
        case .namedTwice: lab.host.settings.inferred.checkpointNamesRepeat = false
        }
        let id = lab.id
        lab.host.settle(id)
        var host = lab.host
        _ = host.takeEvents()
        let before = host
        do {
            switch verb {
            case .take: _ = try host.checkpointVM(id, taking)
            case .apply: _ = try host.restoreVMSnapshot(checkpoint.id, confirm: .given)
            case .remove: _ = try host.removeVMSnapshot(checkpoint.id)
            }
        } catch {
            #expect(host.takeEvents().count == 1, "\(error)")
            #expect(host == before, "\(error)")
        }
        let isRefused = host == before
        #expect(isRefused == (Self.refusals[verb]?.contains(obstacle) == true))
    }

    private static let refusals: [Verb: Set<Obstacle>] = [
        .take: [.job, .noRoom, .noService, .storageAway, .namedTwice], .apply: [.job, .noRoom, .storageAway],
        .remove: [.job],
    ]

    @Test("a lost answer does not undo the verb, and a late one comes late")
    func lostAndLate() throws {
        var lab = try Lab()
        try lab.host.inject(.call(verb: "*", occurrence: 1, effect: .loseReply), into: lab.machine)
        #expect(refusal { try lab.host.renameVM(lab.id, to: "new") }?.isAnswerLost == true)
        #expect(try lab.vm.config.name == "new")
        let before = lab.host.now
        try lab.host.inject(.call(verb: "Rename-VM", occurrence: 1, effect: .delay(.minutes(3))), into: lab.machine)
        try lab.host.renameVM(lab.id, to: "newer")
        #expect(lab.host.now - before == .minutes(3))
    }

    @Test("what is not there is named in the vendor's words")
    func unknown() throws {
        let host = HyperV(seed: 1)
        let stranger = try #require(VirtualMachine.ID(rawValue: "0A1B2C3D-0000-4000-8000-000000000000"))
        let machine = refusal { _ = try host.machine(stranger) }
        #expect(machine?.category == "ObjectNotFound")
        #expect(machine?.returnCode == 32779)
        #expect(refusal { _ = try host.machines(named: "X") }?.category == "InvalidArgument")
        for name in ["X", "", stranger.rawValue] {
            let found = #expect(throws: Refusal.self) { try host.facts(of: MachineID(rawValue: name)) }
            #expect(found?.message == "Hyper-V was unable to find a virtual machine with id \"\(name)\".")
        }
        #expect(try host.machines(named: "X*") == [])
    }

    @Test(
        "a name with wildcards matches as in a shell",
        arguments: [
            ("web", "web", true), ("web", "WEB", true), ("w*", "web", true), ("*", "", true), ("w?b", "web", true),
            ("w?", "web", false), ("*b*", "web", true), ("we", "web", false), ("?", "", false),
        ])
    func wildcards(pattern: String, name: String, matches: Bool) {
        #expect(Wildcard(pattern).matches(name) == matches)
    }

    @Test("a path knows its volume, its folder and its ending")
    func paths() {
        let path = FilePath(rawValue: "D:\\Hyper-V\\web\\web_1.avhdx")
        #expect(
            [path.volume, path.folder, path.name, path.stem] == ["D:", "D:\\Hyper-V\\web", "web_1.avhdx", "web_1"])
        #expect(path.isAVHDX)
        #expect(FilePath("C:", "file").ending == "")
    }
}

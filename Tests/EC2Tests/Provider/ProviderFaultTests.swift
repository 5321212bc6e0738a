import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import EC2

@Suite("The reference provider, when something goes wrong")
struct ProviderFaultTests {
    @Test(
        "a snapshot that is refused changes nothing",
        arguments: [
            SnapshotRequest(name: "before"),
            SnapshotRequest(name: "before", scope: .disksInSuccession([.root, .data])),
        ])
    func refusedSnapshot(request: SnapshotRequest) throws {
        var bench = try Bench()
        let (before, verb) = (bench.ec2.leftovers, request.scope == .machine ? "CreateSnapshots" : "CreateSnapshot")
        let occurrence = request.scope == .machine ? 1 : 2
        try bench.ec2.inject(.call(verb: verb, occurrence: occurrence, effect: .refuse(code: nil)), into: bench.machine)
        do {
            _ = try bench.ec2.takeSnapshot(request, of: bench.machine)
            Issue.record("the snapshot should be refused")
        } catch {
            #expect(error.kind == .refused && error.code == "SnapshotLimitExceeded" && error.verb == verb)
        }
        #expect(bench.ec2.leftovers == before)
        #expect(try bench.ec2.snapshots(of: bench.machine).isEmpty)
    }

    @Test(
        "what is throttled is tried again",
        arguments: ["CreateSnapshots", "CreateVolume", "DetachVolume", "StartInstances"])
    func throttled(verb: String) throws {
        var bench = try Bench()
        try bench.ec2.inject(.call(verb: verb, occurrence: 1, effect: .throttle), into: bench.machine)
        let snapshot = try bench.ec2.takeSnapshot(SnapshotRequest(name: "before"), of: bench.machine)
        _ = try bench.ec2.revert(RevertRequest(snapshot: snapshot.id), of: bench.machine)
        #expect(bench.ec2.takeEvents().contains { $0.text.contains("\(verb) refused: RequestLimitExceeded") })
        #expect(try bench.ec2.facts(of: bench.machine)[.service] == "healthy")
    }

    static let verbs = [
        "CreateSnapshots", "CreateVolume", "StopInstances", "DetachVolume", "AttachVolume", "ModifyInstanceAttribute",
        "StartInstances", "DeleteVolume", "RegisterImage", "RunInstances", "DeregisterImage", "TerminateInstances",
        "DeleteSnapshot", "CreateReplaceRootVolumeTask", "CreateImage", "CreateSnapshot",
    ]

    @Test("a lost answer neither stops a flow nor leaves anything behind", arguments: verbs)
    func lostAnswer(verb: String) throws {
        var bench = try Bench()
        try bench.ec2.inject(.call(verb: verb, occurrence: 1, effect: .loseReply), into: bench.machine)
        try goThroughEverything(&bench)
        #expect(bench.ec2.takeEvents().contains { $0.text == "\(verb): the answer was lost" }, "the fault struck")
    }

    @Test("a delay of any call changes nothing but the time", arguments: verbs)
    func delay(verb: String) throws {
        var bench = try Bench()
        try bench.ec2.inject(.call(verb: verb, occurrence: 1, effect: .delay(.minutes(2))), into: bench.machine)
        try goThroughEverything(&bench)
    }

    /// Takes snapshots and goes back in every way; at the end there must be one machine with two disks, and nothing else.
    private func goThroughEverything(_ bench: inout Bench) throws {
        let requests = [
            (SnapshotRequest(name: "a"), "swap-volumes"), (SnapshotRequest(name: "b", method: "image"), "new-instance"),
            (SnapshotRequest(name: "c", scope: .disks([.root])), "replace-root-volume"),
            (SnapshotRequest(name: "d", scope: .disksInSuccession([.root, .data])), "new-instance"),
        ]
        var machine = bench.machine
        for (request, way) in requests {
            let snapshot = try bench.ec2.takeSnapshot(request, of: machine)
            machine = try bench.ec2.revert(RevertRequest(snapshot: snapshot.id, method: way), of: machine).machine
            #expect(try bench.ec2.facts(of: machine)[.service] == "healthy", "\(request.name)")
            try bench.ec2.deleteSnapshot(snapshot.id, of: machine)
        }
        bench.ec2.advance(by: .minutes(1))
        #expect(bench.ec2.leftovers.count == 3, "\(bench.ec2.leftovers)")
    }

    @Test(
        "a swap that fails half way puts the old volumes back",
        arguments: [
            ("AttachVolume", 1), ("AttachVolume", 2), ("DetachVolume", 2), ("ModifyInstanceAttribute", 1),
            ("StartInstances", 1),
        ])
    func failedSwap(verb: String, occurrence: Int) throws {
        var bench = try Bench()
        let snapshot = try bench.ec2.takeSnapshot(SnapshotRequest(name: "before"), of: bench.machine)
        _ = try bench.ec2.perform(.write(records: 9), on: bench.machine)
        let (before, root, data) = (bench.ec2.leftovers, bench.root, bench.data)
        let wanted = try bench.ec2.facts(of: bench.machine)
        try bench.ec2.inject(.call(verb: verb, occurrence: occurrence, effect: .refuse(code: nil)), into: bench.machine)
        do {
            _ = try bench.ec2.revert(RevertRequest(snapshot: snapshot.id, method: "swap-volumes"), of: bench.machine)
            Issue.record("the revert should fail")
        } catch { #expect(error.kind == .failed && error.verb == verb) }
        bench.ec2.advance(by: .minutes(1))
        #expect(bench.root == root && bench.data == data)
        #expect(bench.ec2.leftovers == before)
        let facts = try bench.ec2.facts(of: bench.machine)
        #expect(facts[.records] == wanted[.records] && facts[.power] == "on")
    }

    @Test(
        "a revert that is refused before anything is touched touches nothing",
        arguments: ["CreateVolume", "StopInstances"])
    func refusedSwap(verb: String) throws {
        var bench = try Bench()
        let snapshot = try bench.ec2.takeSnapshot(SnapshotRequest(name: "before"), of: bench.machine)
        let (before, facts) = (bench.ec2.leftovers, try bench.ec2.facts(of: bench.machine))
        try bench.ec2.inject(.call(verb: verb, occurrence: 1, effect: .refuse(code: nil)), into: bench.machine)
        do {
            _ = try bench.ec2.revert(RevertRequest(snapshot: snapshot.id, method: "swap-volumes"), of: bench.machine)
            Issue.record("the revert should be refused")
        } catch { #expect(error.kind == .refused && error.verb == verb) }
        bench.ec2.advance(by: .minutes(1))
        #expect(bench.ec2.leftovers == before)
        #expect(try bench.ec2.facts(of: bench.machine)[.bootID] == facts[.bootID])
    }

    @Test(
        "a new instance that cannot be had leaves the old one running",
        arguments: ["RunInstances", "TerminateInstances"])
    func failedLaunch(verb: String) throws {
        var bench = try Bench()
        let snapshot = try bench.ec2.takeSnapshot(SnapshotRequest(name: "before"), of: bench.machine)
        let before = bench.ec2.leftovers
        try bench.ec2.inject(.call(verb: verb, occurrence: 1, effect: .refuse(code: nil)), into: bench.machine)
        do {
            _ = try bench.ec2.revert(RevertRequest(snapshot: snapshot.id, method: "new-instance"), of: bench.machine)
            Issue.record("the revert should fail")
        } catch { #expect(error.kind == .failed && error.verb == verb) }
        bench.ec2.advance(by: .minutes(2))
        #expect(try bench.ec2.facts(of: bench.machine)[.service] == "healthy")
        #expect(bench.ec2.leftovers == before)
    }

    @Test("a snapshot that ends in error is withdrawn", arguments: [nil, "image-no-reboot"])
    func snapshotError(method: String?) throws {
        var bench = try Bench()
        let before = bench.ec2.leftovers
        try bench.ec2.inject(.snapshotEndsInError, into: bench.machine)
        do {
            _ = try bench.ec2.takeSnapshot(SnapshotRequest(name: "before", method: method), of: bench.machine)
            Issue.record("the snapshot should fail")
        } catch { #expect(error.kind == .failed && error.rule == "AWS-025") }
        #expect(bench.ec2.leftovers == before)
    }

    @Test(
        "a guest that does not freeze refuses a snapshot, or has it taken without, as was asked for",
        arguments: [
            Fault.quiesceRefused, .agentHangs,
        ])
    func freezing(fault: Fault) throws {
        var bench = try Bench()
        try bench.ec2.inject(fault, into: bench.machine)
        let required = SnapshotRequest(name: "before", quiesce: .required)
        #expect(throws: Refusal.self) { try bench.ec2.takeSnapshot(required, of: bench.machine) }
        #expect(try bench.ec2.snapshots(of: bench.machine).isEmpty)
        try bench.ec2.inject(fault, into: bench.machine)
        let preferred = SnapshotRequest(name: "before", quiesce: .preferred)
        #expect(try !bench.ec2.takeSnapshot(preferred, of: bench.machine).isQuiesced)
        _ = try bench.ec2.perform(.write(records: 1), on: bench.machine)
    }

    @Test("memory, unknown methods and missing disks are not claimed to be there")
    func unsupported() throws {
        var bench = try Bench()
        func kind(_ request: SnapshotRequest) -> Refusal.Kind? {
            do { _ = try bench.ec2.takeSnapshot(request, of: bench.machine) } catch { return error.kind }
            return nil
        }
        #expect(!EC2.capabilities.has(.memorySnapshot))
        #expect(kind(SnapshotRequest(name: "a", memory: true)) == .unsupported)
        #expect(kind(SnapshotRequest(name: "a", method: "magic")) == .unsupported)
        #expect(kind(SnapshotRequest(name: "a", scope: .disks([]))) == .refused)
        let snapshot = try bench.ec2.takeSnapshot(SnapshotRequest(name: "a", scope: .disks([.data])), of: bench.machine)
        for method in ["magic", "replace-root-volume", "new-instance"] {
            do {
                _ = try bench.ec2.revert(RevertRequest(snapshot: snapshot.id, method: method), of: bench.machine)
            } catch {
                #expect(error.kind == .unsupported, "\(method)")
            }
        }
    }

    @Test("a set with a missing member is not reverted to")
    func missingMember() throws {
        var bench = try Bench()
        let snapshot = try bench.ec2.takeSnapshot(SnapshotRequest(name: "before"), of: bench.machine)
        let member = try #require(bench.ec2.snapshotSets(of: bench.instance).first?.members[.data])
        try bench.ec2.deleteSnapshot(member.id)
        #expect(try bench.ec2.snapshots(of: bench.machine)[0].state == .failed)
        let root = bench.root
        #expect(throws: Refusal.self) { try bench.ec2.revert(RevertRequest(snapshot: snapshot.id), of: bench.machine) }
        #expect(bench.root == root && bench.record?.state == .running)
    }
}

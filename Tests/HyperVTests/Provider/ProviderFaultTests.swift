import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import HyperV

@Suite("When something goes wrong on the way back")
struct ProviderFaultTests {
    /// A machine with a snapshot, changed since.
    private func prepared(_ request: SnapshotRequest) throws -> (lab: Lab, snapshot: Snapshot) {
        var lab = try Lab()
        try lab.write(10)
        #expect(try lab.host.perform(.flush, on: lab.machine).succeeded)
        let snapshot = try lab.host.takeSnapshot(request, of: lab.machine)
        try lab.write(10)
        return (lab, snapshot)
    }

    private static let requests = [
        SnapshotRequest(name: "s"), SnapshotRequest(name: "s", memory: true),
        SnapshotRequest(name: "s", quiesce: .required),
    ]

    @Test(
        "a snapshot that is refused at any call leaves the machine and its settings as they were",
        arguments: requests, ["Set-VM", "Checkpoint-VM", "Remove-VMSavedState"])
    func refusedSnapshot(request: SnapshotRequest, verb: String) throws {
        var lab = try Lab()
        if verb == "Remove-VMSavedState", request.memory || request.quiesce == .required { return }
        let (before, config, facts) = (lab.host.leftovers, try lab.vm.config, try lab.facts())
        try lab.host.inject(.call(verb: verb, occurrence: 1, effect: .refuse(code: nil)), into: lab.machine)
        let refusal = #expect(throws: Refusal.self) { try lab.host.takeSnapshot(request, of: lab.machine) }
        #expect(refusal?.verb == verb)
        lab.mergeAll()
        #expect(lab.host.leftovers == before)
        #expect(try lab.vm.config == config)
        #expect(try lab.host.snapshots(of: lab.machine) == [])
        #expect(try lab.facts()[.service] == facts[.service])
        #expect(try lab.facts()[.bootID] == facts[.bootID])
    }

    @Test("a type that cannot be set back does not undo the snapshot, and is told of")
    func typeStays() throws {
        var lab = try Lab()
        try lab.host.inject(.call(verb: "Set-VM", occurrence: 2, effect: .refuse(code: nil)), into: lab.machine)
        let snapshot = try lab.host.takeSnapshot(SnapshotRequest(name: "s", memory: true), of: lab.machine)
        #expect(snapshot.notes.contains { $0.rule == "HV-030" })
        #expect(try lab.vm.config.checkpointType == .standard)
    }

    @Test("a revert that is refused leaves the machine as it was, running", arguments: requests)
    func refusedRevert(request: SnapshotRequest) throws {
        var (lab, snapshot) = try prepared(request)
        let (before, facts) = (lab.host.inventory, try lab.facts())
        try lab.host.inject(
            .call(verb: "Restore-VMSnapshot", occurrence: 1, effect: .refuse(code: nil)), into: lab.machine)
        #expect(throws: Refusal.self) { try lab.host.revert(RevertRequest(snapshot: snapshot.id), of: lab.machine) }
        #expect(lab.host.inventory == before)
        #expect(try lab.facts()[.records] == facts[.records])
        #expect(try lab.facts()[.bootID] == facts[.bootID])
    }

    @Test("HV-072: a broken chain is found before the machine is stopped for nothing", arguments: requests)
    func brokenChain(request: SnapshotRequest) throws {
        var (lab, snapshot) = try prepared(request)
        let checkpoint = try lab.host.checkpoint(#require(Checkpoint.ID(rawValue: snapshot.id.rawValue)))
        let base = try #require(checkpoint.config.drives.last?.path)
        lab.host.hold(base, by: "backup")
        let refusal = #expect(throws: Refusal.self) {
            try lab.host.revert(RevertRequest(snapshot: snapshot.id), of: lab.machine)
        }
        #expect(refusal?.kind == .refused)
        #expect(try lab.vm.state == .running)
        #expect(try lab.facts()[.records] == 20)
    }

    @Test("a machine that a revert left off although nothing was applied is started again")
    func stranded() throws {
        var (lab, snapshot) = try prepared(SnapshotRequest(name: "s", memory: true))
        let checkpoint = try lab.host.checkpoint(#require(Checkpoint.ID(rawValue: snapshot.id.rawValue)))
        let job = try lab.host.restoreVMSnapshot(checkpoint.id, confirm: .given)
        lab.host.jobs[job]?.doom = HyperVFault(.operationFailed, "The disk is broken.")
        var plain = lab
        #expect(refusal { try plain.host.wait(for: job) } != nil)
        #expect(try plain.vm.state == .off)
        #expect(try plain.facts()[.records] == 20)
        try plain.start()
        #expect(try plain.facts()[.records] == 20)
    }

    @Test("a type that a restore brought back and that cannot be set again is told of")
    func typeComesBack() throws {
        var (lab, snapshot) = try prepared(SnapshotRequest(name: "s", memory: true))
        try lab.host.inject(.call(verb: "Set-VM", occurrence: 1, effect: .refuse(code: nil)), into: lab.machine)
        let report = try lab.host.revert(RevertRequest(snapshot: snapshot.id), of: lab.machine)
        #expect(report.notes.contains { $0.rule == "HV-068" })
        #expect(try lab.facts()[.records] == 10)
    }

    @Test("a safety checkpoint goes again when the revert is refused")
    func safetyCheckpoint() throws {
        var (lab, snapshot) = try prepared(SnapshotRequest(name: "s"))
        let request = RevertRequest(snapshot: snapshot.id, method: "checkpoint-and-restore")
        for verb in ["Checkpoint-VM", "Restore-VMSnapshot"] {
            try lab.host.inject(.call(verb: verb, occurrence: 1, effect: .refuse(code: nil)), into: lab.machine)
            #expect(throws: Refusal.self) { try lab.host.revert(request, of: lab.machine) }
            #expect(try lab.host.snapshots(of: lab.machine).map(\.id) == [snapshot.id])
            #expect(try lab.facts()[.records] == 20)
        }
    }

    @Test(
        "a new machine that is refused at any call leaves the old one as it was, and nothing behind",
        arguments: ["Export-VMSnapshot", "Import-VM", "Stop-VM"])
    func refusedMachine(verb: String) throws {
        var (lab, snapshot) = try prepared(SnapshotRequest(name: "s"))
        let before = lab.host.leftovers
        try lab.host.inject(.call(verb: verb, occurrence: 1, effect: .refuse(code: nil)), into: lab.machine)
        let request = RevertRequest(snapshot: snapshot.id, method: "new-machine")
        #expect(throws: Refusal.self) { try lab.host.revert(request, of: lab.machine) }
        #expect(lab.host.leftovers == before)
        #expect(try lab.vm.state == .running)
        #expect(try lab.facts()[.records] == 20)
    }

    @Test("exported files that cannot be deleted do not undo the way back, and are told of")
    func keptExport() throws {
        var (lab, snapshot) = try prepared(SnapshotRequest(name: "s"))
        try lab.host.inject(.call(verb: "Remove-Item", occurrence: 1, effect: .refuse(code: nil)), into: lab.machine)
        let request = RevertRequest(snapshot: snapshot.id, method: "new-machine")
        let report = try lab.host.revert(request, of: lab.machine)
        #expect(report.notes.contains { $0.text.contains("could not be deleted") })
        #expect(lab.host.exports.count == 1)
    }

    @Test(
        "a call that was throttled, lost its answer or came late is done once",
        arguments: [Fault.CallEffect.throttle, .loseReply, .delay(.minutes(3))],
        ["Set-VM", "Checkpoint-VM", "Remove-VMSavedState", "Restore-VMSnapshot", "Remove-VMSnapshot", "Start-VM"])
    func repeated(effect: Fault.CallEffect, verb: String) throws {
        var lab = try Lab()
        try lab.write(10)
        #expect(try lab.host.perform(.flush, on: lab.machine).succeeded)
        try lab.host.inject(.call(verb: verb, occurrence: 1, effect: effect), into: lab.machine)
        let snapshot = try lab.host.takeSnapshot(SnapshotRequest(name: "s"), of: lab.machine)
        try lab.write(10)
        _ = try lab.host.revert(RevertRequest(snapshot: snapshot.id), of: lab.machine)
        try lab.host.setPower(.on, of: lab.machine)
        #expect(try lab.facts()[.records] == 10)
        #expect(!snapshot.holdsMemory)
        try lab.host.deleteSnapshot(snapshot.id, of: lab.machine)
        #expect(try lab.host.snapshots(of: lab.machine) == [])
        #expect(lab.host.files.count == 2)
    }

    @Test(
        "a new machine is made once, whatever became of the answers",
        arguments: [Fault.CallEffect.throttle, .loseReply],
        ["Export-VMSnapshot", "Import-VM", "Stop-VM", "Remove-Item"])
    func repeatedMachine(effect: Fault.CallEffect, verb: String) throws {
        var (lab, snapshot) = try prepared(SnapshotRequest(name: "s"))
        try lab.host.inject(.call(verb: verb, occurrence: 1, effect: effect), into: lab.machine)
        let request = RevertRequest(snapshot: snapshot.id, method: "new-machine")
        let report = try lab.host.revert(request, of: lab.machine)
        #expect(lab.host.machines.count == 2)
        #expect(lab.host.exports.isEmpty)
        try lab.host.setPower(.on, of: report.machine)
        #expect(try lab.host.facts(of: report.machine)[.records] == 10)
    }
}

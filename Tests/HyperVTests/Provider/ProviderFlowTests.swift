import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import HyperV

@Suite("The reference provider")
struct ProviderFlowTests {
    /// What was asked for, and what came of it.
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var request: SnapshotRequest
        var method: String
        var holdsMemory = false
        var isQuiesced = false
    }

    @Test(
        "a snapshot is taken in the way that fits what it is to hold",
        arguments: [
            Row(testDescription: "disks alone", request: SnapshotRequest(name: "s"), method: "disks-only"),
            Row(
                testDescription: "with memory", request: SnapshotRequest(name: "s", memory: true), method: "standard",
                holdsMemory: true),
            Row(
                testDescription: "quiesced", request: SnapshotRequest(name: "s", quiesce: .preferred),
                method: "production", isQuiesced: true),
            Row(
                testDescription: "quiesced, or nothing", request: SnapshotRequest(name: "s", quiesce: .required),
                method: "production", isQuiesced: true),
            Row(
                testDescription: "by name", request: SnapshotRequest(name: "s", method: "standard"),
                method: "standard", holdsMemory: true),
            Row(
                testDescription: "all disks by name",
                request: SnapshotRequest(name: "s", scope: .disks([.root, .data])), method: "disks-only"),
        ])
    func taken(row: Row) throws {
        var lab = try Lab()
        let snapshot = try lab.host.takeSnapshot(row.request, of: lab.machine)
        #expect(snapshot.method == row.method)
        #expect(snapshot.holdsMemory == row.holdsMemory)
        #expect(snapshot.isQuiesced == row.isQuiesced)
        #expect(snapshot.disks == [.root, .data])
        #expect(snapshot.state == .ready)
        #expect(try lab.vm.config.checkpointType == .production, "the type is set back")
        #expect(try lab.host.snapshots(of: lab.machine).map(\.id) == [snapshot.id])
        #expect(lab.host.stateFiles.count == (row.holdsMemory ? 1 : 0))
        #expect(try lab.facts()[.power] == "on")
    }

    @Test("a machine that is off is taken as it is, even where its checkpoints are disabled", arguments: [true, false])
    func off(isDisabled: Bool) throws {
        var lab = try Lab()
        try lab.stop()
        if isDisabled { try lab.setType(.disabled) }
        let request = SnapshotRequest(name: "s", memory: true)
        let snapshot = try lab.host.takeSnapshot(request, of: lab.machine)
        #expect(snapshot.method == "off")
        #expect(!snapshot.holdsMemory)
        #expect(snapshot.notes.contains { $0.rule == "HV-012" })
        #expect(try lab.vm.config.checkpointType == (isDisabled ? .disabled : .production))
    }

    @Test("HV-009: a production checkpoint that fell back is told of, and says that it holds memory")
    func fellBack() throws {
        var lab = try Lab()
        try lab.host.inject(.quiesceRefused, into: lab.machine)
        let snapshot = try lab.host.takeSnapshot(SnapshotRequest(name: "s", quiesce: .preferred), of: lab.machine)
        #expect(snapshot.method == "standard")
        #expect(snapshot.holdsMemory && !snapshot.isQuiesced)
        #expect(snapshot.notes.contains { $0.rule == "HV-009" })
    }

    @Test(
        "HV-010: a quiesce that is required and fails leaves no snapshot",
        arguments: [Fault.quiesceRefused, .agentHangs])
    func required(fault: Fault) throws {
        var lab = try Lab()
        let before = lab.host.inventory
        try lab.host.inject(fault, into: lab.machine)
        let request = SnapshotRequest(name: "s", quiesce: .required)
        let refusal = #expect(throws: Refusal.self) { try lab.host.takeSnapshot(request, of: lab.machine) }
        #expect(refusal?.code == "OperationFailed")
        #expect(lab.host.inventory == before)
    }

    @Test(
        "HV-017: what Hyper-V cannot do is unsupported, by name",
        arguments: [
            SnapshotRequest(name: "s", scope: .disks([.data])),
            SnapshotRequest(name: "s", scope: .disksInSuccession([.root, .data])),
        ])
    func partial(request: SnapshotRequest) throws {
        var lab = try Lab()
        let refusal = #expect(throws: Refusal.self) { try lab.host.takeSnapshot(request, of: lab.machine) }
        #expect(refusal?.kind == .unsupported)
        #expect(refusal?.rule == "HV-017")
        #expect(HyperV.capabilities.reason(without: .diskSnapshot)?.rule == "HV-017")
    }

    @Test("words that it does not know are unsupported")
    func unknownWords() throws {
        var lab = try Lab()
        let snapshot = try lab.host.takeSnapshot(SnapshotRequest(name: "s"), of: lab.machine)
        for method in ["image", "off"] {
            let request = SnapshotRequest(name: "s", method: method)
            #expect(throws: Refusal.self) { try lab.host.takeSnapshot(request, of: lab.machine) }
        }
        for request in [
            RevertRequest(snapshot: snapshot.id, method: "swap"), RevertRequest(snapshot: snapshot.id, disks: [.data]),
        ] {
            let refusal = #expect(throws: Refusal.self) { try lab.host.revert(request, of: lab.machine) }
            #expect(refusal?.kind == .unsupported)
        }
        let conflict = SnapshotRequest(name: "s", memory: true, quiesce: .required)
        #expect(throws: Refusal.self) { try lab.host.takeSnapshot(conflict, of: lab.machine) }
    }

    /// How a snapshot was asked for, what a revert to it leaves, and how good that is.
    struct WayBack: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var request: SnapshotRequest
        var power: FactValue
        var rule: RuleID
        var grade: Grade
    }

    @Test(
        "HV-061, HV-062 and HV-063: a failed upgrade is undone, and the report says how the machine was left",
        arguments: [
            WayBack(
                testDescription: "disks alone", request: SnapshotRequest(name: "s"), power: "off", rule: "HV-061",
                grade: .crashConsistent),
            WayBack(
                testDescription: "quiesced", request: SnapshotRequest(name: "s", quiesce: .required), power: "off",
                rule: "HV-061", grade: .fileSystemConsistent),
            WayBack(
                testDescription: "with memory", request: SnapshotRequest(name: "s", memory: true), power: "on",
                rule: "HV-063", grade: .identical),
        ])
    func wayBack(row: WayBack) throws {
        var lab = try Lab()
        try lab.write(50)
        #expect(try lab.host.perform(.writeLooseFiles(5), on: lab.machine).succeeded)
        let wanted = try lab.facts()
        let snapshot = try lab.host.takeSnapshot(row.request, of: lab.machine)
        let failure = UpgradeFailure(phase: .migrate, cause: .error)
        _ = try lab.host.perform(.upgrade(version: "2.0", failure: failure), on: lab.machine)
        let report = try lab.host.revert(RevertRequest(snapshot: snapshot.id), of: lab.machine)
        #expect(try lab.facts()[.power] == row.power)
        #expect(report.leftRunning == (row.power == "on"))
        #expect(report.method == "restore")
        #expect(report.machine == lab.machine)
        #expect(report.notes.contains { $0.rule == row.rule })
        #expect(try lab.vm.config.checkpointType == .production, "the checkpoint's own type was another")
        if row.power != "on" { try lab.host.setPower(.on, of: lab.machine) }
        #expect(Grade(restored: try lab.facts(), wanted: wanted) == row.grade)
        #expect(try lab.facts()[.version] == "1.0")
    }

    @Test(
        "every difference that a revert leaves has a rule that accounts for it", arguments: ["restore", "new-machine"])
    func explained(method: String) throws {
        for request in [
            SnapshotRequest(name: "s"), SnapshotRequest(name: "s", memory: true),
            SnapshotRequest(name: "s", quiesce: .required),
        ] {
            var lab = try Lab()
            try lab.write(50)
            #expect(try lab.host.perform(.startJobs(2), on: lab.machine).succeeded)
            #expect(try lab.host.perform(.writeLooseFiles(5), on: lab.machine).succeeded)
            #expect(try lab.host.perform(.openTransaction(records: 3), on: lab.machine).succeeded)
            let wanted = try lab.facts()
            let snapshot = try lab.host.takeSnapshot(request, of: lab.machine)
            let failed = try lab.facts()
            let report = try lab.host.revert(RevertRequest(snapshot: snapshot.id, method: method), of: lab.machine)
            let id = try #require(VirtualMachine.ID(rawValue: report.machine.rawValue))
            if lab.host.machines[id]?.state != .running { try lab.host.setPower(.on, of: report.machine) }
            let restored = try lab.host.facts(of: report.machine)
            let situation = Situation(snapshot: snapshot, revert: report, power: "on")
            for fact in Set(wanted.found + restored.found).sorted() where wanted[fact] != restored[fact] {
                let fate = Fate(wanted: wanted[fact], failed: failed[fact], restored: restored[fact])
                #expect(
                    HyperV.explanations.contains { $0.accounts(for: fact, fate, in: situation) },
                    "\(fact) is \(fate) after \(snapshot.method) and \(method)")
            }
        }
    }

    @Test("HV-066: the failed state is kept where that is asked for, or set", arguments: [true, false])
    func kept(bySetting: Bool) throws {
        var lab = try Lab()
        lab.host.settings.provider.keepsFailedState = bySetting
        let snapshot = try lab.host.takeSnapshot(SnapshotRequest(name: "before"), of: lab.machine)
        try lab.write(10)
        let method = bySetting ? nil : "checkpoint-and-restore"
        let report = try lab.host.revert(RevertRequest(snapshot: snapshot.id, method: method), of: lab.machine)
        #expect(report.method == "checkpoint-and-restore")
        let names = try lab.host.snapshots(of: lab.machine).map(\.name)
        #expect(names == ["before", "failed-before"])
        let failed = try #require(try lab.host.snapshots(of: lab.machine).last)
        _ = try lab.host.revert(RevertRequest(snapshot: failed.id, method: "restore"), of: lab.machine)
        try lab.host.setPower(.on, of: lab.machine)
        #expect(try lab.facts()[.records] == 10)
    }

    @Test("HV-160 and HV-163: a new machine has addresses of its own, and the old one stands by")
    func newMachine() throws {
        var lab = try Lab()
        try lab.write(10)
        let snapshot = try lab.host.takeSnapshot(SnapshotRequest(name: "s", quiesce: .required), of: lab.machine)
        try lab.write(10)
        let report = try lab.host.revert(RevertRequest(snapshot: snapshot.id, method: "new-machine"), of: lab.machine)
        #expect(report.machine != lab.machine)
        try lab.host.setPower(.on, of: report.machine)
        let (old, new) = (try lab.facts(), try lab.host.facts(of: report.machine))
        #expect(new[.records] == 10)
        #expect(old[.power] == "off")
        #expect(old[.privateAddress] != new[.privateAddress])
        #expect(new[.snapshots] == 0 && old[.snapshots] == 1)
        #expect(lab.host.exports.isEmpty)
        #expect(try lab.host.snapshots(of: lab.machine).count == 1)
    }

    @Test("HV-096: a deletion waits until the layers are merged, but not for ever")
    func deleted() throws {
        var lab = try Lab()
        var snapshot = try lab.host.takeSnapshot(SnapshotRequest(name: "s"), of: lab.machine)
        try lab.write(100)
        try lab.host.deleteSnapshot(snapshot.id, of: lab.machine)
        #expect(try lab.leaf().ending == "vhdx")
        snapshot = try lab.host.takeSnapshot(SnapshotRequest(name: "s"), of: lab.machine)
        try lab.host.inject(.call(verb: "MergeDisks", occurrence: 1, effect: .delay(.hours(2))), into: lab.machine)
        try lab.host.deleteSnapshot(snapshot.id, of: lab.machine)
        #expect(try lab.host.snapshots(of: lab.machine) == [])
        #expect(!lab.host.pendingMerges(of: lab.id).isEmpty)
        #expect(lab.host.takeEvents().contains { $0.text.contains("not merged yet") })
        snapshot = try lab.host.takeSnapshot(SnapshotRequest(name: "s"), of: lab.machine)
        let refusal = #expect(throws: Refusal.self) {
            try lab.host.revert(RevertRequest(snapshot: snapshot.id), of: lab.machine)
        }
        #expect(refusal?.rule == "HV-079")
        #expect(throws: Refusal.self) { try lab.host.deleteSnapshot(Snapshot.ID(rawValue: "X"), of: lab.machine) }
    }
}

import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import VSphere

@Suite("The reference provider")
struct ProviderTests {
    static let spec = MachineSpec(
        name: "web", appliance: .generic, version: "1.0",
        disks: [DiskSpec(role: .root, size: .mebibytes(256)), DiskSpec(role: .data, size: .mebibytes(256))],
        memory: .mebibytes(512))

    static func plane(
        seed: UInt64 = 3, spec: MachineSpec = spec
    ) throws -> (plane: VSphere, machine: MachineID) {
        var plane = VSphere(seed: seed)
        let machine = try plane.makeMachine(spec)
        return (plane, machine)
    }

    static func value(_ id: MachineID, in plane: VSphere) throws -> VirtualMachine {
        try plane.virtualMachine(Moref(id.rawValue))
    }

    struct Flow {
        var memory = false
        var quiesce = SnapshotRequest.Quiesce.off
        /// Loose files that were in the page cache at the snapshot and are there after the way back.
        let survivors: Int
        let leavesRunning: Bool
    }

    @Test(
        "VMW-063: what reached the disks comes back, what was in caches only with memory or quiescing",
        arguments: [
            Flow(survivors: 0, leavesRunning: false),
            Flow(quiesce: .required, survivors: 3, leavesRunning: false),
            Flow(quiesce: .preferred, survivors: 3, leavesRunning: false),
            Flow(memory: true, survivors: 3, leavesRunning: true),
        ])
    func flow(row: Flow) throws {
        var (plane, machine) = try Self.plane()
        _ = try plane.perform(.write(records: 10), on: machine)
        _ = try plane.perform(.flush, on: machine)
        let synced = try plane.facts(of: machine)
        _ = try plane.perform(.writeLooseFiles(3), on: machine)
        let taken = try plane.takeSnapshot(
            SnapshotRequest(name: "before", memory: row.memory, quiesce: row.quiesce), of: machine)
        #expect(taken.disks == [.root, .data])
        #expect(taken.holdsMemory == row.memory)
        #expect(taken.isQuiesced == (row.quiesce != .off))
        _ = try plane.perform(.write(records: 7), on: machine)
        _ = try plane.perform(.flush, on: machine)
        let report = try plane.revert(RevertRequest(snapshot: taken.id), of: machine)
        #expect(report.machine == machine)
        #expect(report.method == "revert")
        #expect(report.leftRunning == row.leavesRunning)
        #expect(try plane.facts(of: machine)[.power] == (row.leavesRunning ? "on" : "off"))
        if !row.leavesRunning { try plane.setPower(.on, of: machine) }
        let restored = try plane.facts(of: machine)
        #expect(restored[.records] == synced[.records])
        #expect(restored[.data] == synced[.data])
        #expect(restored[.looseFiles] == .number(row.survivors))
        #expect((restored[.bootID] == synced[.bootID]) == row.memory)
        #expect(restored[.service] == "healthy")
        #expect(restored[.machine] == synced[.machine])
        #expect(restored[.privateAddress] == synced[.privateAddress])
        #expect(restored[.snapshots] == 1)
        #expect(restored[.disk(.root)] != synced[.disk(.root)])
    }

    @Test(
        "a failed upgrade is undone by each way back, and the data stays readable",
        arguments: ["revert", "revert-suppress-power-on", "new-machine"])
    func ways(method: String) throws {
        var (plane, machine) = try Self.plane()
        _ = try plane.perform(.write(records: 10), on: machine)
        _ = try plane.perform(.flush, on: machine)
        let wanted = try plane.facts(of: machine)
        let taken = try plane.takeSnapshot(SnapshotRequest(name: "before"), of: machine)
        _ = try plane.perform(
            .upgrade(version: "2.0", failure: UpgradeFailure(phase: .migrate, occurrence: 2, cause: .powerLoss)),
            on: machine)
        #expect(try plane.facts(of: machine)[.power] == "off")
        let report = try plane.revert(RevertRequest(snapshot: taken.id, method: method), of: machine)
        #expect(report.method == method)
        #expect(report.leftRunning == false)
        try plane.setPower(.on, of: report.machine)
        let restored = try plane.facts(of: report.machine)
        for fact in [Fact.version, .schema, .records, .data, .program, .service] {
            #expect(restored[fact] == wanted[fact], "\(fact)")
        }
        let isNew = method == "new-machine"
        #expect((report.machine != machine) == isNew)
        for fact in [Fact.machine, .hardwareAddress, .privateAddress] {
            #expect((restored[fact] != wanted[fact]) == isNew, "\(fact)")
        }
        #expect(try plane.snapshots(of: machine).map(\.id) == [taken.id])
    }

    @Test("VMW-065: a memory snapshot that is not to be switched on leaves the machine suspended")
    func suppress() throws {
        var (plane, machine) = try Self.plane()
        let taken = try plane.takeSnapshot(SnapshotRequest(name: "live", memory: true), of: machine)
        let report = try plane.revert(
            RevertRequest(snapshot: taken.id, method: "revert-suppress-power-on"), of: machine)
        #expect(report.leftRunning == false)
        #expect(report.notes.map(\.rule) == ["VMW-065"])
        #expect(try plane.facts(of: machine)[.power] == "suspended")
        try plane.setPower(.on, of: machine)
        #expect(try plane.facts(of: machine)[.service] == "healthy")
    }

    @Test("VMW-083: what is outside of the machine is not rewound with its memory")
    func outside() throws {
        var spec = Self.spec
        spec.layout.externalDatabase = true
        var (plane, machine) = try Self.plane(spec: spec)
        let taken = try plane.takeSnapshot(SnapshotRequest(name: "live", memory: true), of: machine)
        _ = try plane.perform(.write(records: 5), on: machine)
        let outside = try Self.value(machine, in: plane).hardware.outside
        let report = try plane.revert(RevertRequest(snapshot: taken.id), of: machine)
        #expect(try Self.value(machine, in: plane).hardware.outside == outside)
        #expect(report.notes.contains { $0.rule == "VMW-083" })
    }

    @Test("the data disk alone: the root disk is made independent while the machine is off, and keeps its contents")
    func dataDisk() throws {
        var (plane, machine) = try Self.plane()
        _ = try plane.perform(.write(records: 10), on: machine)
        let wanted = try plane.facts(of: machine)
        let taken = try plane.takeSnapshot(SnapshotRequest(name: "data", scope: .disks([.data])), of: machine)
        #expect(taken.disks == [.data])
        #expect(taken.method == "independent-root")
        #expect(taken.notes.map(\.rule) == [nil, "VMW-073"])
        #expect(try plane.facts(of: machine)[.power] == "on")
        #expect(try Self.value(machine, in: plane).config.disks[0].mode == .independentPersistent)
        _ = try plane.perform(.write(records: 5), on: machine)
        _ = try plane.perform(.upgrade(version: "2.0", failure: nil), on: machine)
        let report = try plane.revert(RevertRequest(snapshot: taken.id), of: machine)
        #expect(report.notes.contains { $0.rule == "VMW-073" })
        try plane.setPower(.on, of: machine)
        let restored = try plane.facts(of: machine)
        #expect(restored[.version] == "2.0", "the root disk is newer")
        #expect(restored[.records] == wanted[.records])
        do throws(Refusal) {
            _ = try plane.takeSnapshot(SnapshotRequest(name: "whole"), of: machine)
            Issue.record("a snapshot of the whole machine was taken without its root disk")
        } catch {
            #expect(error.rule == "VMW-115")
        }
        try plane.setPower(.shutDown, of: machine)
        try plane.deleteSnapshot(taken.id, of: machine)
        #expect(try Self.value(machine, in: plane).config.disks[0].mode == .persistent)
    }

    @Test("the data disk alone is refused while there are snapshots, with memory, and for the root disk")
    func dataDiskRefused() throws {
        var (plane, machine) = try Self.plane()
        let before = try Self.value(machine, in: plane).config
        let requests: [(SnapshotRequest, Refusal.Kind, RuleID)] = [
            (SnapshotRequest(name: "m", scope: .disks([.data]), memory: true), .unsupported, "VMW-029"),
            (SnapshotRequest(name: "r", scope: .disks([.root])), .unsupported, "VMW-073"),
            (SnapshotRequest(name: "s", scope: .disksInSuccession([.root, .data])), .unsupported, "VMW-055"),
        ]
        for (request, kind, rule) in requests {
            do throws(Refusal) {
                _ = try plane.takeSnapshot(request, of: machine)
                Issue.record("\(request.name) was taken")
            } catch {
                #expect(error.kind == kind)
                #expect(error.rule == rule)
            }
        }
        #expect(try Self.value(machine, in: plane).config == before)
        _ = try plane.takeSnapshot(SnapshotRequest(name: "whole"), of: machine)
        do throws(Refusal) {
            _ = try plane.takeSnapshot(SnapshotRequest(name: "data", scope: .disks([.data])), of: machine)
            Issue.record("it was taken")
        } catch {
            #expect(error.rule == "VMW-115")
        }
        #expect(VSphere.capabilities.reason(without: .successiveSnapshots)?.rule == "VMW-055")
    }

    @Test("when the snapshot of the data disk fails, the root disk and the power are put back")
    func dataDiskFails() throws {
        var (plane, machine) = try Self.plane()
        try plane.inject(.snapshotEndsInError, into: machine)
        #expect(throws: Refusal.self) {
            try plane.takeSnapshot(SnapshotRequest(name: "data", scope: .disks([.data])), of: machine)
        }
        let vm = try Self.value(machine, in: plane)
        #expect(vm.config.disks[0].mode == .persistent)
        #expect(vm.power.state == .poweredOn)
        #expect(vm.tree.isEmpty)
    }

    @Test(
        "VMW-045: a guest that refuses to freeze fails a required quiescing, and is passed over with a note",
        arguments: [true, false])
    func quiesceRefused(isRequired: Bool) throws {
        var (plane, machine) = try Self.plane()
        try plane.inject(.quiesceRefused, into: machine)
        let request = SnapshotRequest(name: "q", quiesce: isRequired ? .required : .preferred)
        guard isRequired else {
            let taken = try plane.takeSnapshot(request, of: machine)
            #expect(taken.isQuiesced == false)
            #expect(taken.notes.contains { $0.rule == "VMW-045" })
            return
        }
        do throws(Refusal) {
            _ = try plane.takeSnapshot(request, of: machine)
            Issue.record("it was taken")
        } catch {
            #expect(error.code == "ApplicationQuiesceFault")
            #expect(error.rule == "VMW-045")
            #expect(
                error.message == "An error occurred while saving the snapshot: Failed to quiesce the virtual machine.")
        }
        #expect(try plane.snapshots(of: machine).isEmpty)
        let answer = try plane.perform(.write(records: 1), on: machine)
        #expect(answer.succeeded, "the guest goes on")
    }

    @Test("a hung agent fails a required quiescing: at once in the freeze, later because Tools are silent")
    func agentHangs() throws {
        for (wait, code) in [(Duration.zero, "FilesystemQuiesceFault"), (.minutes(2), "ApplicationQuiesceFault")] {
            var (plane, machine) = try Self.plane()
            try plane.inject(.agentHangs, into: machine)
            plane.advance(by: wait)
            do throws(Refusal) {
                _ = try plane.takeSnapshot(SnapshotRequest(name: "q", quiesce: .required), of: machine)
                Issue.record("it was taken")
            } catch {
                #expect(error.code == code)
            }
            #expect(try plane.snapshots(of: machine).isEmpty)
            #expect(try Self.value(machine, in: plane).tools.isFrozen == false)
        }
    }

    @Test("quiescing is refused where it cannot be had, and a machine that is off needs none")
    func quiesceImpossible() throws {
        var (plane, machine) = try Self.plane()
        plane.tamper(with: Moref(machine.rawValue)) { $0.tools.isInstalled = false }
        do throws(Refusal) {
            _ = try plane.takeSnapshot(SnapshotRequest(name: "q", quiesce: .required), of: machine)
            Issue.record("it was taken")
        } catch {
            #expect(error.rule == "VMW-043")
        }
        try plane.setPower(.cut, of: machine)
        let taken = try plane.takeSnapshot(SnapshotRequest(name: "q", quiesce: .required), of: machine)
        #expect(taken.notes.map(\.rule) == ["VMW-042"])
    }

    @Test("names with escapes, an unknown method, some disks of many, a snapshot that is gone")
    func oddRequests() throws {
        var (plane, machine) = try Self.plane()
        let taken = try plane.takeSnapshot(SnapshotRequest(name: "50% a/b"), of: machine)
        #expect(taken.name == "50% a/b")
        #expect(try Self.value(machine, in: plane).snapshots.values.map(\.name) == ["50%25 a%2fb"])
        #expect(throws: Refusal.self) {
            try plane.takeSnapshot(SnapshotRequest(name: "x", method: "magic"), of: machine)
        }
        for request in [
            RevertRequest(snapshot: taken.id, method: "magic"), RevertRequest(snapshot: taken.id, disks: [.data]),
            RevertRequest(snapshot: Snapshot.ID(rawValue: "snapshot-99")),
        ] {
            #expect(throws: Refusal.self) { try plane.revert(request, of: machine) }
        }
        try plane.deleteSnapshot(taken.id, of: machine)
        #expect(throws: Refusal.self) { try plane.deleteSnapshot(taken.id, of: machine) }
        #expect(try plane.snapshots(of: machine).isEmpty)
    }

    @Test("deleting consolidates what a locked file left, and tries again where vSAN fails once")
    func cleanup() throws {
        var (plane, machine) = try Self.plane()
        plane.settings.firstRemovalAfterRevertFails = true
        let taken = try plane.takeSnapshot(SnapshotRequest(name: "a"), of: machine)
        _ = try plane.revert(RevertRequest(snapshot: taken.id), of: machine)
        try plane.deleteSnapshot(taken.id, of: machine)
        #expect(try plane.snapshots(of: machine).isEmpty)
        #expect(try plane.consolidationNeeded(of: Moref(machine.rawValue)) == false)
    }

    @Test("a session that died of idleness is opened again")
    func idle() throws {
        var (plane, machine) = try Self.plane()
        plane.advance(by: .days(14))
        #expect(try plane.takeSnapshot(SnapshotRequest(name: "late"), of: machine).state == .ready)
    }

    @Test("everything that was made goes: machines, clones, snapshots and files")
    func removeEverything() throws {
        var (plane, machine) = try Self.plane()
        let taken = try plane.takeSnapshot(SnapshotRequest(name: "a", memory: true), of: machine)
        let report = try plane.revert(RevertRequest(snapshot: taken.id, method: "new-machine"), of: machine)
        try plane.setPower(.on, of: report.machine)
        _ = try plane.makeMachine(Self.spec)
        #expect(plane.virtualMachines.count == 3)
        try plane.removeEverything()
        #expect(plane.leftovers == [])
        #expect(plane.store.datastores["datastore1"]?.used == .zero)
    }

    @Test("every explanation names a fact, a fate and a rule of vSphere, and the usual differences have one")
    func explanations() throws {
        var (plane, machine) = try Self.plane()
        let taken = try plane.takeSnapshot(SnapshotRequest(name: "a"), of: machine)
        let report = try plane.revert(RevertRequest(snapshot: taken.id), of: machine)
        let expected: [(Fact, Fate, RuleID)] = [
            (.power, .changed, "VMW-063"), (.bootID, .changed, "VMW-063"), (.looseFiles, .lost, "VMW-025"),
            (.disk(.root), .changed, "VMW-122"), (.snapshots, .changed, "VMW-061"),
        ]
        for (fact, fate, rule) in expected {
            let situation = Situation(snapshot: taken, revert: report, power: "on")
            let found = VSphere.explanations.filter { $0.accounts(for: fact, fate, in: situation) }
            #expect(found.map(\.rule) == [rule], "\(fact)")
        }
        #expect(VSphere.explanations.allSatisfy { $0.rule?.rawValue.hasPrefix("VMW-") == true && !$0.fates.isEmpty })
    }
}

@Suite("Faults, determinism and forks")
struct FaultTests {
    static let request = SnapshotRequest(name: "s")

    @Test("a refused or throttled call changes nothing but the journal")
    func refused() throws {
        let cases: [(Fault.CallEffect, String)] = [
            (.refuse(code: nil), "SystemError"), (.refuse(code: "NoPermission"), "NoPermission"),
            (.throttle, "ServiceUnavailable"),
        ]
        for (effect, code) in cases {
            for verb in ["CreateSnapshot_Task", "CreateSnapshot", "*"] {
                var (plane, machine) = try ProviderTests.plane()
                try plane.inject(.call(verb: verb, occurrence: 1, effect: effect), into: machine)
                let before = (plane.store, plane.virtualMachines, plane.tasks)
                do throws(Refusal) {
                    _ = try plane.takeSnapshot(Self.request, of: machine)
                    Issue.record("it was taken")
                } catch {
                    #expect(error.code == code)
                    #expect(error.kind == .refused)
                }
                let isSame = plane.store == before.0 && plane.virtualMachines == before.1 && plane.tasks == before.2
                #expect(isSame)
                #expect(plane.takeEvents().last?.text == "CreateSnapshot_Task -> \(code)")
                #expect(try plane.takeSnapshot(Self.request, of: machine).state == .ready, "a fault happens once")
            }
        }
    }

    @Test("the second call of a verb goes wrong when the second was meant")
    func occurrence() throws {
        var (plane, machine) = try ProviderTests.plane()
        try plane.inject(.call(verb: "CreateSnapshot", occurrence: 2, effect: .refuse(code: nil)), into: machine)
        _ = try plane.takeSnapshot(Self.request, of: machine)
        #expect(throws: Refusal.self) { try plane.takeSnapshot(Self.request, of: machine) }
    }

    @Test("a delayed call is done later, and a lost reply is found among the recent tasks")
    func delayAndLoss() throws {
        var (plane, machine) = try ProviderTests.plane()
        let quick = try Self.time(&plane, machine)
        try plane.inject(.call(verb: "CreateSnapshot", occurrence: 1, effect: .delay(.minutes(3))), into: machine)
        #expect(try Self.time(&plane, machine) == quick + .minutes(3))
        try plane.inject(.call(verb: "CreateSnapshot", occurrence: 1, effect: .loseReply), into: machine)
        _ = try plane.takeSnapshot(Self.request, of: machine)
        #expect(try plane.snapshots(of: machine).count == 3)
    }

    private static func time(_ plane: inout VSphere, _ machine: MachineID) throws -> Duration {
        let begin = plane.now
        _ = try plane.takeSnapshot(request, of: machine)
        return plane.now - begin
    }

    @Test("a snapshot that ends in error was begun, failed, and leaves nothing")
    func endsInError() throws {
        var (plane, machine) = try ProviderTests.plane()
        try plane.inject(.snapshotEndsInError, into: machine)
        let files = plane.store.files.keys.sorted()
        do throws(Refusal) {
            _ = try plane.takeSnapshot(SnapshotRequest(name: "s", quiesce: .required), of: machine)
            Issue.record("it was taken")
        } catch {
            #expect(error.kind == .failed)
        }
        #expect(plane.store.files.keys.sorted() == files)
        #expect(try plane.perform(.write(records: 1), on: machine).succeeded)
    }

    @Test("events tell of calls, tasks and power in their order")
    func events() throws {
        var (plane, machine) = try ProviderTests.plane()
        _ = plane.takeEvents()
        let taken = try plane.takeSnapshot(Self.request, of: machine)
        _ = try plane.revert(RevertRequest(snapshot: taken.id), of: machine)
        let texts = plane.takeEvents().map { "\($0.subject) \($0.text)" }
        let task = { (index: Int) in "task-\(index)" }
        #expect(
            texts == [
                "\(machine) CreateSnapshot_Task -> \(task(2))", "\(task(2)) queued -> running",
                "\(task(2)) running -> success", "\(machine) RevertToSnapshot_Task -> \(task(3))",
                "\(machine) poweredOn -> poweredOff", "\(task(3)) queued -> running", "\(task(3)) running -> success",
            ])
        #expect(plane.takeEvents().isEmpty)
    }

    /// A whole flow, as text.
    private static func flow(seed: UInt64) throws -> [String] {
        var (plane, machine) = try ProviderTests.plane(seed: seed)
        _ = try plane.perform(.write(records: 20), on: machine)
        let taken = try plane.takeSnapshot(SnapshotRequest(name: "s", quiesce: .preferred), of: machine)
        let failure = UpgradeFailure(phase: .migrate, cause: .error)
        _ = try plane.perform(.upgrade(version: "2.0", failure: failure), on: machine)
        let report = try plane.revert(RevertRequest(snapshot: taken.id, method: "new-machine"), of: machine)
        try plane.setPower(.on, of: report.machine)
        let facts = try plane.facts(of: report.machine)
        return plane.takeEvents().map { "\($0.instant) \($0.subject) \($0.text)" }
            + facts.found.map { "\($0) = \(facts[$0]?.description ?? "-")" } + plane.leftovers
    }

    @Test("one seed gives one history, another seed another")
    func determinism() throws {
        #expect(try Self.flow(seed: 5) == Self.flow(seed: 5))
        #expect(try Self.flow(seed: 5) != Self.flow(seed: 6))
    }

    @Test("a copy of the plane goes its own way")
    func fork() throws {
        var (plane, machine) = try ProviderTests.plane()
        let taken = try plane.takeSnapshot(Self.request, of: machine)
        let before = plane
        var fork = plane
        _ = try fork.perform(.write(records: 50), on: machine)
        _ = try fork.revert(RevertRequest(snapshot: taken.id), of: machine)
        try fork.removeEverything()
        let isSame = plane == before
        #expect(isSame)
        #expect(try plane.snapshots(of: machine).count == 1)
        #expect(fork.leftovers.isEmpty)
    }
}

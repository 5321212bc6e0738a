import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import ComputeEngine

@Suite("When something goes wrong on the way back")
struct ProviderFaultTests {
    /// A machine with a snapshot, changed since; the plane's journal is empty.
    private func prepared(
        _ method: String? = nil, scope: SnapshotRequest.Scope = .machine
    ) throws -> (plane: ComputeEngine, machine: MachineID, snapshot: Snapshot) {
        var plane = ComputeEngine.seeded()
        let machine = try plane.makeMachine(.small)
        #expect(try plane.perform(.write(records: 10), on: machine).succeeded)
        #expect(try plane.perform(.flush, on: machine).succeeded)
        let snapshot = try plane.takeSnapshot(SnapshotRequest(name: "s", scope: scope, method: method), of: machine)
        #expect(try plane.perform(.write(records: 10), on: machine).succeeded)
        _ = plane.takeEvents()
        return (plane, machine, snapshot)
    }

    private static let swapVerbs = [
        "disks.insert", "instances.stop", "instances.detachDisk", "instances.attachDisk", "instances.start",
    ]

    @Test(
        "a swap that is refused anywhere leaves the machine as it was, and nothing behind",
        arguments: swapVerbs, [1, 2])
    func refusedSwap(verb: String, occurrence: Int) throws {
        var (plane, machine, snapshot) = try prepared()
        let isOnce = ["instances.stop", "instances.start"].contains(verb)
        if isOnce, occurrence == 2 { return }
        let (before, facts) = (plane.leftovers, try plane.facts(of: machine))
        try plane.inject(.call(verb: verb, occurrence: occurrence, effect: .refuse(code: nil)), into: machine)
        #expect(throws: Refusal.self) { try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine) }
        #expect(plane.leftovers == before)
        let after = try plane.facts(of: machine)
        #expect(after[.power] == "on")
        #expect(after[.service] == "healthy")
        #expect(after[.records] == facts[.records])
        for role in [DiskRole.root, .data] { #expect(after[.disk(role)] == facts[.disk(role)]) }
        let attached = plane.instances[try plane.instanceID(machine)]?.disks.map(\.autoDelete)
        #expect(attached == [true, false])
    }

    @Test("a new instance that is refused leaves the old one as it was", arguments: ["machine-image", "snapshot"])
    func refusedInstance(method: String) throws {
        var (plane, machine, snapshot) = try prepared(method)
        let before = plane.leftovers
        let code = OperationError.Code.quotaExceeded.rawValue
        try plane.inject(.call(verb: "instances.insert", occurrence: 1, effect: .refuse(code: code)), into: machine)
        let request = RevertRequest(snapshot: snapshot.id, method: "new-instance")
        let refusal = #expect(throws: Refusal.self) { try plane.revert(request, of: machine) }
        #expect(refusal?.code == code)
        #expect(plane.leftovers == before)
        #expect(try plane.facts(of: machine)[.records] == 20)
        #expect(try plane.facts(of: machine)[.power] == "on")
    }

    @Test("an old instance that cannot be deleted does not undo the way back, and is told of")
    func keptInstance() throws {
        var (plane, machine, snapshot) = try prepared()
        let fault = Fault.call(verb: "instances.delete", occurrence: 1, effect: .refuse(code: nil))
        try plane.inject(fault, into: machine)
        let request = RevertRequest(snapshot: snapshot.id, method: "new-instance")
        let report = try plane.revert(request, of: machine)
        #expect(report.machine != machine)
        #expect(report.notes.contains { $0.text.hasPrefix("The old instance could not be deleted") })
        #expect(try plane.facts(of: report.machine)[.records] == 10)
    }

    @Test(
        "a call that was throttled, lost its answer or came late is done once",
        arguments: [Fault.CallEffect.throttle, .loseReply, .delay(.minutes(3))], swapVerbs)
    func repeatedCalls(effect: Fault.CallEffect, verb: String) throws {
        var (plane, machine, snapshot) = try prepared()
        try plane.inject(.call(verb: verb, occurrence: 1, effect: effect), into: machine)
        let report = try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine)
        #expect(try plane.facts(of: report.machine)[.records] == 10)
        #expect(report.leftRunning)
        #expect(plane.disks.count == 2)
    }

    @Test("a verb that is refused changes nothing", arguments: [nil, "quotaExceeded", "INTERNAL_ERROR"] as [String?])
    func refusedVerb(code: String?) throws {
        var (plane, machine, _) = try prepared()
        let before = plane.inventory
        try plane.inject(.call(verb: "disks.insert", occurrence: 1, effect: .refuse(code: code)), into: machine)
        do throws(ComputeFault) {
            let operation = try plane.insertDisk(InsertDisk(name: "new"), zone: .zoneA)
            #expect(plane.end(of: operation)?.code == .internalError, "it is told in the operation")
            plane.operations[operation.name] = nil
        } catch {
            #expect(error.reason.rawValue == code ?? "resourceNotReady")
        }
        #expect(plane.inventory == before)
    }

    @Test("GCE-057: a provider waits for a creation rate, and says how long that took")
    func rate() throws {
        var plane = ComputeEngine.seeded()
        plane.settings.provider.patience = .hours(2)
        let machine = try plane.makeMachine(.small)
        for index in 0..<7 {
            let start = plane.now
            let request = SnapshotRequest(name: "s\(index)", scope: .disks([.data]))
            #expect(try plane.takeSnapshot(request, of: machine).state == .ready)
            #expect((plane.now - start > .minutes(30)) == (index == 6))
        }
        plane.settings.provider.patience = .zero
        let request = SnapshotRequest(name: "late", scope: .disks([.data]))
        while (try? plane.takeSnapshot(request, of: machine)) != nil {}
        let before = plane.leftovers
        let refusal = #expect(throws: Refusal.self) { try plane.takeSnapshot(request, of: machine) }
        #expect(refusal?.rule == "GCE-057")
        #expect(plane.leftovers == before)
    }

    @Test("GCE-058: the rate of a snapshot met in the middle of a revert leaves the machine as it was")
    func restoreRate() throws {
        var (plane, machine, snapshot) = try prepared("snapshot")
        plane.settings.provider.patience = .zero
        for _ in 0..<6 { _ = try plane.revert(RevertRequest(snapshot: snapshot.id, disks: [.data]), of: machine) }
        let before = plane.leftovers
        let refusal = #expect(throws: Refusal.self) {
            try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine)
        }
        #expect(refusal?.rule == "GCE-058")
        #expect(plane.leftovers == before)
        #expect(try plane.facts(of: machine)[.service] == "healthy")
    }

    @Test("GCE-107 and GCE-119: a swap gives auto-delete back to the new disks and loses the lent address")
    func swapped() throws {
        var (plane, machine, snapshot) = try prepared()
        let id = try plane.instanceID(machine)
        let address = plane.instances[id]?.natIP
        let report = try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine)
        #expect(plane.instances[id]?.disks.map(\.autoDelete) == [true, false])
        #expect(plane.instances[id]?.natIP != address)
        #expect(report.notes.contains { $0.rule == "GCE-107" })
        #expect(report.notes.contains { $0.rule == "GCE-119" })
        #expect(report.notes.contains { $0.rule == "GCE-125" })
    }

    @Test("GCE-123: without room in the zone the disks are back and the machine is left stopped")
    func stockOut() throws {
        var (plane, machine, snapshot) = try prepared()
        plane.setCapacity(0, zone: .zoneA)
        let report = try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine)
        #expect(!report.leftRunning)
        #expect(report.notes.contains { $0.rule == "GCE-123" })
        #expect(try plane.facts(of: machine)[.power] == "off")
        plane.setCapacity(nil, zone: .zoneA)
        try plane.setPower(.on, of: machine)
        #expect(try plane.facts(of: machine)[.records] == 10)
    }

    @Test("GCE-123: a stock-out that passes is waited for")
    func passingStockOut() throws {
        var (plane, machine, snapshot) = try prepared()
        let code = OperationError.Code.stockOut.rawValue
        try plane.inject(.call(verb: "instances.start", occurrence: 1, effect: .refuse(code: code)), into: machine)
        let report = try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine)
        #expect(report.leftRunning)
        #expect(try plane.facts(of: machine)[.records] == 10)
    }

    @Test("GCE-085: a replaced disk is kept while its instant snapshots are wanted, and goes with the snapshot")
    func keptDisk() throws {
        var (plane, machine, snapshot) = try prepared("instant-snapshot-group")
        let report = try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine)
        #expect(report.notes.contains { $0.rule == "GCE-085" })
        #expect(plane.disks.count == 4)
        #expect(try plane.perform(.write(records: 5), on: machine).succeeded)
        _ = try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine)
        #expect(try plane.facts(of: machine)[.records] == 10, "and can be reverted to again")
        try plane.deleteSnapshot(snapshot.id, of: machine)
        #expect(plane.disks.count == 2)
    }

    @Test("GCE-085: a way back that deletes the replaced disks takes their instant snapshots along, and says so")
    func deletedDisk() throws {
        var (plane, machine, instant) = try prepared("instant-snapshot-group")
        let apart = try plane.takeSnapshot(SnapshotRequest(name: "apart"), of: machine)
        let way = RevertRequest(snapshot: apart.id, method: "swap-disks-and-delete")
        let report = try plane.revert(way, of: machine)
        #expect(report.method == "swap-disks-and-delete")
        #expect(report.notes.filter { $0.rule == "GCE-085" }.count == 2)
        #expect(plane.disks.count == 2 && plane.instantSnapshots.isEmpty)
        #expect(try plane.facts(of: machine)[.snapshots] == 1)
        #expect(try plane.snapshots(of: machine).map(\.state) == [.failed, .ready])
        let refusal = #expect(throws: Refusal.self) {
            try plane.revert(RevertRequest(snapshot: instant.id), of: machine)
        }
        #expect(refusal?.rule == "GCE-085")
        try plane.deleteSnapshot(instant.id, of: machine)
        _ = try plane.revert(RevertRequest(snapshot: apart.id), of: machine)
        #expect(try plane.snapshots(of: machine).map(\.id) == [apart.id])
    }

    @Test("GCE-085: whoever deletes the disk first has no instant snapshot left to go back to")
    func lostWithDisk() throws {
        var (plane, machine, snapshot) = try prepared("instant-snapshot-group")
        let id = try plane.instanceID(machine)
        for attached in plane.instances[id]?.disks ?? [] {
            plane.disks[attached.disk].map { plane.remove($0.instantSnapshots[0]) }
        }
        let before = plane.inventory
        let refusal = #expect(throws: Refusal.self) {
            try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine)
        }
        #expect(refusal?.rule == "GCE-085")
        #expect(plane.inventory == before)
    }

    @Test(
        "a snapshot that ends in error leaves nothing behind",
        arguments: ["machine-image", "snapshot", "consistency-group", "instant-snapshot-group"])
    func failedSnapshot(method: String) throws {
        var plane = ComputeEngine.seeded()
        let machine = try plane.makeMachine(.small)
        let before = plane.leftovers
        try plane.inject(.snapshotEndsInError, into: machine)
        let request = SnapshotRequest(name: "s", method: method)
        let refusal = #expect(throws: Refusal.self) { try plane.takeSnapshot(request, of: machine) }
        #expect(refusal?.code == "INTERNAL_ERROR")
        #expect(refusal?.kind == .failed)
        #expect(plane.leftovers == before)
        #expect(try plane.facts(of: machine)[.snapshots] == 0)
        #expect(try plane.takeSnapshot(request, of: machine).state == .ready, "it strikes once")
    }

    @Test(
        "a guest that cannot be quiesced is refused or taken without, as was asked for",
        arguments: [Fault.agentHangs, .quiesceRefused], [SnapshotRequest.Quiesce.required, .preferred])
    func unquiesced(fault: Fault, wish: SnapshotRequest.Quiesce) throws {
        var plane = ComputeEngine.seeded()
        let machine = try plane.makeMachine(.small)
        let before = plane.leftovers
        try plane.inject(fault, into: machine)
        let request = SnapshotRequest(name: "s", quiesce: wish)
        guard wish == .preferred else {
            let refusal = #expect(throws: Refusal.self) { try plane.takeSnapshot(request, of: machine) }
            #expect(refusal?.rule == "GCE-072")
            #expect(plane.leftovers == before)
            return
        }
        let snapshot = try plane.takeSnapshot(request, of: machine)
        #expect(!snapshot.isQuiesced)
        #expect(snapshot.notes.contains { $0.rule == "GCE-072" })
    }

    @Test("GCE-074: a flush runs the guest's own scripts, and a group of instant snapshots knows none")
    func scripts() throws {
        var plane = ComputeEngine.seeded()
        let machine = try plane.makeMachine(.small)
        let flushed = try plane.takeSnapshot(SnapshotRequest(name: "a", quiesce: .required), of: machine)
        #expect(flushed.notes.contains { $0.rule == "GCE-074" })
        let request = SnapshotRequest(name: "b", quiesce: .required, method: "consistency-group")
        let refusal = #expect(throws: Refusal.self) { try plane.takeSnapshot(request, of: machine) }
        #expect(refusal?.kind == .unsupported)
        #expect(refusal?.rule == "GCE-074")
    }

    @Test("what a platform does not know is unsupported, and names what it knows")
    func unsupported() throws {
        var (plane, machine, snapshot) = try prepared("snapshot", scope: .disks([.data]))
        let memory = #expect(throws: Refusal.self) {
            try plane.takeSnapshot(SnapshotRequest(name: "m", memory: true), of: machine)
        }
        #expect(memory?.rule == "GCE-093")
        let method = #expect(throws: Refusal.self) {
            try plane.takeSnapshot(SnapshotRequest(name: "m", method: "tape"), of: machine)
        }
        #expect(method?.kind == .unsupported)
        let way = #expect(throws: Refusal.self) {
            try plane.revert(RevertRequest(snapshot: snapshot.id, method: "tape"), of: machine)
        }
        #expect(way?.message.contains("swap-disks, new-instance") == true)
        let bootless = #expect(throws: Refusal.self) {
            try plane.revert(RevertRequest(snapshot: snapshot.id, method: "new-instance"), of: machine)
        }
        #expect(bootless?.rule == "GCE-106")
    }

    @Test("a suspended machine is resumed before its disks are swapped")
    func suspended() throws {
        var (plane, machine, snapshot) = try prepared()
        plane.end(of: try plane.suspendInstance("web", zone: .zoneA))
        _ = try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine)
        #expect(try plane.facts(of: machine)[.records] == 10)
    }

    @Test("a reserved address goes along with a new instance, and policies with swapped disks")
    func goesAlong() throws {
        var plane = ComputeEngine.seeded()
        let machine = try plane.makeMachine(.small)
        let id = try plane.instanceID(machine)
        plane.end(of: try plane.insertAddress("ip"))
        plane.end(of: try plane.deleteAccessConfig(of: "web", zone: .zoneA))
        plane.end(of: try plane.addAccessConfig(.reserved("ip"), to: "web", zone: .zoneA))
        let address = plane.instances[id]?.natIP
        plane.end(of: try plane.insertPolicy("p", .snapshotSchedule(SnapshotSchedule(cycle: .weekly))))
        let policy = "regions/us-central1/resourcePolicies/p"
        plane.end(of: try plane.addResourcePolicies([policy], toDisk: "web-data", zone: .zoneA))
        let snapshot = try plane.takeSnapshot(SnapshotRequest(name: "s"), of: machine)
        _ = try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine)
        let data = plane.instances[id]?.disks.first { $0.role == .data }.flatMap { plane.disks[$0.disk] }
        #expect(data?.policies.count == 1)
        let report = try plane.revert(RevertRequest(snapshot: snapshot.id, method: "new-instance"), of: machine)
        #expect(try plane.facts(of: report.machine)[.publicAddress] == address.map(FactValue.text))
    }

    @Test("data outside stays as it is when a new instance takes the place")
    func outside() throws {
        var plane = ComputeEngine.seeded()
        var spec = MachineSpec.small
        spec.appliance = .circleCIServices
        spec.layout.externalDatabase = true
        let machine = try plane.makeMachine(spec)
        #expect(try plane.perform(.write(records: 10), on: machine).succeeded)
        let snapshot = try plane.takeSnapshot(SnapshotRequest(name: "s"), of: machine)
        #expect(try plane.perform(.write(records: 10), on: machine).succeeded)
        let report = try plane.revert(RevertRequest(snapshot: snapshot.id, method: "new-instance"), of: machine)
        #expect(try plane.facts(of: report.machine)[.records] == 20)
    }
}

import HashTreeCollections
import Hypervisor
import LabCore
import Testing

@testable import AzureCompute

@Suite("When something goes wrong on the way back")
struct ProviderFaultTests {
    /// A machine with a snapshot, changed since.
    private func prepared() throws -> (plane: AzureCompute, machine: MachineID, snapshot: Snapshot) {
        try Self.usual.get()
    }

    private static let usual = Result { () throws -> (plane: AzureCompute, machine: MachineID, snapshot: Snapshot) in
        var (plane, machine, _) = try AzureCompute.withMachine()
        _ = try plane.perform(.write(records: 10), on: machine)
        _ = try plane.perform(.flush, on: machine)
        let snapshot = try plane.takeSnapshot(SnapshotRequest(name: "s"), of: machine)
        _ = try plane.perform(.write(records: 10), on: machine)
        _ = try plane.perform(.flush, on: machine)
        return (plane, machine, snapshot)
    }

    /// The calls of a revert, in their order.
    private func calls(of method: String) throws -> [String] {
        var (plane, machine, snapshot) = try prepared()
        _ = plane.takeEvents()
        _ = try plane.revert(RevertRequest(snapshot: snapshot.id, method: method), of: machine)
        return plane.takeEvents().map(\.text).filter { $0.contains(" -> ") && $0.contains("_") }
            .map { String($0.prefix { $0 != " " }) }
    }

    @Test("the calls of both ways back are those of the published procedures")
    func procedures() throws {
        let swap = [
            "Disks_CreateOrUpdate", "Disks_CreateOrUpdate", "VirtualMachines_Deallocate", "VirtualMachines_Update",
            "VirtualMachines_Update", "VirtualMachines_Update", "VirtualMachines_Start", "Disks_Delete", "Disks_Delete",
        ]
        #expect(try calls(of: "swap-os-disk") == swap)
        let new = [
            "Disks_CreateOrUpdate", "Disks_CreateOrUpdate", "VirtualMachines_Deallocate",
            "PublicIPAddresses_CreateOrUpdate", "NetworkInterfaces_CreateOrUpdate", "VirtualMachines_CreateOrUpdate",
            "VirtualMachines_Delete", "Disks_Delete", "Disks_Delete", "NetworkInterfaces_Delete",
            "PublicIPAddresses_Delete",
        ]
        #expect(try calls(of: "new-machine") == new)
    }

    /// Both ways with each of their calls going wrong in each way.
    private static let effects: [Fault.CallEffect] = [
        .refuse(code: nil), .refuse(code: "OverconstrainedAllocationRequest"), .refuse(code: "AllocationFailed"),
        .refuse(code: "InternalExecutionError"), .throttle, .loseReply, .delay(.minutes(3)),
    ]

    @Test(
        "whatever goes wrong at whichever call, the machine is reverted or as it was, or the answer says so",
        arguments: ["swap-os-disk", "new-machine"], effects)
    func everyCall(method: String, effect: Fault.CallEffect) throws {
        let count = try calls(of: method).count
        for occurrence in 1...count {
            var (plane, machine, snapshot) = try prepared()
            let before = (facts: try plane.facts(of: machine), leftovers: plane.leftovers)
            try plane.inject(.call(verb: "*", occurrence: occurrence, effect: effect), into: machine)
            let about = "\(method), call \(occurrence), \(effect)"
            do throws(Refusal) {
                let report = try plane.revert(RevertRequest(snapshot: snapshot.id, method: method), of: machine)
                checkReverted(plane, report, before.leftovers, about)
            } catch {
                checkUntouched(plane, machine, before.facts, before.leftovers, error, about)
            }
        }
    }

    private func checkReverted(_ plane: AzureCompute, _ report: RevertReport, _ leftovers: [String], _ about: String) {
        let facts = try? plane.facts(of: report.machine)
        #expect(facts?[.records] == 10, "\(about)")
        #expect((facts?[.power] == "on") == report.leftRunning, "\(about)")
        if plane.leftovers.count > leftovers.count {
            #expect(report.notes.contains { $0.text.contains("could not be deleted") }, "\(about)")
        }
    }

    private func checkUntouched(
        _ plane: AzureCompute, _ machine: MachineID, _ before: Facts, _ leftovers: [String], _ refusal: Refusal,
        _ about: String
    ) {
        let facts = try? plane.facts(of: machine)
        #expect(plane.leftovers == leftovers, "nothing is orphaned: \(about), \(refusal)")
        #expect(facts?[.records] == 20, "\(about), \(refusal)")
        for role in [DiskRole.root, .data] {
            #expect(facts?[.disk(role)] == before[.disk(role)], "\(about), \(refusal)")
        }
        if facts?[.power] != "on" { #expect(refusal.message.contains("start"), "\(about), \(refusal)") }
        if facts?[.publicAddress] != before[.publicAddress] {
            #expect(refusal.message.contains("dynamic address"), "\(about), \(refusal)")
        }
    }

    @Test("AZ-091: without room the disks are back and the machine is left deallocated, which the report says")
    func noRoom() throws {
        var (plane, machine, snapshot) = try prepared()
        plane.settings.quotas.allocatableCores = 0
        let report = try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine)
        #expect(!report.leftRunning && report.notes.contains { $0.rule == "AZ-091" })
        #expect(try plane.facts(of: machine)[.power] == "off")
        plane.settings.quotas.allocatableCores = nil
        try plane.setPower(.on, of: machine)
        #expect(try plane.facts(of: machine)[.records] == 10)
    }

    @Test("AZ-121: a lock that allows nothing leaves the machine as it was")
    func locked() throws {
        var (plane, machine, snapshot) = try prepared()
        let id = try plane.machineID(machine)
        _ = try plane.createLock("still", on: id, .readOnly)
        let before = plane.leftovers
        let refusal = #expect(throws: Refusal.self) {
            try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine)
        }
        #expect(refusal?.rule == "AZ-121")
        #expect(plane.leftovers == before)
        #expect(try plane.facts(of: machine)[.records] == 20)
    }

    @Test("AZ-120: a lock against deletion does not undo the way back, and the report says what stays")
    func undeletable() throws {
        var (plane, machine, snapshot) = try prepared()
        _ = try plane.createLock("keep", on: plane.id(ofGroup: plane.settings.provider.group), .cannotDelete)
        let report = try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine)
        #expect(report.notes.filter { $0.rule == "AZ-120" }.count == 2)
        #expect(try plane.facts(of: machine)[.records] == 10)
    }

    @Test(
        "whatever goes wrong while a snapshot is taken, there is one afterwards or nothing of one",
        arguments: ["restore-point", "incremental-snapshots"], effects)
    func taking(method: String, effect: Fault.CallEffect) throws {
        for occurrence in 1...3 {
            var (plane, machine, _) = try prepared()
            let before = plane.leftovers
            try plane.inject(.call(verb: "*", occurrence: occurrence, effect: effect), into: machine)
            do throws(Refusal) {
                let snapshot = try plane.takeSnapshot(SnapshotRequest(name: "t", method: method), of: machine)
                #expect(snapshot.state == .ready)
            } catch { #expect(plane.leftovers == before, "\(method), call \(occurrence), \(effect): \(error)") }
            #expect(try plane.facts(of: machine)[.service] == "healthy")
        }
    }

    @Test(
        "a snapshot that ends in error leaves nothing behind, and the next one is well",
        arguments: [
            "restore-point", "incremental-snapshots", "full-snapshots",
        ])
    func failedSnapshot(method: String) throws {
        var (plane, machine, _) = try prepared()
        let before = plane.leftovers
        try plane.inject(.snapshotEndsInError, into: machine)
        let request = SnapshotRequest(name: "t", method: method)
        let refusal = #expect(throws: Refusal.self) { try plane.takeSnapshot(request, of: machine) }
        #expect(refusal?.kind == .failed)
        #expect(plane.leftovers == before)
        #expect(try plane.takeSnapshot(request, of: machine).state == .ready)
    }
}

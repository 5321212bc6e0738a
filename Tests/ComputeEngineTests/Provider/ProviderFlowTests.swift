import Hypervisor
import LabCore
import Testing

@testable import ComputeEngine

@Suite("The way back on Compute Engine, from beginning to end")
struct ProviderFlowTests {
    /// How a snapshot is taken, how it is reverted to, and what came back of what was not synced.
    struct Row: CustomTestStringConvertible, Sendable {
        var method: String?
        var scope: SnapshotRequest.Scope
        var quiesce: SnapshotRequest.Quiesce
        var way: String?
        var keepsUnsynced: Bool
        var testDescription: String { "\(method ?? "usual") \(quiesce) \(way ?? "usual")" }
    }

    static let both: SnapshotRequest.Scope = .disks([.root, .data])

    @Test(
        "what was synced comes back, what came later does not, and what was not synced only after a flush",
        arguments: [
            Row(method: nil, scope: .machine, quiesce: .off, way: nil, keepsUnsynced: false),
            Row(method: nil, scope: .machine, quiesce: .required, way: nil, keepsUnsynced: true),
            Row(method: nil, scope: .machine, quiesce: .required, way: "new-instance", keepsUnsynced: true),
            Row(method: nil, scope: .machine, quiesce: .off, way: "new-instance", keepsUnsynced: false),
            Row(method: nil, scope: both, quiesce: .off, way: nil, keepsUnsynced: false),
            Row(method: nil, scope: both, quiesce: .off, way: "new-instance", keepsUnsynced: false),
            Row(method: nil, scope: both, quiesce: .preferred, way: nil, keepsUnsynced: true),
            Row(method: nil, scope: .disks([.data]), quiesce: .required, way: nil, keepsUnsynced: true),
            Row(method: nil, scope: .disks([.data]), quiesce: .off, way: "swap-disks", keepsUnsynced: false),
            Row(method: "instant-snapshot-group", scope: .machine, quiesce: .off, way: nil, keepsUnsynced: false),
            Row(
                method: "instant-snapshot-group", scope: .machine, quiesce: .off, way: "new-instance",
                keepsUnsynced: false),
            Row(method: "snapshot", scope: .machine, quiesce: .required, way: nil, keepsUnsynced: true),
        ])
    func comesBack(row: Row) throws {
        var plane = ComputeEngine(seed: 3)
        let machine = try plane.makeMachine(.small)
        #expect(try plane.perform(.write(records: 20), on: machine).succeeded)
        #expect(try plane.perform(.flush, on: machine).succeeded)
        #expect(try plane.perform(.writeLooseFiles(5), on: machine).succeeded)
        let wanted = try plane.facts(of: machine)
        let request = SnapshotRequest(name: "before", scope: row.scope, quiesce: row.quiesce, method: row.method)
        let snapshot = try plane.takeSnapshot(request, of: machine)
        #expect(snapshot.state == .ready)
        #expect(snapshot.isQuiesced == row.keepsUnsynced)
        #expect(try plane.perform(.write(records: 30), on: machine).succeeded)
        #expect(try plane.perform(.flush, on: machine).succeeded)
        #expect(try plane.facts(of: machine)[.records] == 50)

        let report = try plane.revert(RevertRequest(snapshot: snapshot.id, method: row.way), of: machine)
        let found = try plane.facts(of: report.machine)
        #expect(found[.power] == "on")
        #expect(found[.service] == "healthy")
        #expect(found[.records] == 20)
        #expect(found[.data] == wanted[.data])
        #expect(found[.looseFiles] == .number(row.keepsUnsynced ? 5 : 0))
        #expect((report.machine == machine) == (row.way != "new-instance"))
        #expect(try plane.snapshots(of: report.machine).map(\.id) == [snapshot.id])

        try plane.deleteSnapshot(snapshot.id, of: report.machine)
        #expect(try plane.snapshots(of: report.machine) == [])
        #expect(plane.leftovers.count == 3, "the instance and its two disks: \(plane.leftovers)")
        try plane.removeEverything()
        #expect(plane.leftovers == [])
    }

    @Test("a machine that reserves its address has it through a stop and through every way back")
    func reservedAddress() throws {
        var plane = ComputeEngine(seed: 3)
        var spec = MachineSpec.small
        spec.reservesAddress = true
        var machine = try plane.makeMachine(spec)
        let address = try #require(try plane.facts(of: machine)[.publicAddress])
        try plane.setPower(.shutDown, of: machine)
        try plane.setPower(.on, of: machine)
        #expect(try plane.facts(of: machine)[.publicAddress] == address)
        let snapshot = try plane.takeSnapshot(SnapshotRequest(name: "before"), of: machine)
        for way in ["swap-disks", "new-instance"] {
            machine = try plane.revert(RevertRequest(snapshot: snapshot.id, method: way), of: machine).machine
            #expect(try plane.facts(of: machine)[.publicAddress] == address, "\(way)")
        }
        try plane.removeEverything()
        #expect(plane.leftovers == [])
    }
}

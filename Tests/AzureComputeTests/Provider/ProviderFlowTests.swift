import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import AzureCompute

@Suite("The reference provider")
struct ProviderFlowTests {
    /// The lab's machine with ten records.
    private func prepared() throws -> (plane: AzureCompute, machine: MachineID, id: ResourceID) {
        var (plane, machine, id) = try AzureCompute.withMachine()
        #expect(try plane.perform(.write(records: 10), on: machine).succeeded)
        #expect(try plane.perform(.flush, on: machine).succeeded)
        return (plane, machine, id)
    }

    @Test(
        "AZ-113: every way of taking a snapshot leads back by every way that fits",
        arguments: ["restore-point", "incremental-snapshots", "full-snapshots"], ["swap-os-disk", "new-machine"])
    func ways(taking: String, back: String) throws {
        var (plane, machine, _) = try prepared()
        let snapshot = try plane.takeSnapshot(SnapshotRequest(name: "s", method: taking), of: machine)
        #expect(snapshot.method == taking && snapshot.state == .ready && snapshot.disks == [.root, .data])
        let failure = UpgradeFailure(phase: .migrate, cause: .error)
        _ = try plane.perform(.upgrade(version: "2.0", failure: failure), on: machine)
        let before = plane.leftovers.count
        let report = try plane.revert(RevertRequest(snapshot: snapshot.id, method: back), of: machine)
        #expect(report.method == back && report.leftRunning)
        #expect((report.machine != machine) == (back == "new-machine"))
        let facts = try plane.facts(of: report.machine)
        #expect(facts[.version] == "1.0" && facts[.service] == "healthy" && facts[.records] == 10)
        #expect(plane.leftovers.count == before, "nothing is left of what was replaced")
        #expect(try plane.snapshots(of: report.machine).map(\.id) == [snapshot.id])
        try plane.deleteSnapshot(snapshot.id, of: report.machine)
        #expect(plane.snapshots.isEmpty && plane.restorePoints.isEmpty && plane.restorePointCollections.isEmpty)
    }

    @Test("AZ-126 and AZ-092: a swap says what the deallocation takes, and keeps what the machine is")
    func identity() throws {
        var (plane, machine, id) = try prepared()
        let before = (facts: try plane.facts(of: machine), vmID: plane.virtualMachines[id]?.vmID)
        let snapshot = try plane.takeSnapshot(SnapshotRequest(name: "s"), of: machine)
        let report = try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine)
        let rules = report.notes.compactMap(\.rule)
        #expect(rules.contains("AZ-126") && rules.contains("AZ-092") && rules.contains("AZ-080"))
        let after = try plane.facts(of: machine)
        #expect(after[.publicAddress] != before.facts[.publicAddress])
        for fact in [Fact.privateAddress, .hardwareAddress, .machine] { #expect(after[fact] == before.facts[fact]) }
        #expect(plane.virtualMachines[id]?.vmID == before.vmID)
    }

    @Test("an OS disk that is swapped alone leaves the data disk ahead, and the report says so")
    func rootAlone() throws {
        var (plane, machine, _) = try prepared()
        let snapshot = try plane.takeSnapshot(SnapshotRequest(name: "s"), of: machine)
        #expect(try plane.perform(.write(records: 5), on: machine).succeeded)
        let request = RevertRequest(snapshot: snapshot.id, disks: [.root])
        let report = try plane.revert(request, of: machine)
        #expect(report.notes.contains { $0.text.contains("may be ahead") })
        #expect(try plane.facts(of: machine)[.records] == 15)
    }

    @Test("a data disk comes back alone, at the same LUN and with the same caching")
    func dataAlone() throws {
        var (plane, machine, id) = try prepared()
        let request = SnapshotRequest(name: "s", scope: .disks([.data]))
        let snapshot = try plane.takeSnapshot(request, of: machine)
        #expect(snapshot.method == "incremental-snapshots")
        let before = plane.virtualMachines[id]
        #expect(try plane.perform(.write(records: 5), on: machine).succeeded)
        let report = try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine)
        #expect(report.method == "swap-data-disk")
        let after = plane.virtualMachines[id]
        #expect(after?.osDisk == before?.osDisk)
        #expect(after?.dataDisks.map(\.lun) == before?.dataDisks.map(\.lun))
        #expect(after?.dataDisks.map(\.caching) == before?.dataDisks.map(\.caching))
        #expect(after?.dataDisks.map(\.disk) != before?.dataDisks.map(\.disk))
        #expect(try plane.facts(of: machine)[.records] == 10)
    }

    @Test("a new machine takes along the disks that the snapshot does not hold")
    func stayingDisk() throws {
        var (plane, machine, _) = try prepared()
        let request = SnapshotRequest(name: "s", scope: .disks([.root]))
        let snapshot = try plane.takeSnapshot(request, of: machine)
        #expect(try plane.perform(.write(records: 5), on: machine).succeeded)
        let report = try plane.revert(RevertRequest(snapshot: snapshot.id, method: "new-machine"), of: machine)
        let facts = try plane.facts(of: report.machine)
        #expect(facts[.records] == 15 && facts[.service] == "healthy")
    }

    @Test("what is replaced is kept where that is wished for")
    func kept() throws {
        for method in ["swap-os-disk", "new-machine"] {
            var (plane, machine, id) = try prepared()
            plane.settings.provider.keepsReplaced = true
            let snapshot = try plane.takeSnapshot(SnapshotRequest(name: "s"), of: machine)
            let old = plane.virtualMachines[id]?.allDisks ?? []
            _ = try plane.revert(RevertRequest(snapshot: snapshot.id, method: method), of: machine)
            #expect(old.allSatisfy { plane.disks[$0] != nil })
            #expect((plane.virtualMachines[id]?.power == .deallocated) == (method == "new-machine"))
        }
    }

    @Test(
        "AZ-108: a snapshot of a machine at rest is asked for as the wish is, and says what was achieved",
        arguments: SnapshotRequest.Quiesce.allCases)
    func quiesce(wish: SnapshotRequest.Quiesce) throws {
        var (plane, machine, _) = try prepared()
        let snapshot = try plane.takeSnapshot(SnapshotRequest(name: "s", quiesce: wish), of: machine)
        #expect(snapshot.isQuiesced == (wish != .off))
        let achieved = wish == .off ? "CrashConsistent" : "FileSystemConsistent"
        #expect(snapshot.notes.contains { $0.rule == "AZ-108" && $0.text.contains(achieved) })
    }

    @Test(
        "AZ-105: a guest that cannot be brought to rest is refused or taken past, as was asked for",
        arguments: [Fault.agentHangs, .quiesceRefused], [SnapshotRequest.Quiesce.required, .preferred])
    func unquiesced(fault: Fault, wish: SnapshotRequest.Quiesce) throws {
        var (plane, machine, _) = try prepared()
        let before = plane.leftovers
        try plane.inject(fault, into: machine)
        let request = SnapshotRequest(name: "s", quiesce: wish)
        guard wish == .preferred else {
            let refusal = #expect(throws: Refusal.self) { try plane.takeSnapshot(request, of: machine) }
            #expect(refusal?.rule == "AZ-105" && refusal?.kind == .failed)
            #expect(plane.leftovers == before, "the failed point went with it")
            return
        }
        let snapshot = try plane.takeSnapshot(request, of: machine)
        #expect(!snapshot.isQuiesced && snapshot.state == .ready)
        #expect(snapshot.notes.contains { $0.rule == "AZ-105" })
        #expect(plane.restorePoints.count == 1)
    }

    @Test("AZ-021: snapshots of disks do not reach the guest, so a rest cannot be demanded of them")
    func disksAlone() throws {
        var (plane, machine, _) = try prepared()
        var request = SnapshotRequest(name: "s", quiesce: .required, method: "full-snapshots")
        let refusal = #expect(throws: Refusal.self) { try plane.takeSnapshot(request, of: machine) }
        #expect(refusal?.kind == .unsupported && refusal?.rule == "AZ-021")
        try plane.setPower(.shutDown, of: machine)
        #expect(try plane.takeSnapshot(request, of: machine).isQuiesced)
        try plane.setPower(.on, of: machine)
        request = SnapshotRequest(name: "t", scope: .disks([.data]), quiesce: .required)
        #expect(try plane.takeSnapshot(request, of: machine).method == "restore-point")
    }

    @Test("what the platform has not got is unsupported, and what the machine has not got refused")
    func unsupported() throws {
        var (plane, machine, _) = try prepared()
        let snapshot = try plane.takeSnapshot(SnapshotRequest(name: "s", scope: .disks([.data])), of: machine)
        let takes = [SnapshotRequest(name: "m", memory: true), SnapshotRequest(name: "m", method: "checkpoint")]
        for request in takes {
            let refusal = #expect(throws: Refusal.self) { try plane.takeSnapshot(request, of: machine) }
            #expect(refusal?.kind == .unsupported)
        }
        for method in ["swap-os-disk", "new-machine", "apply"] {
            let request = RevertRequest(snapshot: snapshot.id, method: method)
            let refusal = #expect(throws: Refusal.self) { try plane.revert(request, of: machine) }
            #expect(refusal?.kind == .unsupported, "\(method)")
        }
        for request in [
            RevertRequest(snapshot: snapshot.id, disks: [.root]), RevertRequest(snapshot: Snapshot.ID(rawValue: "x")),
        ] {
            let refusal = #expect(throws: Refusal.self) { try plane.revert(request, of: machine) }
            #expect(refusal?.kind == .refused)
        }
    }

    @Test("AZ-099: the provider waits for the pace of restore points as long as its patience lasts")
    func pace() throws {
        var (plane, machine, _) = try prepared()
        for index in 0..<3 { _ = try plane.takeSnapshot(SnapshotRequest(name: "s\(index)"), of: machine) }
        let before = plane.leftovers
        let refusal = #expect(throws: Refusal.self) { try plane.takeSnapshot(SnapshotRequest(name: "x"), of: machine) }
        #expect(refusal?.rule == "AZ-099")
        #expect(plane.leftovers == before)
        plane.settings.provider.patience = .hours(2)
        #expect(try plane.takeSnapshot(SnapshotRequest(name: "x"), of: machine).state == .ready)
    }

    @Test("AZ-035: a snapshot of a Premium SSD v2 disk that was not waited for is no way back before it is copied")
    func pendingSnapshot() throws {
        var plane = AzureCompute.seeded()
        var spec = MachineSpec.small
        spec.disks[1].type = "PremiumV2_LRS"
        let machine = try plane.makeMachine(spec)
        _ = try plane.perform(.write(records: 10), on: machine)
        _ = try plane.perform(.flush, on: machine)
        var request = SnapshotRequest(name: "s", scope: .disks([.data]), waits: false)
        let snapshot = try plane.takeSnapshot(request, of: machine)
        #expect(snapshot.state == .pending)
        _ = try plane.perform(.write(records: 5), on: machine)
        let before = plane.inventory
        let refusal = #expect(throws: Refusal.self) {
            try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine)
        }
        #expect(refusal?.rule == "AZ-035")
        #expect(plane.inventory == before)
        plane.advance(by: .hours(1))
        _ = try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine)
        #expect(try plane.facts(of: machine)[.records] == 10)
        #expect(plane.disks.values.contains { $0.sku == .premiumV2 && $0.managedBy != nil })
        request.waits = true
        #expect(try plane.takeSnapshot(request, of: machine).state == .ready, "the wait is for the copy")
    }

    @Test("an OS disk cannot lie on what copies its snapshots afterwards")
    func osDiskType() throws {
        var plane = AzureCompute.seeded()
        var spec = MachineSpec.small
        spec.disks[0].type = "UltraSSD_LRS"
        let wrong = spec
        let refusal = #expect(throws: Refusal.self) { try plane.makeMachine(wrong) }
        #expect(refusal?.kind == .unsupported)
        spec.disks[0].type = "StandardSSD_LRS"
        let machine = try plane.makeMachine(spec)
        #expect(try plane.facts(of: machine)[.service] == "healthy")
        #expect(plane.disks.values.contains { $0.sku == .standardSSD && $0.osType != nil })
    }

    @Test("a snapshot whose member is gone is no way back, and nothing is touched")
    func missingMember() throws {
        var (plane, machine, _) = try prepared()
        let snapshot = try plane.takeSnapshot(SnapshotRequest(name: "s", method: "full-snapshots"), of: machine)
        let member = try #require(plane.snapshots.keys.sorted().first)
        plane.end(of: try plane.deleteSnapshot(member))
        #expect(try plane.snapshots(of: machine).first?.state == .failed)
        let before = plane.inventory
        #expect(throws: Refusal.self) { try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine) }
        #expect(plane.inventory == before)
    }
}

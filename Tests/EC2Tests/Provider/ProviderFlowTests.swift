import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import EC2

@Suite("The reference provider, end to end")
struct ProviderFlowTests {
    /// Ways of taking a snapshot, and whether what the guest had only in its cache comes back.
    struct Taking: Sendable {
        var name: String
        var request: SnapshotRequest
        var keepsCache: Bool
    }

    static let takings = [
        Taking(name: "set", request: SnapshotRequest(name: "before"), keepsCache: false),
        Taking(name: "frozen set", request: SnapshotRequest(name: "before", quiesce: .required), keepsCache: true),
        Taking(name: "image", request: SnapshotRequest(name: "before", method: "image"), keepsCache: true),
        Taking(
            name: "image without reboot", request: SnapshotRequest(name: "before", method: "image-no-reboot"),
            keepsCache: false),
    ]

    @Test(
        "what was flushed before the snapshot comes back, what was cached only if it was quiesced, what came later not",
        arguments: takings, ["swap-volumes", "new-instance"])
    func contents(taking: Taking, way: String) throws {
        var bench = try Bench()
        _ = try bench.ec2.perform(.write(records: 10), on: bench.machine)
        _ = try bench.ec2.perform(.flush, on: bench.machine)
        _ = try bench.ec2.perform(.writeLooseFiles(4), on: bench.machine)
        let wanted = try bench.ec2.facts(of: bench.machine)
        let snapshot = try bench.ec2.takeSnapshot(taking.request, of: bench.machine)
        #expect(snapshot.isQuiesced == taking.keepsCache && snapshot.state == .ready)
        _ = try bench.ec2.perform(.write(records: 5), on: bench.machine)
        _ = try bench.ec2.perform(.flush, on: bench.machine)
        let report = try bench.ec2.revert(RevertRequest(snapshot: snapshot.id, method: way), of: bench.machine)
        let restored = try bench.ec2.facts(of: report.machine)
        #expect(restored[.records] == wanted[.records] && restored[.data] == wanted[.data])
        #expect(restored[.looseFiles] == .number(taking.keepsCache ? 4 : 0))
        #expect(restored[.service] == "healthy" && restored[.power] == "on")
        #expect(report.method == way && report.leftRunning)
    }

    @Test(
        "a failed upgrade is undone in each way, and nothing but the machine and its snapshot is left",
        arguments: [
            ("swap-volumes", false), ("new-instance", true),
        ])
    func failedUpgrade(way: String, isNewMachine: Bool) throws {
        var bench = try Bench()
        _ = try bench.ec2.perform(.write(records: 30), on: bench.machine)
        let wanted = try bench.ec2.facts(of: bench.machine)
        let snapshot = try bench.ec2.takeSnapshot(SnapshotRequest(name: "before"), of: bench.machine)
        let count = bench.ec2.leftovers.count
        let failure = UpgradeFailure(phase: .migrate, occurrence: 2, cause: .powerLoss)
        _ = try bench.ec2.perform(.upgrade(version: "3.14", failure: failure), on: bench.machine)
        #expect(try bench.ec2.facts(of: bench.machine)[.power] == "off")
        let report = try bench.ec2.revert(RevertRequest(snapshot: snapshot.id, method: way), of: bench.machine)
        let restored = try bench.ec2.facts(of: report.machine)
        for fact in [Fact.version, .schema, .records, .data, .program] {
            #expect(restored[fact] == wanted[fact], "\(fact)")
        }
        #expect((report.machine != bench.machine) == isNewMachine)
        #expect(restored[.publicAddress] != wanted[.publicAddress])
        #expect((restored[.privateAddress] == wanted[.privateAddress]) != isNewMachine)
        #expect((restored[.hardwareAddress] == wanted[.hardwareAddress]) != isNewMachine)
        for role in [DiskRole.root, .data] { #expect(restored[.disk(role)] != wanted[.disk(role)]) }
        bench.ec2.advance(by: .minutes(1))
        #expect(bench.ec2.leftovers.count == count, "\(bench.ec2.leftovers)")
        #expect(try bench.ec2.snapshots(of: report.machine).map(\.id) == [snapshot.id])
        let again = try bench.ec2.revert(RevertRequest(snapshot: snapshot.id, method: way), of: report.machine)
        #expect(try bench.ec2.facts(of: again.machine)[.records] == wanted[.records])
        try bench.ec2.deleteSnapshot(snapshot.id, of: again.machine)
        #expect(try bench.ec2.snapshots(of: again.machine).isEmpty)
        try bench.ec2.removeEverything()
        #expect(bench.ec2.leftovers.isEmpty)
    }

    @Test("the root alone goes back without a stop, and keeps every address")
    func rootAlone() throws {
        var bench = try Bench()
        let wanted = try bench.ec2.facts(of: bench.machine)
        let snapshot = try bench.ec2.takeSnapshot(
            SnapshotRequest(name: "before", scope: .disks([.root])), of: bench.machine)
        #expect(snapshot.disks == [.root])
        _ = try bench.ec2.perform(.upgrade(version: "3.14", failure: nil), on: bench.machine)
        let report = try bench.ec2.revert(RevertRequest(snapshot: snapshot.id), of: bench.machine)
        #expect(report.method == "replace-root-volume")
        let restored = try bench.ec2.facts(of: bench.machine)
        #expect(restored[.version] == wanted[.version])
        for fact in [Fact.publicAddress, .privateAddress, .hardwareAddress, .machine, .disk(.data)] {
            #expect(restored[fact] == wanted[fact], "\(fact)")
        }
        #expect(restored[.disk(.root)] != wanted[.disk(.root)] && restored[.bootID] != wanted[.bootID])
    }

    @Test("a root replacement that leaves the instance without a root is repaired by swapping volumes")
    func repair() throws {
        var bench = try Bench()
        let wanted = try bench.ec2.facts(of: bench.machine)
        let request = SnapshotRequest(name: "before", scope: .disks([.root]))
        let snapshot = try bench.ec2.takeSnapshot(request, of: bench.machine)
        bench.ec2.failingRootReplacements[bench.instance] = .failedDetached
        let report = try bench.ec2.revert(RevertRequest(snapshot: snapshot.id), of: bench.machine)
        #expect(report.method == "swap-volumes")
        #expect(report.notes.contains { $0.rule == "AWS-139" })
        #expect(try bench.ec2.facts(of: bench.machine)[.version] == wanted[.version])
        bench.ec2.failingRootReplacements[bench.instance] = .failed
        do {
            _ = try bench.ec2.revert(RevertRequest(snapshot: snapshot.id), of: bench.machine)
            Issue.record("the task should fail")
        } catch { #expect(error.kind == .failed && error.rule == "AWS-139") }
    }

    @Test("the data disk alone goes back, and the program stays as the upgrade left it")
    func dataAlone() throws {
        var bench = try Bench()
        _ = try bench.ec2.perform(.write(records: 10), on: bench.machine)
        let request = SnapshotRequest(name: "before", scope: .disks([.data]))
        let snapshot = try bench.ec2.takeSnapshot(request, of: bench.machine)
        _ = try bench.ec2.perform(.upgrade(version: "3.14", failure: nil), on: bench.machine)
        let root = bench.root
        let report = try bench.ec2.revert(RevertRequest(snapshot: snapshot.id), of: bench.machine)
        #expect(report.method == "swap-volumes" && bench.root == root)
        #expect(try bench.ec2.facts(of: bench.machine)[.version] == "3.14")
    }

    @Test(
        "disks taken one after the other, while jobs write, do not fit together; taken at one instant they do",
        arguments: [true, false])
    func succession(inSuccession: Bool) throws {
        var spec = MachineSpec.small
        spec.layout.databaseLog = .root
        var bench = try Bench(spec: spec)
        _ = try bench.ec2.perform(.write(records: 500), on: bench.machine)
        _ = try bench.ec2.perform(.startJobs(5), on: bench.machine)
        let scope: SnapshotRequest.Scope = inSuccession ? .disksInSuccession([.root, .data]) : .machine
        let snapshot = try bench.ec2.takeSnapshot(SnapshotRequest(name: "before", scope: scope), of: bench.machine)
        #expect(snapshot.method == (inSuccession ? "create-snapshot" : "create-snapshots"))
        _ = try bench.ec2.revert(RevertRequest(snapshot: snapshot.id), of: bench.machine)
        let facts = try bench.ec2.facts(of: bench.machine)
        #expect((facts[.database] == "corrupt") == inSuccession)
    }

    @Test("an image is the default way to a new instance, and its disks can be swapped in one by one")
    func imageWays() throws {
        var bench = try Bench()
        let snapshot = try bench.ec2.takeSnapshot(SnapshotRequest(name: "before", method: "image"), of: bench.machine)
        #expect(snapshot.notes.contains { $0.rule == "AWS-121" })
        let part = try bench.ec2.revert(RevertRequest(snapshot: snapshot.id, disks: [.data]), of: bench.machine)
        #expect(part.method == "swap-volumes")
        let whole = try bench.ec2.revert(RevertRequest(snapshot: snapshot.id), of: bench.machine)
        #expect(whole.method == "new-instance" && whole.machine != bench.machine)
        try bench.ec2.deleteSnapshot(snapshot.id, of: whole.machine)
        #expect(bench.ec2.images.values.allSatisfy { $0.isVendors || $0.state == .deregistered })
        #expect(bench.ec2.snapshots.values.allSatisfy { $0.owner != bench.ec2.settings.account })
    }

    @Test("a disk that the snapshot does not hold goes along to the new instance")
    func dataGoesAlong() throws {
        var bench = try Bench()
        _ = try bench.ec2.perform(.write(records: 10), on: bench.machine)
        let data = bench.data
        let request = SnapshotRequest(name: "before", scope: .disks([.root]))
        let snapshot = try bench.ec2.takeSnapshot(request, of: bench.machine)
        _ = try bench.ec2.perform(.write(records: 7), on: bench.machine)
        let wanted = try bench.ec2.facts(of: bench.machine)
        let report = try bench.ec2.revert(
            RevertRequest(snapshot: snapshot.id, method: "new-instance"), of: bench.machine)
        let restored = try bench.ec2.facts(of: report.machine)
        #expect(restored[.disk(.data)] == .text(data.rawValue))
        #expect(restored[.records] == wanted[.records] && restored[.service] == "healthy")
    }

    @Test("an elastic address moves along to the new instance")
    func elasticAddress() throws {
        var bench = try Bench()
        let address = try bench.ec2.allocateAddress()
        try bench.ec2.associateAddress(address.id, with: bench.instance)
        let snapshot = try bench.ec2.takeSnapshot(SnapshotRequest(name: "before"), of: bench.machine)
        let report = try bench.ec2.revert(
            RevertRequest(snapshot: snapshot.id, method: "new-instance"), of: bench.machine)
        #expect(try bench.ec2.facts(of: report.machine)[.publicAddress] == .text(address.publicAddress))
    }

    @Test("a machine that reserves its address has it through a stop and through every way back")
    func reservedAddress() throws {
        var spec = MachineSpec.small
        spec.reservesAddress = true
        var bench = try Bench(spec: spec)
        let address = try #require(try bench.ec2.facts(of: bench.machine)[.publicAddress])
        try bench.ec2.setPower(.shutDown, of: bench.machine)
        try bench.ec2.setPower(.on, of: bench.machine)
        #expect(try bench.ec2.facts(of: bench.machine)[.publicAddress] == address)
        let snapshot = try bench.ec2.takeSnapshot(SnapshotRequest(name: "before"), of: bench.machine)
        var machine = bench.machine
        for way in ["swap-volumes", "new-instance"] {
            machine = try bench.ec2.revert(RevertRequest(snapshot: snapshot.id, method: way), of: machine).machine
            #expect(try bench.ec2.facts(of: machine)[.publicAddress] == address, "\(way)")
        }
        try bench.ec2.removeEverything()
        #expect(bench.ec2.leftovers == [])
    }

    @Test("AWS-046: a snapshot that was not waited for cannot be reverted to before it is complete")
    func pendingSnapshot() throws {
        var bench = try Bench()
        let snapshot = try bench.ec2.takeSnapshot(SnapshotRequest(name: "before", waits: false), of: bench.machine)
        #expect(snapshot.state == .pending)
        let before = try bench.ec2.facts(of: bench.machine)
        let refusal = #expect(throws: Refusal.self) {
            try bench.ec2.revert(RevertRequest(snapshot: snapshot.id), of: bench.machine)
        }
        #expect(refusal?.rule == "AWS-046")
        #expect(try bench.ec2.facts(of: bench.machine) == before)
        bench.ec2.advance(by: .hours(2))
        _ = try bench.ec2.revert(RevertRequest(snapshot: snapshot.id), of: bench.machine)
    }

    /// How long a reboot takes right after a way back, and once nothing can be left to load.
    private func reboots(after method: String?) throws -> (first: Duration, later: Duration) {
        var bench = try Bench()
        bench.ec2.settings.timings.backgroundLoading = .mebibytes(1)
        let snapshot = try bench.ec2.takeSnapshot(SnapshotRequest(name: "s", method: method), of: bench.machine)
        _ = try bench.ec2.revert(RevertRequest(snapshot: snapshot.id), of: bench.machine)
        func reboot() throws -> Duration {
            let start = bench.ec2.now
            try bench.ec2.setPower(.reboot, of: bench.machine)
            return bench.ec2.now - start
        }
        let first = try reboot()
        bench.ec2.advance(by: .hours(3))
        return (first, try reboot())
    }

    @Test("AWS-047: a machine that came back boots more slowly until its root has been loaded from the snapshot")
    func lazyRoot() throws {
        let reboots = try reboots(after: nil)
        #expect(reboots.first > reboots.later + .seconds(1))
    }

    @Test("AWS-049: with fast restore enabled beforehand a machine that came back is as fast as before")
    func fastRestoredRoot() throws {
        let reboots = try reboots(after: "create-snapshots-fast-restore")
        #expect(reboots.first == reboots.later)
    }

    @Test("replaced volumes and instances are kept when that is wanted")
    func keepsReplaced() throws {
        var bench = try Bench()
        bench.ec2.settings.provider.keepsReplaced = true
        let (root, data) = (bench.root, bench.data)
        let snapshot = try bench.ec2.takeSnapshot(SnapshotRequest(name: "before"), of: bench.machine)
        _ = try bench.ec2.revert(RevertRequest(snapshot: snapshot.id, method: "swap-volumes"), of: bench.machine)
        #expect(try bench.ec2.describeVolumes([root, data]).allSatisfy { $0.state == .available })
        let report = try bench.ec2.revert(
            RevertRequest(snapshot: snapshot.id, method: "new-instance"), of: bench.machine)
        #expect(report.machine != bench.machine && bench.record?.state == .stopped)
    }
}

import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@Suite("The grade of a restored machine")
struct GradeTests {
    /// Prepares a machine, snapshots it in a way, lets an upgrade fail, goes back, and compares.
    static func grade(
        _ appliance: Appliance, layout: MachineSpec.Layout = .init(),
        prepare: (inout Bench) throws -> Void, snapshot: (inout Bench) throws -> [DiskRole: Disk]
    ) throws -> (grade: Grade, wanted: Facts, restored: Facts) {
        var bench = Bench(appliance, layout: layout)
        try bench.perform(.write(records: 50))
        try prepare(&bench)
        let wanted = bench.facts
        let disks = try snapshot(&bench)
        if bench.machine.power == .off { bench.boot() }
        try bench.perform(
            .upgrade(
                version: bench.spec.nextVersion, failure: UpgradeFailure(phase: .migrate, occurrence: 2, cause: .error))
        )
        #expect(bench.status?.isHealthy == false)
        #expect(bench.status?.schema == "mixed")
        bench.revert(to: disks)
        let restored = bench.facts
        return (try #require(Grade(restored: restored, wanted: wanted)), wanted, restored)
    }

    static let local: [Appliance] = Appliance.allCases

    @Test("a snapshot of a machine that is off is application-consistent", arguments: local)
    func cold(appliance: Appliance) throws {
        let result = try Self.grade(appliance) {
            try $0.shutDown()
        } snapshot: {
            $0.disks
        }
        #expect(result.grade == .applicationConsistent, "\(result)")
    }

    @Test("GHES-001: maintenance with drained jobs leaves the disks at rest for a snapshot", arguments: local)
    func maintenance(appliance: Appliance) throws {
        let result = try Self.grade(appliance) { bench in
            try bench.perform(.startJobs(3))
            try bench.perform(.writeLooseFiles(5))
            try bench.perform(.maintenance(true))
            #expect(try bench.perform(.drainJobs(limit: .minutes(10))).succeeded)
        } snapshot: {
            $0.disks
        }
        #expect(result.grade == .applicationConsistent, "\(result)")
        #expect(result.restored[.maintenance] == true)
    }

    @Test("loose files in the cache make a running snapshot crash-consistent", arguments: local)
    func running(appliance: Appliance) throws {
        let result = try Self.grade(appliance) { bench in
            try bench.perform(.writeLooseFiles(20))
            bench.wait(.seconds(6))
        } snapshot: {
            $0.disks
        }
        #expect(result.grade == .crashConsistent, "\(result)")
        #expect(result.wanted[.looseFiles] == 20)
        #expect(result.restored[.looseFiles] == 0)
        #expect(result.restored[.fileSystem(appliance == .circleCIServices ? .root : .data)] == "replayed")
    }

    @Test("a quiesced snapshot keeps every file and cuts the work in hand", arguments: local, [true, false])
    func quiesced(appliance: Appliance, withJobs: Bool) throws {
        let result = try Self.grade(appliance) { bench in
            try bench.perform(.writeLooseFiles(20))
            try bench.perform(withJobs ? .startJobs(2) : .openTransaction(records: 3))
        } snapshot: { bench in
            bench.now = bench.now + (try bench.machine.freeze(at: bench.now))
            let disks = bench.disks
            bench.machine.thaw(at: bench.now)
            return disks
        }
        #expect(result.grade == .fileSystemConsistent, "\(result)")
        #expect(result.restored[.looseFiles] == 20)
        #expect(result.restored[.fileSystem(.root)] == "clean")
        #expect(result.restored[.stuckJobs] == (withJobs ? 2 : 0))
    }

    @Test("a snapshot with memory goes on exactly there", arguments: local)
    func memory(appliance: Appliance) throws {
        var bench = Bench(appliance)
        try bench.perform(.write(records: 50))
        try bench.perform(.writeLooseFiles(20))
        try bench.perform(.startJobs(2))
        try bench.perform(.openTransaction(records: 3))
        let wanted = bench.facts
        let (disks, memory) = (bench.disks, try #require(bench.machine.memory))
        bench.wait(.hours(1))
        try bench.perform(
            .upgrade(
                version: bench.spec.nextVersion,
                failure: UpgradeFailure(phase: .migrate, occurrence: 2, cause: .powerLoss)))
        #expect(bench.machine.power == .off)
        for (role, disk) in disks { bench.machine.replaceDisk(role, with: disk) }
        bench.machine.restore(memory: memory, at: bench.now)
        let restored = bench.facts
        #expect(Grade(restored: restored, wanted: wanted) == .identical)
        bench.wait(.minutes(3))
        #expect(bench.status?.jobs == 0, "the jobs go on and end")
        #expect(bench.status?.stuckJobs == 0)
        #expect(bench.facts[.looseFiles] == 20)
    }

    @Test(
        "GHES-003: root and data disk of different instants, with the log on root, are inconsistent",
        arguments: [Appliance.generic, .gitHubEnterpriseServer])
    func skew(appliance: Appliance) throws {
        let result = try Self.grade(appliance, layout: .init(databaseLog: .root)) {
            try $0.perform(.startJobs(3))
        } snapshot: { bench in
            let root = bench.disks[.root]
            bench.wait(.seconds(4))
            let data = bench.disks[.data]
            return [.root: try #require(root), .data: try #require(data)]
        }
        #expect(result.grade == .inconsistent, "\(result)")
        #expect(result.restored[.database] == "corrupt")
    }

    @Test(
        "root and data disk of one instant, with the log on root, recover",
        arguments: [Appliance.generic, .gitHubEnterpriseServer])
    func sameInstant(appliance: Appliance) throws {
        let result = try Self.grade(appliance, layout: .init(databaseLog: .root)) {
            try $0.perform(.startJobs(3)); $0.wait(.seconds(45))
        } snapshot: {
            $0.disks
        }
        #expect(result.grade == .crashConsistent || result.grade == .fileSystemConsistent, "\(result)")
        #expect(result.restored[.records] == 50)
    }

    @Test(
        "GHES-002: the data disk alone does not undo a system upgrade",
        arguments: [Appliance.generic, .gitHubEnterpriseServer])
    func dataDiskOnly(appliance: Appliance) throws {
        let result = try Self.grade(appliance) {
            try $0.shutDown()
        } snapshot: {
            [.data: try #require($0.disks[.data])]
        }
        #expect(result.grade == .inconsistent, "\(result)")
        let words = appliance == .generic ? "schema 1.0, want 2.0" : "schema 3.13, want 3.14"
        #expect(result.restored[.service] == .text("down: \(words)"))
    }
}

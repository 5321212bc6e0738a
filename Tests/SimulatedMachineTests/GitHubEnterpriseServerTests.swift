import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@Suite("GitHub Enterprise Server")
struct GitHubEnterpriseServerTests {
    static func bench() throws -> Bench {
        var bench = Bench(.gitHubEnterpriseServer)
        try bench.perform(.write(records: 30))
        return bench
    }

    @Test(
        "GHES-004: in maintenance mode writes, transactions and new jobs are refused, and nothing changes",
        arguments: [ApplianceCommand.write(records: 1), .openTransaction(records: 1), .startJobs(1)])
    func maintenance(command: ApplianceCommand) throws {
        var bench = try Self.bench()
        try bench.perform(.maintenance(true))
        let before = bench.facts
        let fault = #expect(throws: GuestFault.self) { try bench.perform(command) }
        #expect(fault?.rule == "GHES-004")
        #expect(bench.facts == before)
        #expect(bench.status?.isHealthy == true, "the service would work but for maintenance mode")
        try bench.perform(.maintenance(false))
        try bench.perform(command)
    }

    @Test("GHES-005: an address on the exception list still gets in, and what it writes is newer than the snapshot")
    func exceptions() throws {
        var bench = try Self.bench()
        try bench.perform(.maintenance(true))
        let disks = bench.disks
        try bench.perform(.writeAsAdministrator(records: 5))
        #expect(bench.status?.records == 35)
        bench.revert(to: disks)
        #expect(bench.status?.records == 30)
        try bench.perform(.stopService)
        #expect(throws: GuestFault.self) { try bench.perform(.writeAsAdministrator(records: 1)) }
    }

    @Test("GHES-006: maintenance mode does not stop jobs; a drain waits for them and leaves the disks at rest")
    func jobs() throws {
        var bench = try Self.bench()
        try bench.perform(.startJobs(3))
        try bench.perform(.maintenance(true))
        #expect(bench.status?.jobs == 3)
        #expect(!(try bench.perform(.drainJobs(limit: .seconds(60)))).succeeded)
        #expect(bench.status?.jobs == 3)
        let before = bench.now
        #expect(try bench.perform(.drainJobs(limit: .minutes(5))).succeeded)
        #expect(bench.now - before >= .seconds(30) + .seconds(50))
        let disks = bench.disks
        bench.wait(.minutes(10))
        for (role, disk) in disks {
            #expect(bench.machine.disk(role) == disk, "nothing writes any more to the \(role) disk")
        }
    }

    @Test("GHES-001: jobs that a snapshot cuts show as running, and nobody runs them")
    func cutJobs() throws {
        var bench = try Self.bench()
        try bench.perform(.startJobs(2))
        bench.wait(.seconds(30))
        bench.revert(to: bench.disks)
        #expect(bench.status?.jobs == 0)
        #expect(bench.status?.stuckJobs == 2)
        try bench.perform(.deleteStuckJobs)
        #expect(bench.status?.stuckJobs == 0)
    }

    typealias Step = (from: String, to: String, rule: RuleID?)

    @Test(
        "GHES-014: at most two feature releases in one step",
        arguments: [
            ("3.13.2", "3.14.0", nil), ("3.13.2", "3.15.0", nil), ("3.13.2", "3.16.0", "GHES-014"),
            ("3.13.2", "4.0.0", "GHES-014"),
        ] as [Step])
    func steps(step: Step) throws { try Self.check(step) }

    @Test(
        "GHES-020: an earlier patch of the same feature release can be put back, and the data is left alone",
        arguments: [("3.13.2", "3.13.1", nil)] as [Step])
    func patchRollback(step: Step) throws { try Self.check(step) }

    @Test(
        "GHES-021: an earlier feature release is refused; only the snapshot goes back there",
        arguments: [("3.13.2", "3.12.9", "GHES-021")] as [Step])
    func downgrade(step: Step) throws { try Self.check(step) }

    static func check(_ step: Step) throws {
        var bench = try Self.bench()
        let before = bench.facts
        let answer = try bench.perform(.upgrade(version: step.to, failure: nil))
        #expect(answer.succeeded == (step.rule == nil), "\(answer.output)")
        guard let rule = step.rule else {
            #expect(bench.facts[.version] == .text(step.to))
            #expect((bench.facts[.data] == before[.data]) == (VersionNumber(step.to).prefix(2) == "3.13"))
            return
        }
        #expect(answer.output.last?.contains("(\(rule))") == true, "\(answer.output)")
        #expect(bench.facts == before, "a refused upgrade changes nothing")
        #expect(answer.status?.isHealthy == true)
    }

    @Test(
        "GHES-015: with less than 15 % of the data disk free the upgrade does not begin",
        arguments: [(16, true), (14, false)])
    func space(percent: Int, isEnough: Bool) throws {
        var bench = try Self.bench()
        let capacity: Int64 = 27_645 * 4_096  // 128 MiB without journal, groups and inodes.
        try bench.perform(.fillDisk(.data, leaving: ByteCount(capacity * Int64(percent) / 100)))
        let answer = try bench.perform(.upgrade(version: "3.14.0", failure: nil))
        #expect(answer.succeeded == isEnough, "\(answer.output)")
        #expect(answer.output.last?.contains("GHES-015") == !isEnough)
    }

    @Test("GHES-016: settings that cannot be read end the upgrade before it begins")
    func settings() throws {
        var bench = try Self.bench()
        try bench.shutDown()
        var storage = Storage()
        storage.drives[.data] = bench.machine.detach(.data)
        storage.fileSystems[.data] = try FileSystem.mount(.data, in: &storage.drives, at: bench.now).fileSystem
        try storage.replace("/etc/app/settings", of: .data, with: Array("garbage".utf8))
        bench.machine.attach(try #require(storage.drives[.data]), as: .data)
        bench.boot()
        let answer = try bench.perform(.upgrade(version: "3.14.0", failure: nil))
        #expect(answer.output.last?.contains("GHES-016") == true, "\(answer.output)")
        #expect(bench.status?.isHealthy == true)
    }

    @Test("GHES-009: the idle partition is written, and the machine restarts into it in maintenance mode")
    func partitions() throws {
        var bench = try Self.bench()
        let before = bench.facts
        let unpacking = UpgradeFailure(phase: .unpack, occurrence: 4, cause: .powerLoss)
        try bench.perform(.upgrade(version: "3.14.0", failure: unpacking))
        bench.boot()
        #expect(bench.facts[.program] == before[.program], "the partition that runs was not touched")
        #expect(bench.status?.isHealthy == true)
        let answer = try bench.perform(.upgrade(version: "3.14.0", failure: nil))
        #expect(answer.succeeded, "\(answer.output)")
        #expect(answer.status?.inMaintenance == true)
        #expect(bench.facts[.bootID] != before[.bootID])
    }

    @Test("GHES-008: an upgrade asks before it writes anything, and no ends it with nothing changed")
    func declined() throws {
        var bench = try Self.bench()
        let before = bench.facts
        let no = UpgradeFailure(phase: .preCheck, cause: .declined)
        let answer = try bench.perform(.upgrade(version: "3.14.0", failure: no))
        #expect(!answer.succeeded)
        #expect(answer.output.last?.contains("GHES-008") == true, "\(answer.output)")
        #expect(bench.facts == before)
        #expect(answer.status?.isHealthy == true)
    }

    @Test("GHES-010: maintenance mode cannot be lifted before the upgrade has ended")
    func lifting() throws {
        var bench = try Self.bench()
        let failure = UpgradeFailure(phase: .migrate, occurrence: 2, cause: .error)
        try bench.perform(.upgrade(version: "3.14.0", failure: failure))
        let fault = #expect(throws: GuestFault.self) { try bench.perform(.maintenance(false)) }
        #expect(fault?.rule == "GHES-010")
        #expect(bench.status?.inMaintenance == true)
        #expect(try bench.perform(.upgrade(version: "3.14.0", failure: nil)).succeeded)
        try bench.perform(.maintenance(false))
        #expect(bench.status?.inMaintenance == false)
    }

    @Test("GHES-013: a feature upgrade takes hours, a patch less than five minutes")
    func durations() throws {
        var (feature, patch) = (try Self.bench(), try Self.bench())
        let start = patch.now
        try patch.perform(.upgrade(version: "3.13.3", failure: nil))
        #expect(patch.now - start < .minutes(5))
        try feature.perform(.upgrade(version: "3.14.0", failure: nil))
        #expect(feature.now - start >= .hours(2))
    }

    @Test(
        "GHES-012: a patch is undone by the old root disk alone, a feature upgrade is not",
        arguments: ["3.13.3", "3.14.0"])
    func rootDiskOnly(version: String) throws {
        var bench = try Self.bench()
        try bench.shutDown()
        let root = try #require(bench.disks[.root])
        bench.boot()
        try bench.perform(.upgrade(version: version, failure: nil))
        try bench.shutDown()
        bench.revert(to: [.root: root])
        #expect(bench.status?.isHealthy == (version == "3.13.3"))
        if version == "3.14.0" { #expect(bench.status?.trouble == "schema 3.14, want 3.13") }
    }

    @Test("GHES-011: a second feature upgrade fails on data that the first one still works on", arguments: [2, 25])
    func transition(hours: Int) throws {
        var bench = try Self.bench()
        #expect(try bench.perform(.upgrade(version: "3.14.0", failure: nil)).succeeded)
        #expect(bench.status?.jobs == 1)
        try bench.shutDown()
        bench.boot()
        #expect(bench.status?.jobs == 1, "a boot takes the transition up again")
        #expect(bench.status?.stuckJobs == 0)
        bench.wait(.hours(hours))
        let answer = try bench.perform(.upgrade(version: "3.15.0", failure: nil))
        #expect(answer.succeeded == (hours == 25), "\(answer.output)")
        #expect(answer.output.last?.contains("GHES-011") == (hours == 2))
        if hours == 2 { #expect(answer.status?.trouble == "schema 3.14, want 3.15") }
    }

    @Test("GHES-017: applying the configuration makes up for the migrations that a failed upgrade left out")
    func application() throws {
        var bench = try Self.bench()
        let failure = UpgradeFailure(phase: .migrate, occurrence: 2, cause: .error)
        try bench.perform(.upgrade(version: "3.14.0", failure: failure))
        #expect(bench.facts[.schema] == "mixed")
        let answer = try bench.perform(.applyConfiguration)
        #expect(answer.succeeded, "\(answer.output)")
        #expect(answer.status?.isHealthy == true)
        #expect(bench.facts[.schema] == "3.14")
        try bench.perform(.maintenance(false))
        let before = bench.facts
        #expect(try bench.perform(.applyConfiguration).succeeded)
        #expect(bench.facts == before, "applied again it changes nothing")
    }

    @Test(
        "GHES-022: a replica follows into the failed state, unless replication was stopped before",
        arguments: [true, false])
    func replica(isStopped: Bool) throws {
        var bench = Bench(.gitHubEnterpriseServer, layout: .init(replica: true))
        try bench.perform(.write(records: 30))
        #expect(bench.facts[.replicaRecords] == 30)
        let disks = bench.disks
        if isStopped { try bench.perform(.replication(false)) }
        try bench.perform(.write(records: 5))
        let failure = UpgradeFailure(phase: .migrate, occurrence: 2, cause: .error)
        try bench.perform(.upgrade(version: "3.14.0", failure: failure))
        #expect(bench.facts[.replicaSchema] == (isStopped ? "3.13" : "mixed"))
        #expect(bench.facts[.replicaRecords] == (isStopped ? 30 : 35))
        bench.revert(to: disks)
        #expect(bench.facts[.replicaSchema] == (isStopped ? "3.13" : "mixed"), "no revert reaches the replica")
        try bench.perform(.replication(true))
        #expect(bench.facts[.replicaSchema] == "3.13", "once it is told to, it takes over what its primary has")
        var single = try Self.bench()
        #expect(throws: GuestFault.self) { try single.perform(.replication(false)) }
    }

    @Test(
        "GHES-007: maintenance mode is scheduled half an hour ahead or more, over a boot, until it is set or lifted at once",
        arguments: ["waits", "boots", "lifts", "sets"])
    func schedule(how: String) throws {
        var bench = try Self.bench()
        let fault = #expect(throws: GuestFault.self) { try bench.perform(.scheduleMaintenance(lead: .seconds(1_799))) }
        #expect(fault?.rule == "GHES-007")
        try bench.perform(.scheduleMaintenance(lead: .minutes(30)))
        try bench.perform(.write(records: 1))
        #expect(bench.status?.inMaintenance == false)
        switch how {
        case "boots": bench.revert(to: bench.disks)
        case "lifts": try bench.perform(.maintenance(false))
        case "sets":
            try bench.perform(.maintenance(true))
            try bench.perform(.maintenance(false))
        default: break
        }
        bench.wait(.minutes(25))
        #expect(bench.status?.inMaintenance == false)
        bench.wait(.minutes(5))
        #expect(bench.status?.inMaintenance == (how == "waits" || how == "boots"))
        bench.revert(to: bench.disks)
        bench.wait(.minutes(40))
        #expect(bench.status?.inMaintenance == (how == "waits" || how == "boots"), "a plan is carried out once")
    }

    @Test("GHES-007: another appliance has no schedule", arguments: [Appliance.generic, .circleCIServices])
    func noSchedule(appliance: Appliance) throws {
        var bench = Bench(appliance)
        #expect(throws: GuestFault.self) { try bench.perform(.scheduleMaintenance(lead: .hours(1))) }
    }

    @Test(
        "GHES-019: before an upgrade records that cannot be decrypted are asked about, and no ends it",
        arguments: [0, 3], [1, 2])
    func undecryptable(records: Int, occurrence: Int) throws {
        var bench = try Self.bench()
        if records > 0 { try bench.perform(.loseKey(records: records)) }
        let before = bench.facts
        let no = UpgradeFailure(phase: .preCheck, occurrence: occurrence, cause: .declined)
        let answer = try bench.perform(.upgrade(version: "3.14.0", failure: no))
        let rule = records > 0 && occurrence == 1 ? "GHES-019" : "GHES-008"
        #expect(!answer.succeeded && answer.output.last?.hasSuffix("(\(rule))") == true, "\(answer.output)")
        #expect(bench.facts == before, "the old version runs")
        #expect(try bench.perform(.upgrade(version: "3.14.0", failure: nil)).succeeded, "yes goes on")
    }

    @Test("GHES-023: the replica that was not upgraded takes over, with what it had when replication stopped")
    func promotion() throws {
        var bench = Bench(.gitHubEnterpriseServer, layout: .init(replica: true))
        try bench.perform(.write(records: 30))
        try bench.perform(.replication(false))
        try bench.perform(.write(records: 5))
        let failure = UpgradeFailure(phase: .migrate, occurrence: 2, cause: .powerLoss)
        try bench.perform(.upgrade(version: "3.14.0", failure: failure))
        #expect(bench.machine.power == .off)
        #expect(try bench.perform(.promoteReplica).succeeded, "whether the machine runs or not")
        #expect(bench.facts[.servedBy] == "replica" && bench.facts[.replicaRecords] == 30, "five are lost")
        try bench.perform(.write(records: 2))
        #expect(bench.facts[.replicaRecords] == 32, "users write to it")
        bench.boot()
        #expect(throws: GuestFault.self) { try bench.perform(.replication(true)) }
        #expect(bench.facts[.servedBy] == "replica" && bench.facts[.replicaRecords] == 32)
    }

    @Test("GHES-023: a replica that followed the failed upgrade cannot take over")
    func promotionOfFollower() throws {
        var bench = Bench(.gitHubEnterpriseServer, layout: .init(replica: true))
        try bench.perform(.write(records: 30))
        let failure = UpgradeFailure(phase: .migrate, occurrence: 2, cause: .error)
        try bench.perform(.upgrade(version: "3.14.0", failure: failure))
        #expect(!(try bench.perform(.promoteReplica)).succeeded)
        #expect(bench.facts[.servedBy] == "machine")
        var single = try Self.bench()
        #expect(throws: GuestFault.self) { try single.perform(.promoteReplica) }
    }

    @Test("GHES-018: firewall rules that were added to the old partition are not in the new one")
    func firewall() throws {
        var bench = try Self.bench()
        #expect(bench.facts[.firewallRules] == 1)
        try bench.perform(.upgrade(version: "3.14.0", failure: nil))
        #expect(bench.facts[.firewallRules] == 0)
    }

    @Test("GHES-025: a machine that was snapshotted in maintenance mode comes back in it", arguments: [true, false])
    func maintenanceComesBack(isOn: Bool) throws {
        var bench = try Self.bench()
        if isOn { try bench.perform(.maintenance(true)) }
        let disks = bench.disks
        try bench.perform(.maintenance(!isOn))
        bench.revert(to: disks)
        #expect(bench.status?.inMaintenance == isOn)
        bench.machine.settings.bootsInMaintenance = false
        bench.revert(to: disks)
        #expect(bench.status?.inMaintenance == false)
    }

    @Test(
        "GHES-026: what was pushed after the snapshot is gone on revert, and clones have it until it is pushed again",
        arguments: [true, false])
    func clones(keepPushes: Bool) throws {
        var bench = try Self.bench()
        bench.machine.settings.clonesKeepPushes = keepPushes
        let disks = bench.disks
        let data = bench.facts[.data]
        try bench.perform(.write(records: 5))
        let pushed = bench.facts[.data]
        #expect(bench.facts[.clonesAhead] == 0)
        bench.revert(to: disks)
        #expect(bench.facts[.records] == 30)
        #expect(bench.facts[.clonesAhead] == .number(keepPushes ? 5 : 0))
        try bench.perform(.pushAgain)
        #expect(bench.facts[.clonesAhead] == 0)
        #expect(bench.facts[.data] == (keepPushes ? pushed : data))
    }

    @Test("what was written after the snapshot is gone after the revert")
    func laterWrites() throws {
        var bench = try Self.bench()
        try bench.shutDown()
        let disks = bench.disks
        bench.boot()
        try bench.perform(.write(records: 5))
        #expect(bench.status?.records == 35)
        bench.revert(to: disks)
        #expect(bench.status?.records == 30)
    }
}

import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@Suite("CircleCI Enterprise services")
struct CircleCIServicesTests {
    static func bench(_ layout: MachineSpec.Layout = .init()) throws -> Bench {
        var bench = Bench(.circleCIServices, layout: layout)
        try bench.perform(.write(records: 30))
        return bench
    }

    @Test("CCI-001: the root volume alone brings everything back")
    func rootVolume() throws {
        var bench = try Self.bench()
        try bench.shutDown()
        let (wanted, disks) = (bench.facts, bench.disks)
        #expect(disks.keys.sorted() == [.root])
        bench.boot()
        try bench.perform(.upgrade(version: "2.19.0", failure: nil))
        bench.revert(to: disks)
        #expect(Grade(restored: bench.facts, wanted: wanted) == .applicationConsistent)
    }

    @Test("CCI-002: an external database is left ahead by a revert, and the old program does not work on it")
    func externalDatabase() throws {
        var bench = try Self.bench(.init(externalDatabase: true))
        try bench.shutDown()
        let disks = bench.disks
        bench.boot()
        try bench.perform(.write(records: 5))
        try bench.perform(.upgrade(version: "2.19.0", failure: nil))
        bench.revert(to: disks)
        #expect(bench.status?.trouble == "schema 2.19, want 2.18")
        #expect(bench.status?.records == 35, "rows outside are not taken back")
    }

    @Test("CCI-003: a backup without reboot is recovered at the next start")
    func withoutReboot() throws {
        var bench = try Self.bench()
        try bench.perform(.startJobs(1))
        bench.wait(.seconds(7))
        bench.revert(to: bench.disks)
        #expect(bench.facts[.fileSystem(.root)] == "replayed")
        #expect(bench.facts[.database] == "replayed")
        #expect(bench.status?.records == 30)
    }

    @Test(
        "CCI-004: a backup costs downtime or damage to be repaired, unless the data is kept outside",
        arguments: [(false, false, "replayed"), (false, true, "clean"), (true, false, "clean")])
    func downtimeOrDamage(isExternal: Bool, isDown: Bool, database: String) throws {
        var bench = try Self.bench(.init(externalDatabase: isExternal))
        try bench.perform(.startJobs(1))
        bench.wait(.seconds(7))
        let running = bench.facts[.bootID]
        if isDown { try bench.shutDown() }
        #expect((bench.facts[.bootID] != running) == isDown)
        bench.revert(to: bench.disks)
        #expect(bench.facts[.database] == .text(database))
        #expect(bench.status?.records == 30)
    }

    @Test("CCI-005: objects in remote storage outlive the records that name them", arguments: [true, false])
    func objects(areRemote: Bool) throws {
        var bench = try Self.bench(.init(remoteObjects: areRemote))
        let disks = bench.disks
        try bench.perform(.startJobs(2))
        try bench.perform(.drainJobs(limit: .minutes(5)))
        #expect(bench.facts[.danglingLinks] == 0)
        bench.revert(to: disks)
        #expect(bench.facts[.danglingLinks] == (areRemote ? 2 : 0))
    }

    @Test("CCI-006: local objects are lost with the disk while an external database still names them")
    func localObjects() throws {
        var bench = try Self.bench(.init(externalDatabase: true))
        let disks = bench.disks
        try bench.perform(.startJobs(2))
        try bench.perform(.drainJobs(limit: .minutes(5)))
        bench.revert(to: disks)
        #expect(bench.facts[.danglingLinks] == 2)
    }

    @Test("CCI-010: in a new machine the service waits until the addresses are corrected")
    func addresses() throws {
        var bench = try Self.bench()
        try bench.shutDown()
        bench.revert(to: bench.disks, as: .second)
        #expect(bench.status?.isHealthy == false)
        #expect(bench.status?.trouble?.contains("/etc/default/replicated are") == true)
        #expect(bench.facts[.configuredAddress] == "10.0.0.4")
        #expect(try bench.perform(.startService).succeeded == false, "starting does not help")
        let configuration = bench.facts[.configuration]
        #expect(try bench.perform(.correctAddresses).succeeded)
        #expect(bench.status?.isHealthy == true)
        #expect(bench.facts[.configuredAddress] == "10.0.0.9")
        #expect(bench.facts[.configuration] == configuration, "addresses are a fact of their own")
        try bench.shutDown()
        bench.boot(as: .second)
        #expect(bench.status?.isHealthy == true)
    }

    typealias Stale = (path: String, words: String)
    static let stale: [Stale] = [
        ("/etc/default/replicated", "/etc/default/replicated are"),
        ("/etc/default/replicated-operator", "/etc/default/replicated-operator are"),
        ("/etc/app/host-name", "redirected to the old host name"), ("/opt/nomad/server", "the scheduler waits"),
    ]

    @Test(
        "CCI-008 and CCI-011: an old host name and an old scheduler state each keep the service down", arguments: stale)
    func staleFile(row: Stale) throws {
        var bench = try Self.bench()
        try bench.shutDown()
        var storage = Storage()
        storage.drives[.root] = bench.machine.detach(.root)
        storage.fileSystems[.root] = try FileSystem.mount(.root, in: &storage.drives, at: bench.now).fileSystem
        try storage.replace(row.path, of: .root, with: Array("10.0.0.99 -".utf8))
        bench.machine.attach(try #require(storage.drives[.root]), as: .root)
        bench.boot()
        #expect(bench.status?.trouble?.contains(row.words) == true, "\(bench.status?.trouble ?? "healthy")")
        #expect(try bench.perform(.correctAddresses).succeeded)
        #expect(bench.status?.isHealthy == true)
    }

    @Test("CCI-009: login fails until the OAuth application names the new host")
    func login() throws {
        var bench = try Self.bench()
        var moved = try Self.bench()
        try moved.shutDown()
        moved.revert(to: moved.disks, as: .second)
        try moved.perform(.correctAddresses)
        bench.machine.outside = moved.machine.outside
        try bench.perform(.startService)
        #expect(bench.status?.trouble?.hasPrefix("login fails") == true)
        try bench.perform(.correctAddresses)
        #expect(bench.status?.isHealthy == true)
    }

    @Test("CCI-013: a build that the backup cut shows as running for ever")
    func stuckBuild() throws {
        var bench = try Self.bench()
        try bench.perform(.startJobs(2))
        bench.wait(.seconds(20))
        bench.revert(to: bench.disks)
        bench.wait(.days(3))
        #expect(bench.status?.stuckJobs == 2)
        #expect(bench.status?.jobs == 0)
    }

    @Test("CCI-014: stuck builds are deleted in the console, which has no prompt right after the start")
    func deletion() throws {
        var bench = try Self.bench()
        try bench.perform(.startJobs(2))
        bench.revert(to: bench.disks)
        let fault = #expect(throws: GuestFault.self) { try bench.perform(.deleteStuckJobs) }
        #expect(fault?.rule == "CCI-014")
        #expect(bench.status?.stuckJobs == 2)
        bench.wait(.minutes(1))
        try bench.perform(.deleteStuckJobs)
        #expect(bench.status?.stuckJobs == 0)
    }

    @Test("CCI-016: with the intake stopped and builds ended no build is cut")
    func drained() throws {
        var bench = try Self.bench()
        try bench.perform(.startJobs(2))
        try bench.perform(.maintenance(true))
        let fault = #expect(throws: GuestFault.self) { try bench.perform(.startJobs(1)) }
        #expect(fault?.rule == "CCI-016")
        var open = bench
        open.machine.settings.stopsIntake = false
        #expect(try open.perform(.startJobs(1)).succeeded)
        try bench.perform(.drainJobs(limit: .minutes(5)))
        bench.revert(to: bench.disks)
        #expect(bench.status?.stuckJobs == 0)
        #expect(bench.facts[.database] == "clean")
    }
}

import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@Suite("A machine's power, disks and memory")
struct PowerTests {
    enum Event: CaseIterable { case boot, shutDown, cut, suspend, resume, restore, freeze, thaw, perform, replaceDisk }

    enum Outcome: Hashable {
        case to(Power), refused(GuestFault.Reason)
        /// A wrong program: it traps.
        case trap
    }

    typealias Row = (from: Power, event: Event, outcome: Outcome)

    static let table: [Row] = [
        (.off, .boot, .to(.on)), (.off, .shutDown, .refused(.isNotRunning)), (.off, .cut, .to(.off)),
        (.off, .suspend, .trap), (.off, .resume, .trap), (.off, .restore, .to(.on)),
        (.off, .freeze, .refused(.isNotRunning)), (.off, .thaw, .to(.off)),
        (.off, .perform, .refused(.isNotRunning)), (.off, .replaceDisk, .to(.off)),
        (.on, .boot, .trap), (.on, .shutDown, .to(.off)), (.on, .cut, .to(.off)), (.on, .suspend, .to(.suspended)),
        (.on, .resume, .trap), (.on, .restore, .to(.on)), (.on, .freeze, .to(.on)), (.on, .thaw, .to(.on)),
        (.on, .perform, .to(.on)), (.on, .replaceDisk, .trap),
        (.suspended, .boot, .trap), (.suspended, .shutDown, .refused(.isNotRunning)), (.suspended, .cut, .to(.off)),
        (.suspended, .suspend, .trap), (.suspended, .resume, .to(.on)), (.suspended, .restore, .to(.on)),
        (.suspended, .freeze, .refused(.isNotRunning)), (.suspended, .thaw, .to(.suspended)),
        (.suspended, .perform, .refused(.isNotRunning)), (.suspended, .replaceDisk, .to(.suspended)),
    ]

    static func machine(_ power: Power) -> (bench: Bench, memory: Memory?) {
        var bench = Bench(.generic)
        let memory = bench.machine.memory
        switch power {
        case .on: break
        case .off: bench.cut()
        case .suspended: bench.machine.suspend(at: bench.now)
        }
        return (bench, memory)
    }

    static func send(_ event: Event, to bench: inout Bench, memory: Memory?) throws(GuestFault) {
        switch event {
        case .boot: _ = bench.machine.boot(as: .first, at: bench.now)
        case .shutDown: _ = try bench.machine.shutDown(at: bench.now)
        case .cut: bench.machine.cutPower(at: bench.now)
        case .suspend: bench.machine.suspend(at: bench.now)
        case .resume: bench.machine.resume(at: bench.now)
        case .restore: if let memory { bench.machine.restore(memory: memory, at: bench.now) }
        case .freeze: _ = try bench.machine.freeze(at: bench.now)
        case .thaw: bench.machine.thaw(at: bench.now)
        case .perform: _ = try bench.machine.perform(.status, at: bench.now)
        case .replaceDisk: bench.machine.replaceDisk(.data, with: Disk(size: .mebibytes(64)))
        }
    }

    @Test("every event in every state", arguments: table.filter { $0.outcome != .trap })
    func state(row: Row) {
        var (bench, memory) = Self.machine(row.from)
        let before = bench.machine
        switch row.outcome {
        case .to(let power):
            #expect(throws: Never.self) { try Self.send(row.event, to: &bench, memory: memory) }
            #expect(bench.machine.power == power)
        case .refused(let reason):
            let fault = #expect(throws: GuestFault.self) { try Self.send(row.event, to: &bench, memory: memory) }
            #expect(fault?.reason == reason)
            #expect(bench.machine == before, "a refused event changes nothing")
        case .trap: break
        }
        #expect((bench.machine.memory == nil) == (bench.machine.power == .off))
    }

    @Test("the table is whole")
    func whole() {
        for power in Power.allCases {
            for event in Event.allCases { #expect(Self.table.count { $0.from == power && $0.event == event } == 1) }
        }
    }

    @Test("booting a machine that runs traps")
    func bootTwice() async {
        await #expect(processExitsWith: .failure) {
            var (bench, memory) = PowerTests.machine(.on)
            try PowerTests.send(.boot, to: &bench, memory: memory)
        }
    }

    @Test("suspending, resuming or replacing a disk at the wrong time traps")
    func wrongTimes() async {
        await #expect(processExitsWith: .failure) {
            var (bench, memory) = PowerTests.machine(.off)
            try PowerTests.send(.suspend, to: &bench, memory: memory)
        }
        await #expect(processExitsWith: .failure) {
            var (bench, memory) = PowerTests.machine(.on)
            try PowerTests.send(.resume, to: &bench, memory: memory)
        }
        await #expect(processExitsWith: .failure) {
            var (bench, memory) = PowerTests.machine(.on)
            try PowerTests.send(.replaceDisk, to: &bench, memory: memory)
        }
    }

    @Test("a suspended guest does not notice the time, and goes on where it was")
    func suspended() throws {
        var bench = Bench(.generic)
        try bench.perform(.startJobs(2))
        bench.wait(.seconds(11))
        try bench.perform(.writeLooseFiles(3))
        bench.machine.suspend(at: bench.now)
        let (before, disks) = (bench.machine.facts(), bench.disks)
        bench.wait(.days(2))
        #expect(bench.machine.facts() == before)
        #expect(bench.disks == disks)
        bench.machine.resume(at: bench.now)
        #expect(bench.machine.facts() == before)
        bench.wait(.milliseconds(500))
        #expect(bench.disks == disks, "timers have as long to go as they had")
        bench.wait(.seconds(4))
        #expect(bench.status?.jobs == 2)
        #expect(bench.machine.disk(.data) != disks[.data], "work goes on")
        bench.wait(.minutes(3))
        #expect(bench.status?.jobs == 0)
    }

    @Test("each boot has a name of its own; a restored memory keeps the name")
    func bootIDs() throws {
        var bench = Bench(.generic)
        let memory = try #require(bench.machine.memory)
        let disks = bench.disks
        var seen: Set<FactValue> = [try #require(bench.facts[.bootID])]
        for _ in 0..<3 {
            try bench.shutDown()
            bench.boot()
            #expect(seen.insert(try #require(bench.facts[.bootID])).inserted)
        }
        bench.cut()
        for (role, disk) in disks { bench.machine.replaceDisk(role, with: disk) }
        bench.machine.restore(memory: memory, at: bench.now)
        #expect(bench.facts[.bootID] == .text(memory.bootID))
    }

    @Test("a guest whose agent hangs does not freeze, and answers again the next time")
    func agentHangs() throws {
        var bench = Bench(.generic)
        bench.machine.inject(.agentHangs)
        let fault = #expect(throws: GuestFault.self) { try bench.machine.freeze(at: bench.now) }
        #expect(fault?.reason == .agentHangs)
        #expect(fault?.elapsed == .seconds(30))
        bench.now = bench.now + .seconds(30)
        bench.now = bench.now + (try bench.machine.freeze(at: bench.now))
    }

    @Test("a refused freeze changes nothing but the plan")
    func quiesceRefused() throws {
        var bench = Bench(.generic)
        try bench.perform(.writeLooseFiles(3))
        let disks = bench.disks
        bench.machine.inject(.quiesceRefused)
        let fault = #expect(throws: GuestFault.self) { try bench.machine.freeze(at: bench.now) }
        #expect(fault?.reason == .quiesceRefused)
        #expect(bench.disks == disks)
        #expect(try bench.machine.freeze(at: bench.now) > .zero)
    }

    @Test("frozen, nothing reaches the disks, commands wait, and a second freeze is refused")
    func frozen() throws {
        var bench = Bench(.generic)
        try bench.perform(.startJobs(2))
        bench.now = bench.now + (try bench.machine.freeze(at: bench.now))
        let disks = bench.disks
        bench.wait(.minutes(10))
        #expect(bench.disks == disks)
        #expect(throws: GuestFault(.isFrozen)) { try bench.machine.freeze(at: bench.now) }
        #expect(throws: GuestFault(.isFrozen)) { try bench.perform(.write(records: 1)) }
        #expect(throws: GuestFault(.isFrozen)) { try bench.machine.shutDown(at: bench.now) }
        #expect(bench.status?.jobs == 2)
        bench.machine.thaw(at: bench.now)
        bench.wait(.minutes(3))
        #expect(bench.status?.jobs == 0)
        try bench.perform(.write(records: 1))
    }

    @Test("a write-back that is torn leaves some loose files whole and others not, and never torn metadata")
    func torn() throws {
        var seen: Set<FactValue> = []
        for seed in 1...8 {
            var bench = Bench(.generic, seed: UInt64(seed))
            try bench.perform(.write(records: 10))
            try bench.perform(.writeLooseFiles(400))  // More than one transaction of the journal takes.
            bench.machine.inject(.tornWrite)
            bench.cut()
            bench.boot()
            #expect(bench.facts[.fileSystem(.data)] != "corrupt")
            #expect(bench.facts[.records] == 10)
            #expect(bench.status?.isHealthy == true)
            seen.insert(try #require(bench.facts[.looseFiles]))
        }
        #expect(seen.count >= 2, "\(seen)")
        #expect(!seen.contains(400))
    }

    @Test("a disk that is taken from a running machine takes the service and the cached writes with it")
    func detached() throws {
        var bench = Bench(.generic)
        try bench.perform(.write(records: 10))
        try bench.perform(.writeLooseFiles(5))
        let detached = bench.machine.detach(.data)
        let disk = try #require(detached)
        #expect(bench.status?.isHealthy == false)
        #expect(bench.facts[.schema] == "unreadable")
        #expect(throws: GuestFault.self) { try bench.perform(.write(records: 1)) }
        bench.cut()
        bench.boot()
        #expect(bench.status?.trouble == "a disk is missing")
        bench.cut()
        bench.machine.attach(disk, as: .data)
        bench.boot()
        #expect(bench.status?.isHealthy == true)
        #expect(bench.facts[.looseFiles] == 0)
        #expect(bench.facts[.records] == 10)
    }

    @Test("a full data disk stops the database's pages, not the clock, and what is logged is not lost")
    func fullDisk() throws {
        var bench = Bench(.generic)
        try bench.perform(.write(records: 10))
        try bench.perform(.fillDisk(.data, leaving: .zero))
        let answer = try bench.perform(.write(records: 400))
        #expect(answer.succeeded, "the log has a segment to go")
        bench.wait(.hours(2))
        #expect(bench.status?.records == 410)
        #expect(!(try bench.perform(.write(records: 3_000))).succeeded, "and then it is full as well")
        let records = try #require(bench.status?.records)
        bench.cut()
        bench.boot()
        #expect(bench.status?.isHealthy == false)
        #expect(bench.status?.trouble?.contains("No space left on device") == true)
        #expect(bench.facts[.database] != "corrupt")
        bench.cut()
        var storage = Storage()
        storage.drives[.data] = bench.machine.detach(.data)
        storage.fileSystems[.data] = try FileSystem.mount(.data, in: &storage.drives, at: bench.now).fileSystem
        try storage.on(.data) { fileSystem, drives throws(FileSystemFault) in
            try fileSystem.remove("/filler-1", in: &drives)
            try fileSystem.unmount(from: &drives)
        }
        bench.machine.attach(try #require(storage.drives[.data]), as: .data)
        bench.boot()
        #expect(bench.status?.isHealthy == true)
        #expect(bench.status?.records == records, "nothing that was committed is gone")
    }

    @Test("the same seed gives the same machine, to the last block", arguments: Appliance.allCases)
    func deterministic(appliance: Appliance) throws {
        func run() throws -> Bench {
            var bench = Bench(appliance)
            try bench.perform(.write(records: 20))
            try bench.perform(.startJobs(2))
            try bench.perform(.writeLooseFiles(5))
            try bench.perform(
                .upgrade(
                    version: bench.spec.nextVersion,
                    failure: UpgradeFailure(phase: .migrate, occurrence: 2, cause: .powerLoss)))
            bench.boot()
            return bench
        }
        let (a, b) = (try run(), try run())
        #expect(a.machine == b.machine)
        #expect(a.now == b.now)
        #expect(a.facts == b.facts)
        for (role, disk) in a.disks { #expect(b.machine.disk(role)?.digest == disk.digest) }
    }

    @Test("looking at a machine changes nothing", arguments: Power.allCases)
    func looking(power: Power) {
        let (bench, _) = Self.machine(power)
        let before = bench.machine
        _ = bench.machine.facts()
        _ = bench.machine.memory
        #expect(bench.machine == before)
    }
}

import Hypervisor
import LabCore
import SimulatedMachine
import Testing

/// A database over one or two disks, with a model of what was committed.
struct DatabaseBench {
    var storage = Storage()
    var database: Database
    var recovery = Recovery.clean
    let logRole: DiskRole
    var now = Instant.start
    /// The rows by key, after each committed transaction.
    var states: [[Int: UInt64]] = [[:]]

    init(log logRole: DiskRole) throws {
        self.logRole = logRole
        for role in [DiskRole.root, .data] {
            storage.drives[role] = Disk(size: .mebibytes(64))
            FileSystem.format(role, in: &storage.drives)
            storage.fileSystems[role] = try FileSystem.mount(role, in: &storage.drives, at: .start).fileSystem
        }
        database = try Database.make(system: 42, log: logRole, tables: .data, in: &storage)
        try database.commit([.create(table: "records", schema: "1")], at: now, in: &storage)
        try database.checkpoint(in: &storage)
    }

    enum Step: Hashable {
        case commit(rows: Int)
        case rewrite, remove, checkpoint
        case wait(seconds: Int)
    }

    mutating func run(_ step: Step) throws {
        var rows = states[states.count - 1]
        switch step {
        case .commit(let count):
            let keys = (rows.keys.max() ?? -1) + 1..<(rows.keys.max() ?? -1) + 1 + count
            let value = UInt64(states.count)
            for key in keys { rows[key] = value }
            try database.commit(keys.map { .put(table: "records", key: $0, value: value) }, at: now, in: &storage)
            states.append(rows)
        case .rewrite:
            let value = UInt64(1_000 + states.count)
            let keys = rows.keys.sorted()
            for key in keys { rows[key] = value }
            try database.commit(keys.map { .put(table: "records", key: $0, value: value) }, at: now, in: &storage)
            states.append(rows)
        case .remove:
            let key = rows.keys.min() ?? 0
            rows[key] = nil
            try database.commit([.remove(table: "records", key: key)], at: now, in: &storage)
            states.append(rows)
        case .checkpoint: try database.checkpoint(in: &storage)
        case .wait(let seconds):
            let end = now + .seconds(seconds)
            while let due = [storage.nextDue, database.nextDue].compactMap({ $0 }).min(), due <= end {
                now = due
                storage.setClock(due)
                try database.runTimers(at: due, in: &storage)
                storage.runTimers()
            }
            now = end
            storage.setClock(end)
        }
    }

    /// Mounts and opens what is on the disks.
    mutating func restart() throws {
        for role in [DiskRole.root, .data] {
            storage.fileSystems[role] = try FileSystem.mount(role, in: &storage.drives, at: now).fileSystem
        }
        (database, recovery) = try Database.open(log: logRole, tables: .data, in: &storage)
    }

    var rows: [Int: UInt64] {
        Dictionary(uniqueKeysWithValues: database.contents.rows(of: "records").map { ($0.key, $0.value) })
    }
}

@Suite("The guest's database")
struct DatabaseTests {
    static let work: [DatabaseBench.Step] = [
        .commit(rows: 1), .commit(rows: 40), .wait(seconds: 2), .remove, .rewrite, .checkpoint, .commit(rows: 3),
        .wait(seconds: 3), .rewrite, .wait(seconds: 31), .commit(rows: 70), .remove, .checkpoint, .commit(rows: 1),
    ]

    @Test(
        "after a crash at any write every committed transaction is there, whole, and no other",
        arguments: [DiskRole.root, .data], 0..<8)
    func everyWrite(log: DiskRole, part: Int) throws {
        let start = try DatabaseBench(log: log)
        var complete = start
        var marks: [(issued: Int, states: Int)] = [(complete.storage.drives.issued, 1)]
        for step in Self.work {
            try complete.run(step)
            marks.append((complete.storage.drives.issued, complete.states.count))
        }
        let first = start.storage.drives.issued
        for writes in stride(from: part, through: complete.storage.drives.issued - first, by: 8) {
            var bench = start
            bench.storage.drives.lightFuse(after: writes, dice: Dice(seed: UInt64(writes)))
            for step in Self.work { try bench.run(step) }
            bench.storage.drives.removeFuse()
            let certain = marks.last { $0.issued <= first + writes }?.states ?? 1
            let possible = marks.first { $0.issued > first + writes }?.states ?? certain
            let allowed = complete.states[certain - 1...max(certain, possible) - 1]
            try bench.restart()
            #expect(allowed.contains(bench.rows), "after \(writes) writes: \(bench.rows.count) rows")
            try bench.restart()
            #expect(bench.recovery == .clean, "recovery ends with a checkpoint")
        }
    }

    @Test("crash after crash, nothing that a torn write left behind is taken for log", arguments: 1...40)
    func again(seed: Int) throws {
        var dice = Dice(seed: UInt64(seed))
        var bench = try DatabaseBench(log: seed % 2 == 0 ? .root : .data)
        for _ in 0..<6 {
            for _ in 0..<dice.roll(below: 5) { try bench.run(Self.step(&dice)) }
            let step = Self.step(&dice)
            var trial = bench
            try trial.run(step)
            let writes = trial.storage.drives.issued - bench.storage.drives.issued
            bench.storage.drives.lightFuse(after: dice.roll(below: writes + 1), dice: dice.split())
            let before = bench.states[bench.states.count - 1]
            try bench.run(step)
            let after = bench.states[bench.states.count - 1]
            bench.storage.drives.removeFuse()
            try bench.restart()
            #expect([before, after].contains(bench.rows))
            bench.states = [bench.rows]
        }
    }

    static func step(_ dice: inout Dice) -> DatabaseBench.Step {
        switch dice.roll(below: 8) {
        case 0...3: .commit(rows: 1 + dice.roll(below: 60))
        case 4: .rewrite
        case 5: .remove
        case 6: .checkpoint
        default: .wait(seconds: dice.roll(below: 40))
        }
    }

    typealias Row = (what: String, later: [DatabaseBench.Step], keep: DiskRole, outcome: Outcome)
    enum Outcome: Hashable { case recovers(rows: Int), corrupt(String) }

    @Test(
        "a log and tables of different instants",
        arguments: [
            ("log older, nothing since", [], .root, .recovers(rows: 5)),
            ("log older, a commit whose page is in memory", [.commit(rows: 1)], .root, .recovers(rows: 5)),
            (
                "log older than a page", [.commit(rows: 1), .wait(seconds: 1)], .root,
                .corrupt("xlog flush request")
            ),
            (
                "log older than the checkpoint", [.commit(rows: 1), .checkpoint], .root,
                .corrupt("could not locate a valid checkpoint record")
            ),
            ("tables older, nothing since", [], .data, .recovers(rows: 5)),
            ("tables older, the log reaches back", [.commit(rows: 2)], .data, .recovers(rows: 7)),
            ("tables older, a checkpoint since", [.commit(rows: 2), .checkpoint], .data, .recovers(rows: 7)),
            (
                "tables older, the log was removed since",
                Array(repeating: .commit(rows: 100), count: 25) + [.checkpoint, .wait(seconds: 6)], .data,
                .corrupt("could not locate a valid checkpoint record")
            ),
        ] as [Row])
    func skew(row: Row) throws {
        var bench = try DatabaseBench(log: .root)
        try bench.run(.commit(rows: 5))
        try bench.run(.wait(seconds: 2))
        let old = bench.storage.drives[row.keep]
        for step in row.later { try bench.run(step) }
        bench.storage.drives[row.keep] = old
        switch row.outcome {
        case .recovers(let rows):
            try bench.restart()
            #expect(bench.rows.count == rows, "\(row.what)")
        case .corrupt(let words):
            let fault = #expect(throws: DatabaseFault.self, "\(row.what)") { try bench.restart() }
            #expect(fault.map { "\($0)".contains(words) } == true, "\(row.what): \(String(describing: fault))")
        }
    }

    @Test(
        "what is missing or damaged keeps the database from starting",
        arguments: [
            ("/database/control", DiskRole.data, "control file"),
            ("/database/log-00000000", .root, "checkpoint record"),
            ("/database/table-records", .data, "invalid page"),
        ])
    func damaged(path: String, role: DiskRole, words: String) throws {
        var bench = try DatabaseBench(log: .root)
        try bench.run(.commit(rows: 5))
        try bench.run(.checkpoint)
        try bench.storage.on(role) { fileSystem, drives throws(FileSystemFault) in
            try fileSystem.write([(0, Block(token: 13))], length: 0, to: path, in: drives)
            try fileSystem.sync(to: &drives)
        }
        let fault = #expect(throws: DatabaseFault.self) { try bench.restart() }
        #expect(fault.map { "\($0)".contains(words) } == true, "\(String(describing: fault))")
    }

    @Test("a commit on a full disk commits nothing, and the next one goes on")
    func full() throws {
        var bench = try DatabaseBench(log: .root)
        try bench.run(.commit(rows: 5))
        let before = bench.rows
        bench.storage.fileSystems[.root]?.withholdFreeSpace(true)
        let many = (0..<3_000).map { Change.put(table: "records", key: $0, value: 7) }
        #expect(throws: DatabaseFault.fileSystem(.noSpace)) {
            try bench.database.commit(many, at: bench.now, in: &bench.storage)
        }
        #expect(bench.rows == before)
        bench.storage.fileSystems[.root]?.withholdFreeSpace(false)
        try bench.run(.commit(rows: 2))
        try bench.restart()
        #expect(bench.rows.count == 7)
    }
}

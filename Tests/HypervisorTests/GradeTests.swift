import Hypervisor
import Testing

@Suite struct GradeTests {
    /// A healthy machine that has been at rest.
    static let wanted: Facts = [
        .power: "on", .service: "healthy", .program: "p1", .version: "1.0", .schema: "1.0", .configuration: "c1",
        .records: 500, .data: "d500", .looseFiles: 20, .bootID: "boot-1", .jobs: 0, .openRecords: 0, .stuckJobs: 0,
        .maintenance: false, .database: "clean", .fileSystem(.root): "clean", .fileSystem(.data): "clean",
    ]

    static func restored(_ changes: Facts) -> Facts {
        var facts = wanted
        facts.merge(changes)
        return facts
    }

    @Test(
        "the grade follows from the facts alone",
        arguments: [
            ("nothing differs", [:], [:], .identical),
            ("another boot, at rest", ["boot-id": "boot-2"], [:], .applicationConsistent),
            ("jobs went on in memory", ["jobs": 3], ["jobs": 3], .identical),
            ("jobs were cut off", ["boot-id": "boot-2"], ["jobs": 3], .fileSystemConsistent),
            ("builds are stuck", ["boot-id": "boot-2", "stuck-jobs": 1], [:], .fileSystemConsistent),
            ("a transaction was cut off", ["boot-id": "boot-2"], ["open-records": 4], .fileSystemConsistent),
            ("a journal was replayed", ["boot-id": "boot-2", "file-system.data": "replayed"], [:], .crashConsistent),
            ("the log was replayed", ["boot-id": "boot-2", "database": "replayed"], [:], .fileSystemConsistent),
            ("loose files are missing", ["boot-id": "boot-2", "loose-files": 0], [:], .crashConsistent),
            ("records are missing", ["boot-id": "b", "records": 499, "data": "d499"], [:], .crashConsistent),
            ("records differ", ["boot-id": "boot-2", "data": "other"], [:], .crashConsistent),
            ("records are newer", ["boot-id": "b", "records": 600, "data": "d600"], [:], .applicationConsistent),
            ("the service is down", ["service": "down: schema 1.1, want 1.0"], [:], .inconsistent),
            ("the database is corrupt", ["database": "corrupt"], [:], .inconsistent),
            ("a disk is corrupt", ["file-system.root": "corrupt"], [:], .inconsistent),
            ("a disk says nonsense", ["file-system.root": "fine"], [:], .inconsistent),
        ] as [(String, [String: FactValue], [String: FactValue], Grade)])
    func grades(what: String, changes: [String: FactValue], atSnapshot: [String: FactValue], grade: Grade) {
        func facts(_ changes: [String: FactValue]) -> Facts {
            Self.restored(Facts(Dictionary(uniqueKeysWithValues: changes.map { (Fact(rawValue: $0), $1) })))
        }
        #expect(Grade(restored: facts(changes), wanted: facts(atSnapshot)) == grade, "\(what)")
    }

    @Test("a machine that does not run has no grade", arguments: ["off", "suspended"])
    func off(power: String) {
        #expect(Grade(restored: Self.restored([.power: .text(power)]), wanted: Self.wanted) == nil)
    }

    @Test func `grades are ordered from the worst to the best`() {
        #expect(Grade.allCases.sorted() == Grade.allCases)
        #expect(Grade.inconsistent < .crashConsistent && Grade.applicationConsistent < .identical)
    }
}

import Hypervisor
import Testing

@testable import ScenarioRunner

@Suite struct VerdictTests {
    private func record(_ scenario: Scenario) -> RunRecord {
        var interpreter = Interpreter(plan: Plan(fake: scenario))
        var plane = FakePlane(seed: 1)
        _ = interpreter.run(on: &plane)
        return interpreter.record
    }

    @Test("every difference is accounted for by the platform's rule, by a later step, or said to be unexplained")
    func accounts() throws {
        let steps = [
            "- write: 5", "- loose-files: 2", "- snapshot: {name: before}",
            "- upgrade: {to: \"2.0\", fails: {during: migrate, how: error}}", "- revert: before", "- power: on",
            "- write: 1",
        ]
        let verdict = try #require(record(try .of(steps)).verdict)
        let finding = { (fact: Fact) in verdict.findings.first { $0.fact == fact } }
        #expect(verdict.baseline == "before")
        #expect(verdict.method == "RevertToSnapshot_Task")
        #expect(verdict.notes.map(\.text) == ["reverted in place"])
        #expect(finding(.version)?.fate == .reverted)
        #expect(finding(.looseFiles)?.fate == .lost)
        #expect(finding(.looseFiles)?.accounts.map(\.rule) == ["VMW-901"])
        #expect(finding(.bootID)?.accounts.map(\.rule) == ["VMW-902"])
        let later = "It came back as it was and was changed by steps after the revert, from step 6 (power on) on."
        #expect(finding(.records)?.accounts == [Account(rule: nil, text: later)])
        #expect(verdict.unexplained.map(\.fact) == [.database], "\(verdict.unexplained)")
        #expect(verdict.grade == .crashConsistent)
    }

    @Test("a service that was off with its machine at the snapshot and runs now is accounted for")
    func serviceOfAMachineThatWasOff() throws {
        let steps = [
            "- power: shut-down", "- snapshot: {name: before}", "- power: on",
            "- upgrade: {to: \"2.0\", fails: {during: migrate, how: error}}", "- revert: before", "- power: on",
        ]
        let verdict = try #require(record(try .of(steps)).verdict)
        #expect(!verdict.unexplained.contains { $0.fact == .service })
    }

    @Test("with memory the very machine comes back")
    func memory() throws {
        let steps = [
            "- {open-transaction: 3}", "- loose-files: 2", "- snapshot: {name: before, memory: on}",
            "- upgrade: {to: \"2.0\", fails: {during: migrate, how: error}}", "- revert: before",
        ]
        let record = record(try .of(steps, expect: "{grade: identical, left: running, boot: kept, open-records: 3}"))
        #expect(record.verdict?.grade == .identical)
        #expect(!record.checks.contains { !$0.holds })
    }

    @Test("without a revert there is no grade, and nothing is called unexplained")
    func withoutRevert() throws {
        let verdict = try #require(record(try .of(["- write: 5"])).verdict)
        #expect(verdict.grade == nil)
        #expect(verdict.baseline == "start")
        #expect(verdict.unexplained == [])
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String { expectation }
        var expectation: String
        var holds: Bool
        var found: String
    }

    static let rows = [
        Row(expectation: "{grade: {at-least: crash-consistent}}", holds: true, found: "crash-consistent"),
        Row(expectation: "{grade: {at-least: application-consistent}}", holds: false, found: "crash-consistent"),
        Row(expectation: "{grade: {at-most: inconsistent}}", holds: false, found: "crash-consistent"),
        Row(expectation: "{grade: {exactly: crash-consistent}}", holds: true, found: "crash-consistent"),
        Row(expectation: "{upgrade: failed}", holds: true, found: "failed"),
        Row(expectation: "{upgrade: succeeded}", holds: false, found: "failed"),
        Row(expectation: "{left: off}", holds: true, found: "off"),
        Row(expectation: "{left: running}", holds: false, found: "off"),
        Row(expectation: "{held: disks}", holds: true, found: "disks"),
        Row(expectation: "{held: memory}", holds: false, found: "disks"),
        Row(expectation: "{held: {ec2: quiesced, otherwise: disks}}", holds: true, found: "disks"),
        Row(expectation: "{version: \"1.0\"}", holds: true, found: "1.0"),
        Row(expectation: "{version: reverted}", holds: true, found: "reverted (1.0 at before, now 1.0)"),
        Row(expectation: "{version: kept}", holds: true, found: "reverted (1.0 at before, now 1.0)"),
        Row(expectation: "{version: changed}", holds: false, found: "reverted (1.0 at before, now 1.0)"),
        Row(expectation: "{machine: kept}", holds: true, found: "kept (vm-1)"),
        Row(expectation: "{machine: {ec2: changed, otherwise: kept}}", holds: true, found: "kept (vm-1)"),
        Row(expectation: "{machine: {vsphere: changed, otherwise: kept}}", holds: false, found: "kept (vm-1)"),
        Row(expectation: "{loose-files: lost}", holds: true, found: "lost (2 at before, now 0)"),
        Row(expectation: "{loose-files: 0}", holds: true, found: "0"),
        Row(expectation: "{loose-files: {at-least: 1}}", holds: false, found: "0"),
        Row(expectation: "{records: {at-least: 5, at-most: 5}}", holds: true, found: "5"),
        Row(expectation: "{data: as-of before}", holds: true, found: "rows-5"),
        Row(expectation: "{data: as-of start}", holds: false, found: "rows-5, at 'start' it was rows-0"),
        Row(expectation: "{program: as-of failure}", holds: false, found: "files-1.0, at 'failure' it was files-2.0"),
        Row(expectation: "{schema: as-of now}", holds: false, found: "1.0, at 'now' it was mixed"),
        Row(expectation: "{data: readable}", holds: true, found: "rows-5"),
        Row(expectation: "{address: absent}", holds: true, found: "absent"),
        Row(expectation: "{data: absent}", holds: false, found: "rows-5"),
        Row(expectation: "{service: healthy}", holds: true, found: "healthy"),
        Row(expectation: "{service: down}", holds: false, found: "healthy"),
        Row(expectation: "{maintenance: off}", holds: true, found: "no"),
        Row(expectation: "{database: replayed}", holds: true, found: "replayed"),
        Row(expectation: "{facts: {configuration: settings}}", holds: true, found: "settings"),
    ]

    @Test("an expectation held against the truth", arguments: rows)
    func expectations(row: Row) throws {
        let record = record(try .wayBack(expect: row.expectation))
        let check = try #require(record.checks.last)
        #expect(check.moment == .end)
        #expect(check.holds == row.holds)
        #expect(check.found == row.found)
    }

    @Test("a state may bring its reason along")
    func reason() throws {
        let upgrade = "- upgrade: {to: \"2.0\", fails: {during: migrate, how: error}}"
        let record = record(try .of([upgrade], expect: "{service: down}"))
        #expect(record.checks.map(\.found) == ["down: the upgrade died in migrate"])
        #expect(record.checks.map(\.holds) == [true])
    }

    @Test("a platform that a value does not name is not looked at")
    func unnamed() throws {
        #expect(
            record(try .wayBack(expect: "{machine: {ec2: changed}}")).checks.filter {
                $0.moment == .end && $0.key == "machine"
            } == [])
    }
}

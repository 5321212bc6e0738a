import Foundation
import Hypervisor
import Reports
import Testing

@testable import ScenarioRunner

@Suite struct ComparisonTests {
    /// One scenario on three platforms: one that does it, one that cannot be opened, one that was left out.
    private func journals(expect: String = "{data: as-of before}") async throws -> [Journal] {
        var settings = Runner.Settings()
        settings.unavailable = [.libvirt: "there is no QEMU here"]
        let runner = Runner(settings: settings) { platform, seed throws(Refusal) in
            guard platform == .vsphere else { throw Refusal(.lab, code: "NoDriver", message: "no driver | <none>") }
            return SimulatedDriver<FakePlane>(seed: seed)
        }
        let scenario = try Scenario.wayBack(expect: expect)
        return await runner.run([.vsphere, .ec2, .libvirt].map { Flow(scenario: scenario, platform: $0, seed: 7) })
    }

    private let book = RuleBook([
        .init(id: "VMW-901", claim: "A snapshot holds disks | alone.", source: "the manual", confidence: "D"),
        .init(id: "VMW-999", claim: "Nobody names this.", source: "", confidence: "I"),
    ])

    @Test("every platform has a column, and one that did nothing says why")
    func columns() async throws {
        let comparison = try #require(Comparison.all(of: try await journals()).first)
        #expect(comparison.columns.map(\.platform) == [.vsphere, .ec2, .libvirt])
        #expect(comparison.columns.map(\.conclusion.outcome) == [.passed, .errored, .notRun])
        #expect(comparison.columns.map(\.clock) == [.virtual, nil, nil])
        let text = ComparisonText.text(of: comparison)
        #expect(text.contains(#/\nrun +passed +errored \[1\] +not run \[2\]\n/#))
        #expect(text.contains("[1]  ec2: ec2 cannot be opened: NoDriver: no driver | <none>"))
        #expect(text.contains("[2]  libvirt: there is no QEMU here"))
    }

    @Test("a column holds the snapshot, the way back, what differs and why, and the time of each phase")
    func column() async throws {
        let column = try #require(Comparison.all(of: try await journals()).first?.columns.first)
        #expect(column.grade == .crashConsistent)
        #expect(column.snapshots.map(\.name) == ["before"])
        #expect(column.snapshots.map(\.power) == ["on"])
        #expect(column.reverts.map(\.method) == ["RevertToSnapshot_Task"])
        #expect(column.reverts.map(\.left) == ["off"])
        #expect(column.finding(.looseFiles)?.accounts.map(\.rule) == ["VMW-901"])
        #expect(column.phases.map(\.phase) == [.make, .work, .snapshot, .upgrade, .revert, .recover, .check, .remove])
        #expect(column.phases.map(\.actions) == [1, 2, 1, 1, 1, 1, 6, 2])
        let spent = column.phases.map(\.milliseconds).reduce(0, +)
        #expect(spent == column.milliseconds && spent > 0)
    }

    @Test("facts that differ somewhere have a row, those that differ nowhere are named below")
    func rows() async throws {
        let comparison = try #require(Comparison.all(of: try await journals()).first)
        let text = ComparisonText.text(of: comparison, rules: book)
        #expect(text.contains("\nloose-files        lost: 2 → 0"))
        #expect(text.contains("As at the snapshot wherever it was looked at: service, version, program, "))
        #expect(text.contains("VMW-901  A snapshot holds disks | alone. <the manual>"))
        #expect(!text.contains("VMW-999"))
        #expect(text.contains("\n[?] No rule accounts for this.") == text.contains("changed [?]"))
    }

    @Test("whatever room there is, no line is longer", arguments: [40, 60, 80, 120, 200])
    func width(columns: Int) async throws {
        let comparison = try #require(Comparison.all(of: try await journals(expect: "{loose-files: kept}")).first)
        let text = ComparisonText.text(of: comparison, rules: book, style: TextStyle(width: columns))
        #expect(text.split(separator: "\n").filter { $0.count > columns } == [])
        for platform in ["vsphere", "ec2", "libvirt"] { #expect(text.contains(platform)) }
    }

    @Test("colours come only where they are asked for")
    func colours() async throws {
        let comparison = try #require(Comparison.all(of: try await journals()).first)
        #expect(!ComparisonText.text(of: comparison).contains("\u{1B}"))
        #expect(ComparisonText.text(of: comparison, style: TextStyle(colours: true)).contains("\u{1B}[31merrored"))
    }

    @Test("in Markdown every row has as many cells as its heading, whatever stands in them")
    func markdown() async throws {
        let text = ComparisonMarkdown.text(of: Comparison.all(of: try await journals()), rules: book)
        let tables = text.split(separator: "\n\n").filter { $0.hasPrefix("|") }
        #expect(tables.count >= 5)
        for table in tables {
            let bars = table.split(separator: "\n").map { line in
                line.replacing("\\|", with: "").count { $0 == "|" }
            }
            #expect(Set(bars).count == 1, "\(table)")
        }
        #expect(text.contains("no driver \\| \\<none>"))
        #expect(text.contains("| VMW-901 | A snapshot holds disks \\| alone. | the manual |"))
    }

    @Test("comparisons fit their published schema, and can be read again")
    func json() async throws {
        let comparisons =
            try await Comparison.all(of: journals()) + Comparison.all(of: journals(expect: "{power: off}"))
        let data = try ComparisonJSON.data(of: comparisons, rules: book)
        let schema = try JSONDecoder().decode(JSONValue.self, from: Data(ComparisonSchema.text.utf8))
        let value = try JSONDecoder().decode(JSONValue.self, from: data)
        #expect(SchemaValidator(schema).problems(in: value) == [])
        let document = try ComparisonJSON.document(data)
        #expect(document.scenarios == comparisons)
        #expect(document.rules.map(\.id) == ["VMW-901"])
    }

    @Test("runs of several scenarios make a comparison each, in their order")
    func several() async throws {
        var (first, second) = (try Scenario.wayBack(), try Scenario.wayBack())
        (first.name, second.name) = ("b", "a")
        let runner = Runner { _, seed in SimulatedDriver<FakePlane>(seed: seed) }
        let flows = [first, second].map { Flow(scenario: $0, platform: .vsphere, seed: 1) }
        #expect(Comparison.all(of: await runner.run(flows)).map(\.scenario) == ["b", "a"])
    }
}

import Foundation
import Hypervisor
import Reports
import Testing

@testable import ScenarioRunner

@Suite struct ReportsTests {
    private func results() async throws -> [RunResult] {
        let runner = Runner { platform, seed throws(Refusal) in
            guard platform == .vsphere else { throw Refusal(.lab, code: "NoDriver", message: "<none> & \"no\"") }
            return SimulatedDriver<FakePlane>(seed: seed)
        }
        var good = try Scenario.wayBack()
        good.name = "good"
        var bad = try Scenario.wayBack(expect: "{loose-files: kept}")
        bad.name = "bad"
        var odd = try Scenario.of(["- flush"], more: "requires: external-database")
        odd.name = "odd"
        let flows = [good, bad, odd].flatMap { scenario in
            [Platform.vsphere, .ec2].map { Flow(scenario: scenario, platform: $0, seed: 7) }
        }
        return await runner.run(flows).map(\.result)
    }

    @Test("the matrix has scenarios down and platforms across, and counts outcomes below")
    func matrix() async throws {
        let results = try await results()
        #expect(
            MatrixReport.text(of: results) == """
                scenario      vsphere           ec2
                good          crash-consistent  errored
                bad           FAILED            errored
                odd           unsupported       errored

                1 passed, 1 failed, 1 unsupported, 3 errored
                A scenario passes when what it expects holds, a bad state too; its cell says how good the state is
                that came back. crash-consistent: as after a power cut.

                """)
        #expect(
            MatrixReport.markdown(of: results).hasPrefix(
                "| scenario | vsphere | ec2 |\n|---|---|---|\n| good | crash-consistent | errored |\n| bad | **FAILED** |"
            ))
    }

    @Test(
        "whatever room there is, no line of the matrix is longer, and each row can be told",
        arguments: [40, 60, 80, 120])
    func narrow(columns: Int) async throws {
        var results: [RunResult] = []
        for (number, platform) in ["ec2", "azure", "gce", "hyperv", "vsphere", "libvirt"].enumerated() {
            for result in try await self.results().prefix(2) + self.results().suffix(2) {
                var result = result
                result.platform = Platform(rawValue: platform)
                result.scenario = "power-loss-in-the-upgrade[phase=\(number.isMultiple(of: 2) ? "unpack" : "start")]"
                results.append(result)
            }
        }
        let text = MatrixReport.text(of: results, style: TextStyle(width: columns))
        let least = 60  // Six columns of the shortest words and the least of a name need that much.
        #expect(text.split(separator: "\n").filter { $0.count > max(columns, least) } == [])
        #expect(Set(text.split(separator: "\n").prefix(3)).count == 3)
    }

    @Test("colours come only where they are asked for")
    func colours() async throws {
        let results = try await results()
        #expect(!MatrixReport.text(of: results).contains("\u{1B}"))
        #expect(MatrixReport.text(of: results, style: TextStyle(colours: true)).contains("\u{1B}[31mFAILED"))
    }

    @Test("a failure says what was expected, what was found, why, and how to repeat it")
    func failure() async throws {
        let result = try await results()[2]
        #expect(
            FailureReport.text(of: [result]) == """
                FAILED: bad on vsphere: An example
                  example.yaml:11:10: loose-files at the end
                    expected  kept
                    found     lost (2 at before, now 0)
                    why       VMW-901: What is in the page cache is not on the disk.
                  repeat    belay run example.yaml --platform vsphere --seed 7

                """)
    }

    @Test("a failure says how we know: what the rule behind it says, and where, once")
    func proof() async throws {
        let result = try await results()[2]
        let book = RuleBook([.init(id: "VMW-901", claim: "Caches are lost.", source: "page 7", confidence: "D")])
        let text = FailureReport.text(of: [result, result], rules: book)
        #expect(text.matches(of: /VMW-901 says: Caches are lost. <page 7>\n/).count == 1)
    }

    @Test("runs that did not happen say why, and runs that passed say nothing")
    func others() async throws {
        let results = try await results()
        #expect(FailureReport.text(of: [results[0]]) == "")
        #expect(
            FailureReport.text(of: [results[4]])
                == "unsupported  odd on vsphere: vsphere has no external-database: the fake has no outside (VMW-001)\n")
        var twin = results[4]
        twin.platform = .ec2
        #expect(
            FailureReport.text(of: [results[4], twin]).hasPrefix("unsupported  odd on vsphere and ec2: vsphere has no"))
    }

    @Test("the facts of one run stand in a table with their fates and what accounts for them")
    func facts() async throws {
        let text = FactsReport.text(of: try await results()[0])
        #expect(text.contains("loose-files       2          2                    0           lost"))
        #expect(text.contains("grade: crash-consistent\nway back: RevertToSnapshot_Task\nnote: reverted in place\n"))
        #expect(text.contains("loose-files lost: VMW-901: What is in the page cache is not on the disk."))
        #expect(text.contains("database changed: unexplained"))
    }

    @Test("JUnit tells failures, errors and skipped cases apart, and is well-formed")
    func junit() async throws {
        let xml = JUnitReport.text(of: try await results())
        #expect(xml.contains("<testsuites tests=\"6\" failures=\"1\" errors=\"3\" skipped=\"1\">"))
        #expect(xml.contains("<skipped message=\"unsupported: vsphere has no external-database"))
        #expect(xml.contains("&lt;none&gt; &amp; &quot;no&quot;"))
        #expect(!xml.contains("<none>"))
    }

    @Test("results can be read again from the JSON report")
    func json() async throws {
        let results = try await results()
        #expect(try JSONReport.results(in: JSONReport.data(of: results)) == results)
    }

    @Test(
        "progress is a line for each finished flow, and in a terminal one line that is written anew for each running one"
    )
    func progress() async throws {
        let result = try await results()[0]
        let flow = Flow(scenario: try .wayBack(), platform: .vsphere, seed: 7)
        let step = StepReference(number: "2", summary: "write 5 records", position: .start)
        let events: [RunEvent] = [.began(index: 0, flow), .step(index: 0, flow, step), .finished(index: 0, result)]
        var plain = ProgressText(total: 10)
        let lines = events.map { plain.take($0) }
        #expect(lines.prefix(2) == ["", ""])
        #expect(lines[2].hasPrefix("[ 1/10] good on vsphere: passed (crash-consistent) in "))
        var live = ProgressText(total: 10, isLive: true)
        #expect(live.take(events[0]) == "example on vsphere: making the machine\n")
        #expect(live.take(events[1]) == "\u{1B}[1A\u{1B}[Jexample on vsphere: 2 write 5 records\n")
        #expect(live.take(events[2]).hasPrefix("\u{1B}[1A\u{1B}[J[ 1/10] good on vsphere: passed"))
        #expect(live.finish() == "")
    }
}

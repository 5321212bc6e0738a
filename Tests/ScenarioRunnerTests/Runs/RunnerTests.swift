import Foundation
import Hypervisor
import LabCore
import Testing

@testable import ScenarioRunner

@Suite struct RunnerTests {
    private func runner(jobs: Int = 1, journals: URL? = nil) -> Runner {
        Runner(settings: Runner.Settings(jobs: jobs, journals: journals)) { platform, seed throws(Refusal) in
            guard platform == .vsphere else {
                throw Refusal(.lab, code: "NoDriver", message: "\(platform) is not there")
            }
            return SimulatedDriver<FakePlane>(seed: seed)
        }
    }

    private func flow(_ scenario: Scenario, _ platform: Platform = .vsphere, seed: UInt64 = 7) -> Flow {
        Flow(scenario: scenario, platform: platform, seed: seed)
    }

    private var sixOutcomes: [Flow] {
        get throws {
            [
                flow(try .wayBack()), flow(try .wayBack(expect: "{loose-files: kept}")),
                flow(try .of(["- flush"], more: "requires: external-database")),
                flow(try .of(["- flush"], more: "except: {vsphere: by hand}")), flow(try .wayBack(), .ec2),
            ]
        }
    }

    @Test(
        "each flow ends in its own outcome with its reason, in the order of the flows, whatever runs beside it",
        arguments: [1, 4])
    func outcomes(jobs: Int) async throws {
        let results = await runner(jobs: jobs).run(try sixOutcomes).map(\.result)
        #expect(results.map(\.conclusion.outcome) == [.passed, .failed, .unsupported, .excluded, .errored])
        let reasons = results.map { $0.conclusion.reasons.first?.text }
        #expect(
            reasons == [
                nil, "loose-files at the end: expected kept, found lost (2 at before, now 0)",
                "vsphere has no external-database: the fake has no outside", "by hand",
                "ec2 cannot be opened: NoDriver: ec2 is not there",
            ])
        #expect(results[2].conclusion.reasons.first?.rule == "VMW-001")
    }

    @Test("a platform that the scenario does not name is excluded")
    func unnamed() async throws {
        let journals = await runner().run([flow(try .of(["- flush"], more: "platforms: ec2"))])
        #expect(
            journals.map(\.result.conclusion)
                == [Conclusion(.excluded, [Conclusion.Reason("the scenario is about ec2")])])
    }

    @Test("one seed gives the same bytes, also when flows run beside each other; another seed gives others")
    func bytes() async throws {
        let flows = try sixOutcomes
        let first = try await runner(jobs: 1).run(flows).map(JournalText.text)
        let second = try await runner(jobs: 4).run(flows).map(JournalText.text)
        #expect(first == second)
        let other = try await runner().run([flow(try .wayBack(), seed: 8)]).map(JournalText.text)
        #expect(other != [first[0]])
    }

    @Test("a journal is written into its place whole, is what was returned, and can be read again")
    func journalFile() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "journals-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let journals = await runner(journals: folder).run([flow(try .wayBack())])
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names == ["example.vsphere.journal.json"])
        let data = try Data(contentsOf: folder.appending(path: names[0]))
        let text = try JournalText.text(of: journals[0])
        #expect(data == text)
        let read = try JournalText.journal(data)
        #expect(read == journals[0])
    }

    @Test("entries that need not be kept are written all the same")
    func entriesLeftOut() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "journals-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        func journal(_ settings: Runner.Settings) async throws -> Journal {
            let runner = Runner(settings: settings) { _, seed in SimulatedDriver<FakePlane>(seed: seed) }
            return await runner.run([flow(try .wayBack())])[0]
        }
        let kept = try await journal(Runner.Settings())
        var settings = Runner.Settings(journals: folder)
        settings.keepsEntries = false
        let journal = try await journal(settings)
        #expect(journal.entries.isEmpty && !kept.entries.isEmpty)
        #expect(journal.result == kept.result)
        let data = try Data(contentsOf: folder.appending(path: "example.vsphere.journal.json"))
        #expect(try JournalText.journal(data) == kept)
    }

    @Test("a journal that cannot be written ends its flow errored, and nothing is done")
    func journalTrouble() async throws {
        let nowhere = URL(filePath: "/dev/null/journals")
        let result = await runner(journals: nowhere).run([flow(try .wayBack())]).map(\.result)[0]
        #expect(result.conclusion.outcome == .errored)
        #expect(result.conclusion.reasons.first?.text.hasPrefix("the journal cannot be written") == true)
    }

    @Test("journals fit their published schema")
    func journalSchema() async throws {
        let schema = try JSONDecoder().decode(JSONValue.self, from: Data(JournalSchema.text.utf8))
        let validator = SchemaValidator(schema)
        for journal in await runner().run(try sixOutcomes) {
            let value = try JSONDecoder().decode(JSONValue.self, from: JournalText.text(of: journal))
            #expect(validator.problems(in: value) == [])
        }
    }

    @Test("a cancelled run removes what it made, and begins nothing more")
    func cancellation() async throws {
        let flows = [flow(try .wayBack()), flow(try .of(["- flush"]))]
        let (begun, signal) = AsyncStream<Void>.makeStream()
        var settings = Runner.Settings()
        settings.gate = { _, step in
            guard step.number == "3" else { return true }
            signal.yield()
            // The run stays here until it is cancelled.
            while !Task.isCancelled { await Task.yield() }
            return true
        }
        let runner = Runner(settings: settings) { _, seed in SimulatedDriver<FakePlane>(seed: seed) }
        let journals = await withTaskGroup(of: [Journal].self) { group in
            group.addTask { await runner.run(flows) }
            for await _ in begun.prefix(1) {}
            group.cancelAll()
            return await group.next() ?? []
        }
        #expect(journals.map(\.result.conclusion.outcome) == [.notRun, .notRun])
        #expect(journals[0].result.leftovers == [])
        #expect(journals[0].entries.map(\.action).suffix(2) == ["removeEverything", "lookForLeftovers"])
    }

    @Test("whoever is asked before each step can stop the run there")
    func gate() async throws {
        var settings = Runner.Settings()
        settings.gate = { _, step in step.number != "3" }
        let runner = Runner(settings: settings) { _, seed in SimulatedDriver<FakePlane>(seed: seed) }
        let journal = await runner.run([flow(try .wayBack())])[0]
        #expect(
            journal.result.conclusion
                == Conclusion(.notRun, [Conclusion.Reason("stopped by hand at step 3 (snapshot 'before')")]))
        #expect(!journal.entries.contains { $0.action == "takeSnapshot" })
        #expect(journal.result.leftovers == [])
    }

    @Test("a selection that matches nothing is an error that says what there is")
    func selection() throws {
        let text = "scenario: example\ntitle: A\nplatforms: ec2\nsteps: [flush]\nexpect: {power: on}\n"
        let file = try ScenarioFile(text, name: "a.yaml")
        let fault = { (platforms: [Platform], names: [String]) -> String? in
            do throws(Selection.Fault) {
                _ = try Selection(platforms: platforms, scenarios: names).flows(of: [file])
                return nil
            } catch {
                return error.description
            }
        }
        #expect(fault([.ec2], ["exa*"]) == nil)
        #expect(fault([.ec2], ["exmple"]) == "no scenario is called 'exmple'; did you mean 'example'?")
        #expect(fault([], []) == "no platform is selected")
        #expect(fault([.libvirt], []) == "none of the 1 selected scenarios is about libvirt")
        #expect(throws: Selection.Fault.self) { try Selection(platforms: [.ec2]).flows(of: []) }
        #expect(throws: Selection.Fault.self) { try Selection(platforms: [.ec2]).flows(of: [file, file]) }
    }
}

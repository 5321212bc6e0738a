import Hypervisor
import Testing

@testable import ScenarioRunner

@Suite struct JournalledOutcomeTests {
    @Test(
        "facts stand in a journal as they encode themselves",
        arguments: [
            [:], [.records: 12, .database: "clean", .maintenance: true],
            [.version: .unreadable("the program is missing"), .disk(.root): .text("vol-1"), .jobs: .number(-1)],
        ] as [Facts])
    func facts(facts: Facts) {
        let (name, details) = ActionOutcome.facts(facts).journalled
        #expect(name == "facts")
        #expect(details == JSONValue(encoding: facts))
    }

    @Test(
        "answers stand in a journal as they encode themselves",
        arguments: [
            ApplianceAnswer(succeeded: true),
            ApplianceAnswer(succeeded: false, output: ["line \"1\"", ""]),
            ApplianceAnswer(succeeded: true, status: ApplianceStatus(isHealthy: true, version: "1.0", schema: "1.0")),
            ApplianceAnswer(
                succeeded: true, output: ["done"],
                status: ApplianceStatus(
                    isHealthy: false, trouble: "the database is down", version: "2.0", schema: "mixed",
                    inMaintenance: true, jobs: 2, stuckJobs: 1, records: 50)),
        ])
    func answers(answer: ApplianceAnswer) {
        let (name, details) = ActionOutcome.answer(answer).journalled
        #expect(name == "answer")
        #expect(details == JSONValue(encoding: answer))
    }
}

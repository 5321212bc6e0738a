import Hypervisor
import Testing

@testable import ScenarioRunner

@Suite struct JournalledFactsTests {
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
}

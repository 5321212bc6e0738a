import Foundation
import Hypervisor
import Testing

@Suite struct FactsTests {
    static let facts: Facts = [
        .power: "on", .records: 500, .maintenance: false, .database: .unreadable("no such disk"), .disk(.root): "vol-1",
    ]

    @Test func `facts survive being written and read`() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(Self.facts)
        #expect(
            String(decoding: data, as: UTF8.self)
                == #"{"database":{"unreadable":"no such disk"},"disk.root":"vol-1","maintenance":false,"power":"on","records":500}"#
        )
        #expect(try JSONDecoder().decode(Facts.self, from: data) == Self.facts)
    }

    @Test func `facts are told in the order of their names`() {
        #expect(Self.facts.found.map(\.rawValue) == ["database", "disk.root", "maintenance", "power", "records"])
    }

    @Test func `later facts win`() {
        var facts = Self.facts
        facts.merge([.power: "off", .jobs: 2])
        #expect(facts[.power] == "off")
        #expect(facts[.jobs] == 2)
        #expect(facts[.records] == 500)
    }
}

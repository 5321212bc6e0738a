import Foundation
import Testing

@Suite("The command rules")
struct RulesTests {
    @Test(
        "a platform's rules are counted, and each says how far it is",
        arguments: ["ec2", "azure", "gce", "hyperv", "vsphere", "libvirt", "guest"])
    func counts(platform: String) async throws {
        let result = try await Belay.run("rules", "--platform", platform)
        #expect(result.code == 0, "\(result.errors)")
        let heading = try #require(result.output.split(separator: "\n").first)
        let counts = heading.matches(of: #/(\d+) (rules|enforced and tested|enforced|not yet)/#).compactMap {
            Int($0.1)
        }
        try #require(counts.count == 4, "\(heading)")
        #expect(counts[0] == counts[1] + counts[2] + counts[3])
        #expect(result.output.matches(of: #/(?m)^[A-Z]+-\d{3}  /#).count == counts[0])
    }

    @Test("the JSON form names the places, and they are there")
    func places() async throws {
        struct Entry: Decodable {
            var id, specification: String
            var enforcedAt: [String]
        }
        let result = try await Belay.run("rules", "--json", "--status", "tested")
        let entries = try JSONDecoder().decode([Entry].self, from: Data(result.output.utf8))
        try #require(!entries.isEmpty)
        for entry in entries.prefix(20) {
            for place in [entry.specification] + entry.enforcedAt {
                let parts = place.split(separator: ":")
                let text = try String(contentsOf: Belay.package.appending(path: String(parts[0])), encoding: .utf8)
                let line = text.split(separator: "\n", omittingEmptySubsequences: false)[(Int(parts[1]) ?? 0) - 1]
                #expect(line.contains(entry.id), "\(place)")
            }
        }
    }
}

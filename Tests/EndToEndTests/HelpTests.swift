import Foundation
import Testing

@Suite("Help texts")
struct HelpTests {
    @Test(
        "the help of each command is the stored one",
        arguments: ["", "run", "compare", "list", "validate", "rules", "doctor", "clean"])
    func help(command: String) async throws {
        let result = try await Belay.run((command.isEmpty ? [] : [command]) + ["--help"])
        #expect(result.code == 0)
        let stored = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Help/belay\(command.isEmpty ? "" : "-" + command).txt")
        if ProcessInfo.processInfo.environment["BELAY_UPDATE_SNAPSHOTS"] == "1" {
            try result.output.write(to: stored, atomically: true, encoding: .utf8)
        }
        #expect(try result.output == String(contentsOf: stored, encoding: .utf8))
    }

    @Test("no help is longer than 80 columns wide", arguments: ["run", "compare", "rules", "clean"])
    func width(command: String) async throws {
        let result = try await Belay.run(command, "--help")
        #expect(result.output.split(separator: "\n").filter { $0.count > 80 && !$0.hasPrefix("USAGE") } == [])
    }
}

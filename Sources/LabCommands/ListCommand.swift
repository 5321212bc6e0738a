import ArgumentParser
import Foundation
import Hypervisor
import ScenarioRunner

/// The subcommand that lists scenarios.
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List scenarios: what happens in each, what it teaches, and where it applies.",
        discussion: """
            Examples:
              belay list
              belay list Scenarios/memory
            """)

    @Argument(help: "Files or folders; without any, the folder Scenarios.", completion: .file(extensions: ["yaml"]))
    var paths: [String] = []

    func run() throws {
        let library = try ScenarioLibrary(paths: paths).checked()
        Console.print(library.scenarios.map(Self.text(of:)).joined(separator: "\n\n"))
    }

    private static func text(of scenario: Scenario) -> String {
        let platforms = scenario.platforms.map { $0.map(\.rawValue).sorted().joined(separator: ", ") } ?? "all"
        let exceptions = scenario.exceptions.sorted { $0.key < $1.key }.map { "not \($0.key): \($0.value)" }
        var lines = ["\(scenario.fullName)  (\(scenario.file))", "    \(scenario.title)"]
        if let lesson = scenario.teaches { lines.append("    Teaches: \(lesson)") }
        lines.append("    Platforms: \(([platforms] + exceptions).joined(separator: "; "))")
        return lines.joined(separator: "\n")
    }
}

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

    @Argument(
        help: "Files, folders or names of scenarios in the folder Scenarios; without any, that whole folder.",
        completion: .file(extensions: ["yaml"]))
    var paths: [String] = []

    func run() throws {
        let library = try ScenarioLibrary(paths).checked()
        Console.print(library.scenarios.map(Self.text(of:)).joined(separator: "\n\n"))
    }

    private static func text(of scenario: Scenario) -> String {
        var lines = ["\(scenario.fullName)  (\(scenario.file))", "    \(scenario.title)"]
        if let lesson = scenario.teaches { lines.append("    Teaches: \(lesson)") }
        let reasons = Place.allCases.map { ($0, reasonAgainst(scenario, on: $0)) }
        let names = reasons.filter { $0.1 == nil }.map(\.0.rawValue)
        lines.append("    Platforms: \(names.isEmpty ? "none" : names.joined(separator: ", "))")
        var told: Set<String> = []
        for reason in reasons.compactMap(\.1) where told.insert(reason).inserted {
            let places = reasons.filter { $0.1 == reason }.map(\.0.rawValue)
            lines.append("    Not \(places.joined(separator: ", ")): \(reason)")
        }
        return lines.joined(separator: "\n")
    }

    /// Why a scenario does not run on a platform: it was left out by hand, or the platform cannot do it.
    private static func reasonAgainst(_ scenario: Scenario, on place: Place) -> String? {
        if let reason = Flow(scenario: scenario, platform: place.platform, seed: 1).exclusion { return reason }
        let capabilities = Workbench.capabilities(of: place)
        let plan = Plan(
            scenario: scenario, platform: place.platform, driver: capabilities, provider: capabilities)
        return plan.missing.map { missing in
            let rule = missing.note.rule.map { " (\($0))" } ?? ""
            return "there is no \(missing.capability.rawValue): \(missing.note.text)\(rule)"
        }
    }
}

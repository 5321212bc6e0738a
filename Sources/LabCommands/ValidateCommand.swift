import ArgumentParser
import Foundation
import ScenarioRunner

/// The subcommand that checks scenario files without running them.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check scenario files without running them.",
        discussion: """
            Everything that is wrong is printed with its file, line and column, what was found and what would be right.

            Examples:
              belay validate incident.yaml
              belay validate --schema > scenario.schema.json
            """)

    @Argument(
        help: "Files, folders or names of scenarios in the folder Scenarios; without any, that whole folder.",
        completion: .file(extensions: ["yaml"]))
    var paths: [String] = []
    @Flag(help: "Print the JSON Schema of scenario files instead.")
    var schema = false

    func validate() throws {
        guard schema, !paths.isEmpty else { return }
        throw ValidationError("'--schema' prints the schema alone; leave the files out.")
    }

    func run() throws {
        if schema { return Console.write(ScenarioSchema.text, to: .standardOutput) }
        let library = try ScenarioLibrary(paths).checked()
        let (files, scenarios) = (library.files.count, library.scenarios.count)
        Console.print(
            "\(files) \(files == 1 ? "file" : "files") with \(scenarios) \(scenarios == 1 ? "scenario" : "scenarios"): all right"
        )
    }
}

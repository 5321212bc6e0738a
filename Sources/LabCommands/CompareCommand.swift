import ArgumentParser
import Foundation
import Reports
import ScenarioRunner

/// The subcommand that runs a scenario on several platforms and puts them side by side.
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Run one scenario on several platforms, and show side by side what came back.",
        discussion: """
            For each platform: how the snapshot was taken and what it held, how the machine was brought back, \
            what differs from the snapshot and by which rule, what the machine is known by now, and the time and \
            the storage that it took. A platform that does not do it keeps its column and says why.

            Without --platform, all simulated platforms are compared; --platform all takes real machines as well.

            Examples:
              belay compare with-memory
              belay compare incident.yaml --platform ec2 --platform vsphere
              belay compare powered-off --platform all
              belay compare quiesced --format markdown --output quiesced.md
              belay compare --schema > comparison.schema.json

            Exit codes: 0 passed, 1 something failed, 2 wrong usage or bad input,
            3 the lab could not do its work, 130 interrupted.
            """)

    @Argument(
        help: "A scenario's name in the folder Scenarios, or a scenario file.",
        completion: .file(extensions: ["yaml"]))
    var scenario: String?
    @Option(help: "Compare this platform, or 'all'. May be given more than once.")
    var platform: [ComparedPlace] = []
    @Option(help: "The seed that every simulated event follows from.")
    var seed: UInt64 = 1
    @Option(help: "Print text, markdown or json.")
    var format: Format = .text
    @Option(help: ArgumentHelp("Write to this file instead of standard output.", valueName: "file"))
    var output: String?
    @Flag(help: "Print the JSON Schema of comparisons instead.")
    var schema = false
    @Flag(name: .customLong("no-color"), help: "Print without colours and without a progress line.")
    var isPlain = false

    /// The forms in which a comparison is printed.
    enum Format: String, CaseIterable, ExpressibleByArgument { case text, markdown, json }

    func validate() throws {
        switch (schema, scenario) {
        case (false, nil): throw ValidationError("Name a scenario, as in 'belay compare powered-off'.")
        case (true, .some): throw ValidationError("'--schema' prints the schema alone; leave the scenario out.")
        case (false, .some), (true, nil): return
        }
    }

    func run() async throws {
        guard let scenario else { return Console.write(ComparisonSchema.text, to: .standardOutput) }
        let library = try ScenarioLibrary([scenario]).checked()
        let places = ComparedPlace.places(platform)
        let flows = try Session.flows(of: library, on: places, only: [], seed: seed)
        let file = try OutputFile(output ?? "-")
        let session = Session(isPlain: isPlain)
        var settings = Runner.Settings(jobs: Session.usualJobs)
        let isExplicit = !platform.isEmpty && !platform.contains(.all)
        settings.unavailable = isExplicit ? [:] : await session.workbench.unavailable(places)

        let (journals, interruption) = await session.run(flows, settings)
        try file.write(text(of: Comparison.all(of: journals), isForTerminal: output == nil))
        if let interruption { throw interruption }
        throw LabExit(outcomes: journals.map(\.result.conclusion.outcome), isExplicit: isExplicit)
    }

    private func text(of comparisons: [Comparison], isForTerminal: Bool) throws -> String {
        let rules = RuleBook.fromLedger
        switch format {
        case .json: return String(decoding: try ComparisonJSON.data(of: comparisons, rules: rules), as: UTF8.self)
        case .markdown: return ComparisonMarkdown.text(of: comparisons, rules: rules)
        case .text:
            let style = isForTerminal ? Console.outputStyle(isPlain) : TextStyle()
            return comparisons.map { ComparisonText.text(of: $0, rules: rules, style: style) }
                .joined(separator: "\n")
        }
    }
}

/// The platforms that can be compared, by the word that names them on the command line.
enum ComparedPlace: ExpressibleByArgument, Hashable {
    case all
    case one(Place)

    init?(argument: String) {
        if argument == "all" {
            self = .all
        } else if let place = Place(rawValue: argument) {
            self = .one(place)
        } else {
            return nil
        }
    }

    static var allValueStrings: [String] { Place.allCases.map(\.rawValue) + ["all"] }

    /// The places that are meant; without a word, all that are simulated.
    static func places(_ words: [ComparedPlace]) -> [Place] {
        if words.isEmpty { return Place.allCases.filter(\.isSimulated) }
        return words.flatMap { word in
            switch word {
            case .all: Place.allCases
            case .one(let place): [place]
            }
        }
    }
}

import ArgumentParser
import Foundation
import ScenarioRunner

/// The subcommand that runs scenarios.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run scenarios, and show for each platform what came back.",
        discussion: """
            Without arguments, the whole folder Scenarios runs on every platform that is usable here.
            A machine is made for each scenario and platform; whatever happens, what was made is removed again. \
            Ctrl-C stops the run, removes everything and says so; a second one ends at once.

            Examples:
              belay run
              belay run powered-off --platform ec2
              belay run Scenarios/memory --platform ec2 --platform vsphere
              belay run incident.yaml --platform libvirt --step
              belay run --junit results.xml --json results.json --journal journals

            Exit codes: 0 passed, 1 something failed, 2 wrong usage or bad input,
            3 the lab could not do its work, 130 interrupted.
            """)

    @Argument(
        help: "Files, folders or names of scenarios in the folder Scenarios; without any, that whole folder.",
        completion: .file(extensions: ["yaml"]))
    var paths: [String] = []
    @Option(help: "Run on this platform. May be given more than once.")
    var platform: [Place] = []
    @Option(help: "Only the scenario of this name, or those that begin so: 'disk*'. May be given more than once.")
    var only: [String] = []
    @Option(help: "The seed that every simulated event follows from.")
    var seed: UInt64 = 1
    @Option(help: "How many machines are worked at a time; 1 to 64. (default: one for every two processors)")
    var jobs: Int?
    @Option(help: ArgumentHelp("Write a JUnit report to this file.", valueName: "file"))
    var junit: String?
    @Option(help: ArgumentHelp("Write a JSON report to this file, or to standard output for '-'.", valueName: "file"))
    var json: String?
    @Option(help: ArgumentHelp("Write a Markdown report to this file.", valueName: "file"))
    var markdown: String?
    @Flag(help: "Show what became of every fact, run by run.")
    var facts = false
    @Option(help: ArgumentHelp("Write the journal of each run into this folder.", valueName: "folder"))
    var journal: String?
    @Flag(help: "Leave machines, disks and snapshots where they are, to look at them.")
    var keep = false
    @Flag(help: "Stop before each step and ask; implies one machine at a time.")
    var step = false
    @Flag(name: .customLong("no-color"), help: "Print without colours and without a progress line.")
    var isPlain = false

    func validate() throws {
        guard let jobs, !(1...64).contains(jobs) else { return }
        throw ValidationError("'--jobs \(jobs)' is out of range; 1 to 64 machines can be worked at a time.")
    }

    func run() async throws {
        let library = try ScenarioLibrary(paths).checked()
        let places = platform.isEmpty ? Place.allCases : platform
        let flows = try Session.flows(of: library, on: places, only: only, seed: seed)
        let writer = try ReportWriter(junit: junit, json: json, markdown: markdown, showsFacts: facts)
        let session = Session(keepsMachines: keep, isPlain: isPlain)
        var settings = Runner.Settings(
            jobs: step ? 1 : jobs ?? Session.usualJobs, keepsEverything: keep,
            journals: journal.map { URL(filePath: $0) })
        settings.unavailable = platform.isEmpty ? await session.workbench.unavailable(places) : [:]
        if step { settings.gate = { flow, reference in await StepPrompt.ask(flow, reference) } }

        let (journals, interruption) = await session.run(flows, settings)
        try writer.write(journals.map(\.result), style: Console.outputStyle(isPlain))
        if keep { Console.complain(session.workbench.adviceOnKept) }
        if let interruption { throw interruption }
        throw LabExit(outcomes: journals.map(\.result.conclusion.outcome), isExplicit: !platform.isEmpty)
    }
}

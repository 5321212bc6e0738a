import Hypervisor
import ScenarioRunner

/// Results by scenario and platform.
struct ResultTable {
    /// The platforms, in the order in which they came.
    let platforms: [Platform]
    /// The scenarios, in the order in which they came, each with its results.
    let rows: [(scenario: String, results: [Platform: RunResult])]

    init(_ results: [RunResult]) {
        var platforms: [Platform] = []
        var scenarios: [String] = []
        var cells: [String: [Platform: RunResult]] = [:]
        for result in results {
            if !platforms.contains(result.platform) { platforms.append(result.platform) }
            if cells[result.scenario] == nil { scenarios.append(result.scenario) }
            cells[result.scenario, default: [:]][result.platform] = result
        }
        self.platforms = platforms
        rows = scenarios.map { ($0, cells[$0] ?? [:]) }
    }
}

extension RunResult {
    /// The line that repeats the run.
    package var repetition: String {
        let only = scenario.hasSuffix("]") ? " --only \(scenario.quotedForShell)" : ""
        return "belay run \(file.quotedForShell)\(only) --platform \(platform) --seed \(seed)"
    }
}

extension String {
    /// The text as one word of a shell.
    fileprivate var quotedForShell: String {
        let isPlain = allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-+=,:@".contains($0)) }
        return isPlain && !isEmpty ? self : "'\(replacing("'", with: "'\\''"))'"
    }
}

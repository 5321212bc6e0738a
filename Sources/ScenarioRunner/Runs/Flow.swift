package import Hypervisor

/// One scenario on one platform.
package struct Flow: Hashable, Sendable {
    package var scenario: Scenario
    package var platform: Platform
    package var seed: UInt64

    package init(scenario: Scenario, platform: Platform, seed: UInt64) {
        self.scenario = scenario
        self.platform = platform
        self.seed = seed
    }

    /// The flow in a few words: `powered-off on ec2`.
    package var name: String { "\(scenario.fullName) on \(platform)" }

    /// Why the flow is left out by hand; nothing when it is not.
    package var exclusion: String? {
        if let reason = scenario.exceptions[platform] { return reason }
        guard let named = scenario.platforms, !named.contains(platform) else { return nil }
        return "the scenario is about \(named.map(\.rawValue).joined(separator: ", "))"
    }
}

/// Chooses the flows of a run.
package struct Selection: Hashable, Sendable {
    /// The platforms, in the order in which reports show them.
    package var platforms: [Platform]
    /// Names of scenarios, or their beginnings followed by `*`; empty for all.
    package var scenarios: [String]
    package var seed: UInt64

    package init(platforms: [Platform], scenarios: [String] = [], seed: UInt64 = 1) {
        self.platforms = platforms
        self.scenarios = scenarios
        self.seed = seed
    }

    /// Why nothing can be run.
    package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        package var description: String
    }

    /// The flows, scenario by scenario in the order of their names.
    ///
    /// - Throws: ``Fault`` when nothing is selected, or two scenarios have one name.
    package func flows(of files: [ScenarioFile]) throws(Fault) -> [Flow] {
        let all = files.flatMap(\.scenarios).sorted { ($0.fullName, $0.file) < ($1.fullName, $1.file) }
        for (first, second) in zip(all, all.dropFirst()) where first.fullName == second.fullName {
            throw Fault(
                description:
                    "two scenarios are called '\(first.fullName)': \(first.file) and \(second.file); rename one")
        }
        guard !all.isEmpty else { throw Fault(description: "no scenario was found") }
        for pattern in scenarios where !all.contains(where: { $0.matches(pattern) }) {
            let advice = Suggestion.advice(for: pattern, among: all.map(\.name))
            throw Fault(description: "no scenario is called '\(pattern)'; \(advice)")
        }
        guard !platforms.isEmpty else { throw Fault(description: "no platform is selected") }
        let chosen = all.filter { scenario in
            scenarios.isEmpty || scenarios.contains { scenario.matches($0) }
        }
        let flows = chosen.flatMap { scenario in
            platforms.map { Flow(scenario: scenario, platform: $0, seed: seed) }
        }
        guard flows.contains(where: { $0.exclusion == nil }) else {
            let names = platforms.map(\.rawValue).joined(separator: ", ")
            throw Fault(description: "none of the \(chosen.count) selected scenarios is about \(names)")
        }
        return flows
    }
}

extension Scenario {
    /// Whether the scenario is meant by a name, with or without its inputs, or by a beginning and `*`.
    package func matches(_ pattern: String) -> Bool {
        if pattern.hasSuffix("*") { return fullName.hasPrefix(pattern.dropLast()) }
        return pattern == name || pattern == fullName
    }
}

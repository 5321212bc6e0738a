import Hypervisor
import ScenarioRunner

/// Runs of one scenario that did not happen for one and the same reason.
struct ReasonGroup {
    let outcome: RunOutcome
    let scenario: String
    private(set) var platforms: [Platform]
    /// Why, in one or more sentences.
    let reason: String

    /// The groups of all runs that did not happen, in the order in which they came.
    static func all(of results: [RunResult]) -> [ReasonGroup] {
        var groups: [ReasonGroup] = []
        for result in results where [.unsupported, .excluded, .notRun].contains(result.conclusion.outcome) {
            let group = ReasonGroup(
                outcome: result.conclusion.outcome, scenario: result.scenario, platforms: [result.platform],
                reason: result.conclusion.reasons.map(\.sentence).joined(separator: "; "))
            let known = groups.firstIndex { known in
                known.outcome == group.outcome && known.scenario == group.scenario && known.reason == group.reason
            }
            if let known { groups[known].platforms.append(result.platform) } else { groups.append(group) }
        }
        return groups
    }

    /// The platforms in a few words: `ec2, gce and vsphere`.
    var place: String {
        guard platforms.count > 1, let last = platforms.last else { return platforms.first?.rawValue ?? "" }
        return platforms.dropLast().map(\.rawValue).joined(separator: ", ") + " and \(last)"
    }

    /// All of it as one line.
    var sentence: String { "\(outcome.rawValue): \(scenario) on \(place): \(reason)" }
}

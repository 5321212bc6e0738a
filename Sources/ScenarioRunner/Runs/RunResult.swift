package import Hypervisor

/// How one scenario ended on one platform: all that a report needs.
package struct RunResult: Hashable, Sendable, Codable {
    /// The scenario's name with its inputs.
    package var scenario: String
    /// What happens in it, in one line.
    package var title: String
    /// The file it was read from.
    package var file: String
    package var platform: Platform
    package var seed: UInt64
    /// The provider's name; nothing when the run did not come that far.
    package var provider: String?
    /// How it ended and why.
    package var conclusion: Conclusion
    /// Every expectation that was looked at.
    package var checks: [Check]
    /// What became of the machine; nothing when the run did not come that far.
    package var verdict: Verdict?
    /// Every snapshot that was taken, in this order.
    package var snapshots: [TakenSnapshot]
    /// Every revert that was done, in this order.
    package var reverts: [DoneRevert]
    /// How long the run was in each of its phases, on the platform's clock.
    package var phases: [PhaseTime]
    /// What was still there after everything had been removed; nothing when nobody looked.
    package var leftovers: [String]?
    /// How long it took on the platform's clock, in milliseconds.
    package var milliseconds: Int?

    package init(
        flow: Flow, conclusion: Conclusion, provider: String? = nil, record: RunRecord = RunRecord(),
        phases: [PhaseTime] = [], milliseconds: Int? = nil
    ) {
        scenario = flow.scenario.fullName
        title = flow.scenario.title
        file = flow.scenario.file
        platform = flow.platform
        seed = flow.seed
        self.provider = provider
        self.conclusion = conclusion
        checks = record.checks
        verdict = record.verdict
        snapshots = record.snapshots
        reverts = record.reverts
        self.phases = phases
        leftovers = record.leftovers
        self.milliseconds = milliseconds
    }
}

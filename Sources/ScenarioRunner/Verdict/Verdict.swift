package import Hypervisor

/// What became of a machine, computed from its facts at three moments.
package struct Verdict: Hashable, Sendable, Codable {
    /// The moment with which the end is compared: a snapshot's name, or `start`.
    package var baseline: String
    /// How good the restored state is; nothing when nothing was reverted.
    package var grade: Grade?
    /// The provider's word for the way back that was taken.
    package var method: String?
    /// What the provider and the platform had to say about the snapshot and the revert.
    package var notes: [Account]
    /// What became of each fact, in the order of their names.
    package var findings: [Finding]

    /// What became of one fact.
    package struct Finding: Hashable, Sendable, Codable {
        package var fact: Fact
        /// What was found at the snapshot.
        package var wanted: FactValue?
        /// What was found after the last upgrade.
        package var failed: FactValue?
        /// What was found at the end.
        package var restored: FactValue?
        package var fate: Fate
        /// What accounts for the difference between snapshot and end; empty where there is none.
        package var accounts: [Account]
        /// Whether there is a difference that nothing accounts for.
        package var isUnexplained: Bool
    }

    /// The differences that nothing accounts for.
    package var unexplained: [Finding] { findings.filter(\.isUnexplained) }
}

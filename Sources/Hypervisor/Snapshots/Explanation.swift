public import LabCore

/// A rule of a platform that accounts for what became of a fact, and the circumstances in which it does.
public struct Explanation: Hashable, Sendable, Codable {
    /// The fact it is about.
    public var fact: Fact
    /// The fates it accounts for.
    public var fates: [Fate]
    /// The rule.
    public var rule: RuleID
    /// What the rule says about the fact, a sentence.
    public var text: String
    /// What must be true of the snapshot and the way back; nothing where it always applies.
    public var circumstances: [Circumstance]

    /// Makes an explanation.
    public init(
        _ fact: Fact, _ fates: [Fate], _ rule: RuleID, _ text: String, when circumstances: [Circumstance] = []
    ) {
        self.fact = fact
        self.fates = fates
        self.rule = rule
        self.text = text
        self.circumstances = circumstances
    }

    /// One circumstance of a snapshot and a revert.
    public enum Circumstance: Hashable, Sendable, Codable {
        /// The snapshot holds memory, or does not.
        case memory(Bool)
        /// The guest was quiesced, or was not.
        case quiesced(Bool)
        /// The snapshot holds this disk, or does not.
        case holds(DiskRole, Bool)
        /// The snapshot was taken in this way.
        case taken(String)
        /// The machine was brought back in this way.
        case reverted(String)
    }

    /// Whether the explanation accounts for `fate` of `fact` after `snapshot` was reverted to as `revert` reports.
    public func accounts(for fact: Fact, _ fate: Fate, snapshot: Snapshot, revert: RevertReport) -> Bool {
        guard self.fact == fact, fates.contains(fate) else { return false }
        return circumstances.allSatisfy { circumstance in
            switch circumstance {
            case .memory(let holds): snapshot.holdsMemory == holds
            case .quiesced(let isQuiesced): snapshot.isQuiesced == isQuiesced
            case .holds(let role, let holds): snapshot.disks.contains(role) == holds
            case .taken(let method): snapshot.method == method
            case .reverted(let method): revert.method == method
            }
        }
    }
}

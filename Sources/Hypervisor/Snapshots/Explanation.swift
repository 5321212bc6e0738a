public import LabCore

/// What accounts for what became of a fact: a sentence, the rule behind it, and the circumstances in which it does.
public struct Explanation: Hashable, Sendable, Codable {
    /// The fact it is about.
    public var fact: Fact
    /// The fates it accounts for.
    public var fates: [Fate]
    /// The rule; nothing where no rule asks for it, as for what a provider chose to do.
    public var rule: RuleID?
    /// What accounts for the fate, a sentence.
    public var text: String
    /// What must be true of the snapshot and the way back; nothing where it always applies.
    public var circumstances: [Circumstance]

    /// Makes an explanation.
    public init(
        _ fact: Fact, _ fates: [Fate], _ rule: RuleID?, _ text: String, when circumstances: [Circumstance] = []
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
        /// The revert brought this disk back, or left it as it was.
        case bringsBack(DiskRole, Bool)
        /// The snapshot was taken in this way.
        case taken(String)
        /// The machine was brought back in this way.
        case reverted(String)
        /// The machine ran when the snapshot was taken, or was switched off.
        case wasOn(Bool)
        /// The appliance's database lives outside the machine, or on it.
        case externalDatabase(Bool)
        /// The appliance's large objects live outside the machine, or on it.
        case remoteObjects(Bool)
        /// The machine runs this appliance.
        case appliance(Appliance)
        /// Another fact is not what it was at the snapshot either, or is.
        case differs(Fact, Bool)
    }

    /// Whether the explanation accounts for `fate` of `fact` in a situation.
    public func accounts(for fact: Fact, _ fate: Fate, in situation: Situation) -> Bool {
        self.fact == fact && fates.contains(fate) && circumstances.allSatisfy(situation.has)
    }
}

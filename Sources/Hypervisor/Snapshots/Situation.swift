/// What is known of a snapshot, of the machine it was taken of, and of the revert to it.
public struct Situation: Hashable, Sendable {
    /// The snapshot.
    public var snapshot: Snapshot
    /// What the revert did.
    public var revert: RevertReport
    /// The disks that the revert was to bring back.
    public var disks: [DiskRole]
    /// The machine's power when the snapshot was taken; nothing when nobody looked.
    public var power: FactValue?
    /// The software on the machine.
    public var appliance: Appliance
    /// What the software keeps where.
    public var layout: MachineSpec.Layout
    /// The facts that are not what they were at the snapshot.
    public var differences: Set<Fact>

    /// Describes a situation.
    ///
    /// - Parameters:
    ///   - snapshot: what was gone back to.
    ///   - revert: what the way back did.
    ///   - disks: what it was to bring back; nothing for all that the snapshot holds.
    ///   - power: the machine's power when the snapshot was taken.
    ///   - appliance: the software on the machine.
    ///   - layout: what the software keeps where.
    ///   - differences: the facts that are not what they were at the snapshot.
    public init(
        snapshot: Snapshot, revert: RevertReport, disks: [DiskRole]? = nil, power: FactValue? = nil,
        appliance: Appliance = .generic, layout: MachineSpec.Layout = MachineSpec.Layout(),
        differences: Set<Fact> = []
    ) {
        self.snapshot = snapshot
        self.revert = revert
        self.disks = disks ?? snapshot.disks
        self.power = power
        self.appliance = appliance
        self.layout = layout
        self.differences = differences
    }

    /// Whether a circumstance is given.
    public func has(_ circumstance: Explanation.Circumstance) -> Bool {
        switch circumstance {
        case .memory(let holds): snapshot.holdsMemory == holds
        case .quiesced(let isQuiesced): snapshot.isQuiesced == isQuiesced
        case .holds(let role, let holds): snapshot.disks.contains(role) == holds
        case .bringsBack(let role, let brings): disks.contains(role) == brings
        case .taken(let method): snapshot.method == method
        case .reverted(let method): revert.method == method
        case .wasOn(let wasOn): power == (wasOn ? "on" : "off")
        case .externalDatabase(let isExternal): layout.externalDatabase == isExternal
        case .remoteObjects(let areRemote): layout.remoteObjects == areRemote
        case .appliance(let appliance): self.appliance == appliance
        case .differs(let fact, let differs): differences.contains(fact) == differs
        }
    }
}

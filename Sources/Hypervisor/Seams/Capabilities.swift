/// What a driver or a provider can do; what it cannot, it says why.
public struct Capabilities: Hashable, Sendable, Codable {
    private var missing: [Capability: Note]

    /// Makes a description that has every capability but those in `missing`.
    public init(missing: [Capability: Note] = [:]) { self.missing = missing }

    /// Whether `capability` is there.
    public func has(_ capability: Capability) -> Bool { missing[capability] == nil }

    /// Why `capability` is missing; nothing when it is there.
    public func reason(without capability: Capability) -> Note? { missing[capability] }
}

/// One thing that some platforms can do and others cannot.
public enum Capability: String, Hashable, Sendable, Codable, CaseIterable {
    /// Snapshots that hold memory.
    case memorySnapshot = "memory-snapshot"
    /// Snapshots of all disks at one instant.
    case machineSnapshot = "machine-snapshot"
    /// Snapshots of the data disk alone.
    case diskSnapshot = "disk-snapshot"
    /// Snapshots of disks one after the other.
    case successiveSnapshots = "successive-snapshots"
    /// The platform can ask the guest to bring its disks to rest.
    case quiesce
    /// Snapshots of a machine that is switched off.
    case coldSnapshot = "cold-snapshot"
    /// A new machine from a snapshot.
    case newMachine = "new-machine"
    /// The lab can make the platform's own calls fail.
    case platformFaults = "platform-faults"
    /// The lab can make the guest's agent hang or refuse.
    case guestFaults = "guest-faults"
    /// The appliance is known on this platform's guests.
    case generic
    case gitHubEnterpriseServer = "github-enterprise-server"
    case circleCIServices = "circleci-services"
    /// A database outside the machine.
    case externalDatabase = "external-database"
    /// Snapshots that are there before they can be used, and can be asked for without a wait.
    case pendingSnapshot = "pending-snapshot"
    /// A second server that follows the machine's database.
    case replica
    /// An address that stays reserved for a machine and can be given to the one that takes its place.
    case reservedAddress = "reserved-address"
}

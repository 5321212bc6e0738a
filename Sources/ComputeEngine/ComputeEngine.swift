import HashTreeCollections
public import Hypervisor
public import LabCore
package import SimulatedMachine

/// One project of Google Compute Engine in one region, on virtual time.
///
/// The native verbs are mutating functions; each goes through one gate, where calls are counted and faults strike.
/// A verb that is refused leaves everything as it was but for the clock, the count of calls and the events; one that is
/// accepted answers with an operation, which ends later and can fail on its own.
public struct ComputeEngine: Hashable, Sendable {
    /// What can be set of the project.
    public var settings = Settings()
    /// Who calls.
    package var caller = Caller()
    /// The keys of Cloud KMS, by name.
    ///
    /// Rule: GCE-135.
    package var managedKeys: [String: ManagedKey] = [:]
    /// Time, dice and names.
    package var world: World

    package internal(set) var instances = Table<Instance>()
    package internal(set) var disks = Table<PersistentDisk>()
    package internal(set) var snapshots = Table<DiskSnapshot>()
    package internal(set) var instantSnapshots = Table<InstantSnapshot>()
    package internal(set) var instantGroups = Table<InstantSnapshotGroup>()
    package internal(set) var images = Table<Image>()
    package internal(set) var machineImages = Table<MachineImage>()
    package internal(set) var policies = Table<ResourcePolicy>()
    package internal(set) var addresses = Table<ReservedAddress>()
    package internal(set) var operations = Table<Operation>()

    /// The number of the resource that has a name, from the acceptance of its insert on.
    ///
    /// Rule: GCE-008.
    var names: TreeDictionary<ResourcePath, UInt64> = [:]
    /// The operations in the order in which they were accepted, to forget the oldest first.
    var operationOrder: TreeDictionary<Int, Operation.Name> = [:]
    var oldestOperation = 0
    /// The latest ready snapshot of every chain.
    ///
    /// Rule: GCE-053.
    var chains: TreeDictionary<SnapshotChain, DiskSnapshot.ID> = [:]
    /// What was asked for under which request id.
    ///
    /// Rule: GCE-024.
    var replays: TreeDictionary<String, Replay> = [:]
    /// Which instance has an address inside the network.
    ///
    /// Rule: GCE-095.
    var networkIPs: TreeDictionary<String, Instance.ID> = [:]
    /// What is kept outside the machines of each family.
    var surroundings = Surroundings<UInt64, Instance.ID>()
    /// How many instances take up room in a zone, and how many there is room for.
    ///
    /// Rule: GCE-123.
    var zones: [String: ZoneCapacity] = [:]
    /// What the reference provider keeps in its books.
    var catalogue = Catalogue()

    /// What is going to fall due.
    package var agenda = Agenda<Due>()
    var faults = CallFaults()
    var doomedSnapshots = DoomedSnapshots<Instance.ID>()
    var meter = CallMeter()
    package var journal: [Event] = []

    /// Makes an empty project whose every event follows from `seed`.
    public init(seed: UInt64) { world = World(seed: seed) }

    /// The virtual time.
    public var now: Instant { world.now }

    /// Takes out the events since the last time this was called, oldest first.
    public mutating func takeEvents() -> [Event] {
        defer { journal = [] }
        return journal
    }
}

/// What was asked for under a request id, and what was answered.
struct Replay: Hashable, Sendable {
    var request: Request
    var operation: Operation.Name
}

/// The room in a zone.
///
/// Rule: GCE-123.
struct ZoneCapacity: Hashable, Sendable {
    var taken = 0
    /// Nothing while there is room for any number.
    var limit: Int?

    var isFull: Bool { limit.map { taken >= $0 } ?? false }
}

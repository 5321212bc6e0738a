public import Hypervisor
public import LabCore
package import HashTreeCollections
package import SimulatedMachine

/// One account in one region of Amazon EC2 and Amazon EBS, on virtual time.
///
/// The native verbs are mutating functions; each goes through one gate, where calls are counted and faults strike.
/// A refused verb leaves everything as it was but for the clock, the count of calls and the events.
public struct EC2: Hashable, Sendable {
    /// What can be set of the account and the region.
    public var settings = Settings()
    /// Who signs the calls.
    package var caller = Caller()
    /// Time, dice and names.
    package var world: World

    package internal(set) var instances = Table<Instance>()
    package internal(set) var volumes = Table<Volume>()
    package internal(set) var snapshots = Table<EBSSnapshot>()
    package internal(set) var images = Table<Image>()
    package internal(set) var addresses: TreeDictionary<ElasticAddress.ID, ElasticAddress> = [:]
    package internal(set) var rootReplacements: TreeDictionary<RootReplacement.ID, RootReplacement> = [:]
    /// The tags of every resource, by its id.
    var tagSets = TagBook()
    /// The parents of snapshots that are gone, so that their descendants find their next of kin.
    ///
    /// Rule: AWS-034.
    var buriedParents: TreeDictionary<EBSSnapshot.ID, EBSSnapshot.ID> = [:]
    /// What was made under which client token.
    ///
    /// Rule: AWS-069.
    var replays: TreeDictionary<String, Replay> = [:]
    var account = AccountSettings()
    /// What is kept outside the machines of each family.
    var surroundings = Surroundings<String, Instance.ID>()

    /// What is going to fall due.
    package var agenda = Agenda<Due>()
    var faults = CallFaults()
    /// The instances whose next root replacement fails, and whether that leaves them without a root.
    var failingRootReplacements: [Instance.ID: RootReplacementState] = [:]
    var doomedSnapshots = DoomedSnapshots<Instance.ID>()
    var buckets = TokenBuckets()
    package var journal: [Event] = []

    /// Makes an empty account whose every event follows from `seed`.
    public init(seed: UInt64) { world = World(seed: seed) }

    /// The virtual time.
    public var now: Instant { world.now }

    /// Takes out the events since the last time this was called, oldest first.
    public mutating func takeEvents() -> [Event] {
        defer { journal = [] }
        return journal
    }
}

/// What was made under a client token, and by which request.
enum Replay: Hashable, Sendable {
    case launch(RunInstances, [Instance.ID])
    case volume(CreateVolume, Volume.ID)
    case volumeCopy(CopyVolumes, Volume.ID)
    case rootReplacement(CreateReplaceRootVolumeTask, RootReplacement.ID)
}

/// Settings of the account that verbs change.
struct AccountSettings: Hashable, Sendable {
    /// New volumes and copies are encrypted without being asked.
    ///
    /// Rule: AWS-055.
    var encryptsByDefault = false
    /// Keys that cannot be used.
    var disabledKeys: Set<String> = []
    /// Retention rules of the Recycle Bin.
    var retentionRules: [RetentionRule] = []
}

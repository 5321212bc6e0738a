package import HashTreeCollections
public import Hypervisor
public import LabCore
import SimulatedMachine

/// One Hyper-V host with its machines, checkpoints, virtual disks and volumes, on virtual time.
///
/// The native verbs are mutating functions named after the cmdlets; each goes through one gate, where faults strike.
/// Verbs that last answer with a job, as the cmdlets do with `-AsJob`; a verb that is refused leaves everything as it
/// was but for the clock and the events. Copying the value forks the host, in constant time.
public struct HyperV: Hashable, Sendable {
    /// What can be set of the host.
    public var settings: Settings
    /// Time, dice and names.
    package var world: World

    package internal(set) var machines: TreeDictionary<VirtualMachine.ID, Boxed<VirtualMachine>> = [:]
    package internal(set) var checkpoints: TreeDictionary<Checkpoint.ID, Boxed<Checkpoint>> = [:]
    package internal(set) var files: TreeDictionary<FilePath, Boxed<VirtualHardDisk>> = [:]
    /// The memory that saved machines and checkpoints hold, by the file it lies in.
    package internal(set) var stateFiles: TreeDictionary<FilePath, ByteCount> = [:]
    package internal(set) var volumes = Volumes()
    package internal(set) var jobs: TreeDictionary<Job.ID, Boxed<Job>> = [:]
    /// The merges that are not done, in the order in which they came up.
    package internal(set) var merges: [Merge] = []
    package internal(set) var exports: TreeDictionary<FilePath, ExportedMachine> = [:]
    /// What is kept outside the machines of one installation.
    var surroundings = Surroundings<UInt64, VirtualMachine.ID>()
    /// What the processor of the host can do.
    package var processorFeatures: Set<String>
    /// Machines that wait for their storage.
    var waiting: Set<VirtualMachine.ID> = []

    package var agenda = Agenda<Due>()
    var faults = CallFaults()
    var doomedSnapshots = DoomedSnapshots<VirtualMachine.ID>()
    package var journal: [Event] = []

    /// Makes an empty host whose every event follows from `seed`.
    public init(seed: UInt64) { self.init(seed: seed, settings: Settings()) }

    /// Makes an empty host that behaves as `settings` say.
    public init(seed: UInt64, settings: Settings) {
        self.settings = settings
        world = World(seed: seed)
        processorFeatures = settings.processorFeatures
        for (name, capacity) in settings.volumes {
            volumes.add(Volume(name: name, capacity: capacity))
        }
    }

    /// The virtual time.
    public var now: Instant { world.now }

    /// Takes out the events since the last time this was called, oldest first.
    public mutating func takeEvents() -> [Event] {
        defer { journal = [] }
        return journal
    }
}

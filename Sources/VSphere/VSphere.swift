package import HashTreeCollections
public import Hypervisor
public import LabCore
package import SimulatedMachine

/// VMware vSphere as one value on virtual time: vCenter Server, or one ESXi host, with machines, snapshots and files.
///
/// Native verbs are mutating functions. Verbs that end in `_Task` on the wire answer with a task at once; their outcome
/// arrives in the task's info as virtual time goes on. Copying the value forks the world, in constant time.
public struct VSphere: Hashable, Sendable {
    /// How this server behaves where servers differ, and where the documentation leaves it open.
    public var settings: Settings

    /// Time, dice and names.
    package var world: World

    package internal(set) var users: [String: User] = [:]
    package internal(set) var sessions: [String: UserSession] = [:]
    package internal(set) var tasks: TreeDictionary<Moref<TaskInfo>, TaskInfo> = [:]
    package internal(set) var hosts: TreeDictionary<Moref<HostSystem>, HostSystem> = [:]
    package internal(set) var virtualMachines = Table<VirtualMachine>()
    package internal(set) var store = FileStore()
    /// Which machine each snapshot is of.
    var owners: TreeDictionary<Moref<VirtualMachineSnapshot>, Moref<VirtualMachine>> = [:]
    /// Machines that were unregistered: their configuration and snapshot list, by the directory they stand in.
    var unregistered: TreeDictionary<String, VirtualMachine> = [:]
    /// The address that the network gave to each hardware address, which it keeps for ever.
    var leases: TreeDictionary<String, String> = [:]
    /// The finished tasks that can be read still, the first to end first.
    var endedTasks: [Moref<TaskInfo>] = []
    /// When each running task will have done its work.
    var runningUntil: TreeDictionary<Moref<TaskInfo>, Instant> = [:]
    /// Machines whose snapshot is going to end in error, and why.
    var pendingDooms: TreeDictionary<Moref<VirtualMachine>, MethodFault> = [:]
    /// Machines whose next removal fails once.
    var failingOnce: Set<Moref<VirtualMachine>> = []
    /// The cookie under which the next verb is called; nothing for a caller who has not logged in.
    package var caller: String?
    /// What the reference provider keeps in its books.
    var catalogue = Catalogue()

    /// What is going to fall due.
    package var agenda = Agenda<Due>()
    var faults = CallFaults()
    var doomedSnapshots = DoomedSnapshots<Moref<VirtualMachine>>()
    package var journal: [Event] = []

    /// Makes a server with two hosts and one datastore whose every event follows from `seed`.
    public init(seed: UInt64) { self.init(seed: seed, settings: Settings()) }

    /// Makes a server that behaves as `settings` say.
    public init(seed: UInt64, settings: Settings) {
        self.settings = settings
        world = World(seed: seed)
        users["administrator@vsphere.local"] = User(password: "VMware1!")
        store.add(
            Datastore(
                id: newMoref("datastore"), name: "datastore1", version: settings.datastoreVersion,
                capacity: settings.datastoreCapacity))
        for name in settings.endpoint.hostNames {
            let id: Moref<HostSystem> = settings.endpoint == .esxi ? Moref("ha-host") : newMoref("host")
            hosts[id] = HostSystem(
                id: id, name: name, memory: settings.hostMemory, processors: settings.hostProcessors,
                processorFeatures: settings.processorFeatures)
        }
        logInProvider()
    }

    /// The virtual time.
    public var now: Instant { world.now }

    /// Takes out the events since the last time this was called, oldest first.
    public mutating func takeEvents() -> [Event] {
        defer { journal = [] }
        return journal
    }
}

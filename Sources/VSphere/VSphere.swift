package import HashTreeCollections
public import Hypervisor
public import LabCore
import SimulatedMachine

/// VMware vSphere as one value on virtual time: vCenter Server, or one ESXi host, with machines, snapshots and files.
///
/// Native verbs are mutating functions. Verbs that end in `_Task` on the wire answer with a task at once; their outcome
/// arrives in the task's info as virtual time goes on. Copying the value forks the world, in constant time.
public struct VSphere: Hashable, Sendable {
    /// How this server behaves where servers differ, and where the documentation leaves it open.
    public var settings: Settings

    var world: World
    var agenda = Agenda<DueEvent>()
    var journal: [Event] = []
    var plans: [CallPlan] = []
    /// The cookie under which the next verb is called; nothing for a caller who has not logged in.
    package var caller: String?

    package internal(set) var users: [String: User] = [:]
    package internal(set) var sessions: [String: UserSession] = [:]
    package internal(set) var tasks: TreeDictionary<Moref<TaskInfo>, TaskInfo> = [:]
    package internal(set) var hosts: TreeDictionary<Moref<HostSystem>, HostSystem> = [:]
    package internal(set) var virtualMachines: TreeDictionary<Moref<VirtualMachine>, VirtualMachine> = [:]
    package internal(set) var store = FileStore()
    /// Which machine each snapshot is of.
    var owners: TreeDictionary<Moref<VirtualMachineSnapshot>, Moref<VirtualMachine>> = [:]
    /// Machines that were unregistered: their configuration and snapshot list, by the directory they stand in.
    var unregistered: TreeDictionary<String, VirtualMachine> = [:]
    /// The address that the network gave to each hardware address, which it keeps for ever.
    var leases: TreeDictionary<String, String> = [:]
    /// When each running task will have done its work.
    var runningUntil: TreeDictionary<Moref<TaskInfo>, Instant> = [:]
    /// Machines whose snapshot is going to end in error, and why.
    var pendingDooms: TreeDictionary<Moref<VirtualMachine>, MethodFault> = [:]
    /// Machines whose next removal fails once.
    var failingOnce: Set<Moref<VirtualMachine>> = []
    /// Whether the next snapshot that is accepted ends in error.
    var nextSnapshotFails = false
    /// The machines that the reference provider made for the lab, and what it has to put back.
    var provider = ProviderState()

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
}

extension VSphere {
    /// A new reference of the form `kind-number`; all kinds count together.
    ///
    /// Rule: VMW-154.
    mutating func newMoref<Kind>(_ kind: String) -> Moref<Kind> {
        Moref("\(kind)-\(world.names.number("managed object") + 9)")
    }

    /// A new reference of a machine: `vm-` and a number, on ESXi the number alone.
    ///
    /// Rule: VMW-151.
    mutating func newMachineMoref() -> Moref<VirtualMachine> {
        guard settings.endpoint == .esxi else { return newMoref("vm") }
        return Moref("\(world.names.number("virtual machine"))")
    }

    /// A new reference of a snapshot, whose number in the machine is `number`.
    ///
    /// Rule: VMW-151.
    mutating func newSnapshotMoref(of vm: Moref<VirtualMachine>, number: Int) -> Moref<VirtualMachineSnapshot> {
        settings.endpoint == .esxi ? Moref("\(vm)-snapshot-\(number)") : newMoref("snapshot")
    }

    /// A new reference of a task.
    ///
    /// Rule: VMW-152.
    mutating func newTaskMoref(_ operation: Operation, on vm: Moref<VirtualMachine>) -> Moref<TaskInfo> {
        let number = world.names.number("task")
        guard settings.endpoint == .esxi else { return Moref("task-\(number)") }
        return Moref("haTask-\(vm)-vim.\(operation.descriptionID)-\(number)")
    }

    /// Writes down that something happened.
    mutating func record(_ subject: some CustomStringConvertible, _ text: String) {
        journal.append(Event(now, subject.description, text))
    }

    /// Takes out the events since the last time this was called, oldest first.
    public mutating func takeEvents() -> [Event] {
        defer { journal = [] }
        return journal
    }
}

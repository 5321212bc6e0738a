package import HashTreeCollections
public import Hypervisor
public import LabCore
package import SimulatedMachine

/// One subscription of Microsoft Azure: virtual machines with managed disks, on virtual time.
///
/// The native verbs are mutating functions; each goes through one gate, where the resource manager looks at the caller,
/// at locks and at groups, calls are counted and faults strike. A verb that is refused leaves everything as it was but
/// for the clock, the count of calls and the events; one that is accepted answers with an operation, which ends later
/// and can fail on its own.
public struct AzureCompute: Hashable, Sendable {
    /// What can be set of the subscription.
    public var settings = Settings()
    /// Who calls, and with which version of the interface.
    package var caller = Caller()
    /// Time, dice and names.
    package var world: World

    package internal(set) var groups: TreeDictionary<String, ResourceGroup> = [:]
    package internal(set) var virtualMachines = Table<VirtualMachine>()
    package internal(set) var disks = Table<ManagedDisk>()
    package internal(set) var snapshots = Table<DiskSnapshot>()
    package internal(set) var restorePointCollections = Table<RestorePointCollection>()
    package internal(set) var restorePoints = Table<RestorePoint>()
    package internal(set) var diskEncryptionSets = Table<DiskEncryptionSet>()
    package internal(set) var networkInterfaces = Table<NetworkInterface>()
    package internal(set) var publicIPAddresses = Table<PublicIPAddress>()
    package internal(set) var operations = Table<Operation>()
    package internal(set) var locks: [Lock] = []

    /// What marketplace images hold, by their names.
    var images: TreeDictionary<String, VendorImage> = [:]
    /// The resources of each group, by its name in lower case.
    var members: TreeDictionary<String, TreeSet<ResourceID>> = [:]
    /// The snapshots of a disk, by the unique id of the disk.
    var families: TreeDictionary<String, SnapshotFamily> = [:]
    /// What is copied in the background.
    var backgroundCopies = BackgroundCopies()
    /// The restore points of a virtual machine, by its id, over all collections.
    ///
    /// Rule: AZ-098.
    var pointsOfMachines: TreeDictionary<String, PointHistory> = [:]
    /// When resources that are gone were deleted; the resource manager knows them a little longer.
    ///
    /// Rule: AZ-007.
    var graves: TreeDictionary<ResourceID, Instant> = [:]
    /// How much of everything the subscription has in each location.
    var usage: [String: Usage] = [:]
    /// What is kept outside the machines of each family.
    var surroundings = Surroundings<UInt64, ResourceID>()
    /// Locks that were removed while the resource manager still holds them.
    ///
    /// Rule: AZ-122.
    var fadingLocks: [FadingLock] = []
    /// What the reference provider keeps in its books.
    var catalogue = Catalogue()
    package var agenda = Agenda<Due>()
    var faults = CallFaults()
    /// Machines whose next snapshot ends in error.
    var doomedSnapshots = DoomedSnapshots<ResourceID>()
    var buckets = TokenBuckets()
    package var journal: [Event] = []

    /// Makes an empty subscription whose every event follows from `seed`.
    public init(seed: UInt64) { world = World(seed: seed) }

    /// The virtual time.
    public var now: Instant { world.now }

    /// Takes out the events since the last time this was called, oldest first.
    public mutating func takeEvents() -> [Event] {
        defer { journal = [] }
        return journal
    }
}

/// How much there is of something that is limited by location.
struct Usage: Hashable, Sendable {
    /// Cores of all machines, the deallocated ones included.
    ///
    /// Rule: AZ-091.
    var cores = 0
    /// Cores of machines that have a host.
    ///
    /// Rule: AZ-091.
    var allocatedCores = 0
    /// Disks by their sku.
    ///
    /// Rule: AZ-069.
    var disks: [DiskSKU: Int] = [:]
    /// Restore point collections.
    ///
    /// Rule: AZ-098.
    var collections = 0
}

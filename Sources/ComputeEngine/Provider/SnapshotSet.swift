import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// The native resources that together are one snapshot of a machine.
struct SnapshotSet: CataloguedSnapshot {
    let id: Snapshot.ID
    let name: String
    var machine: Instance.ID
    let method: TakingMethod
    let zone: String
    var isQuiesced = false
    /// The roles the set was made of.
    let roles: [DiskRole]
    /// The snapshot or instant snapshot of each role, by its native name.
    var members: [DiskRole: String] = [:]
    /// The machine image, for a set that is one.
    var image: String?
    /// The group of instant snapshots, for a set that is one.
    var group: String?
    /// Replaced disks that are kept because instant snapshots of this set go with them.
    ///
    /// Rule: GCE-085.
    var keptDisks: [String] = []
    var notes: [Note] = []

    /// The words under which members are found again.
    enum Label {
        static let set = "belay-set"
        static let machine = "belay-machine"
        static let role = "belay-role"
    }
}

/// A native way of taking a snapshot.
enum TakingMethod: String, ProviderMethod {
    static let purpose = "way of taking a snapshot"

    /// machineImages.insert: configuration and all disks at one instant.
    ///
    /// Rule: GCE-088.
    case machineImage = "machine-image"
    /// snapshots.insert for one disk after the other.
    ///
    /// Rule: GCE-053.
    case snapshot
    /// A group of instant snapshots, of each of which a standard snapshot is kept.
    ///
    /// Rule: GCE-086.
    case consistencyGroup = "consistency-group"
    /// A group of instant snapshots, which stay beside their disks.
    ///
    /// Rule: GCE-085.
    case instantGroup = "instant-snapshot-group"

    /// Whether it stays beside the disks and goes with them.
    var isInstant: Bool { self == .instantGroup }
}

/// The sets that the reference provider has taken; the resources say in their labels which belong together.
typealias Catalogue = SnapshotCatalogue<SnapshotSet>

extension ComputeEngine {
    /// Finds one set of a machine.
    ///
    /// Rule: GCE-056.
    func snapshotSet(_ id: Snapshot.ID, of machine: Instance.ID) throws(Refusal) -> SnapshotSet {
        guard let set = catalogue[id], set.machine == machine else {
            throw Refusal(
                .refused, code: ComputeFault.Reason.notFound.rawValue, message: "The snapshot '\(id)' was not found",
                rule: "GCE-056")
        }
        return set
    }

    /// The native resource behind a member, as far as it is there.
    func state(of set: SnapshotSet, _ role: DiskRole) -> Snapshot.State {
        if let image = set.image {
            switch find(image, \.machineImages)?.state {
            case .ready: return .ready
            case .creating, .uploading: return .pending
            case .failed, .deleting, nil: return .failed
            }
        }
        guard let name = set.members[role] else { return .failed }
        if set.method.isInstant {
            switch find(name, \.instantSnapshots, zone: set.zone)?.state {
            case .ready: return .ready
            case .creating: return .pending
            case .failed, .unavailable, .deleting, nil: return .failed
            }
        }
        switch find(name, \.snapshots)?.state {
        case .ready: return .ready
        case .creating, .uploading: return .pending
        case .failed, .deleting, nil: return .failed
        }
    }

    /// A resource by its name, without going through a verb.
    func find<Resource: Identified>(
        _ name: String, _ table: KeyPath<Self, Table<Resource>>, zone: String? = nil
    ) -> Resource? {
        let scope: Scope = zone.map { .zone($0) } ?? .global
        guard let number = names[path(Resource.collection, scope, name)] else { return nil }
        return self[keyPath: table][ResourceID(rawValue: number)]
    }

    /// Whether a set can be used: as little as the worst of its members.
    func state(of set: SnapshotSet) -> Snapshot.State { .worst(of: set.roles.map { state(of: set, $0) }) }

    /// The set in the words of the lab.
    func described(_ set: SnapshotSet) -> Snapshot {
        Snapshot(
            id: set.id, name: set.name, machine: MachineID(rawValue: set.machine.description),
            instant: instant(of: set),
            disks: set.roles, holdsMemory: false, isQuiesced: set.isQuiesced,
            state: state(of: set),
            method: set.method.rawValue, storedBytes: storedBytes(of: set), notes: set.notes)
    }

    private func instant(of set: SnapshotSet) -> Instant {
        if let image = set.image { return find(image, \.machineImages)?.cut ?? .start }
        let cuts = set.members.values.compactMap { name in
            set.method.isInstant
                ? find(name, \.instantSnapshots, zone: set.zone)?.cut : find(name, \.snapshots)?.cut
        }
        return cuts.min() ?? .start
    }

    private func storedBytes(of set: SnapshotSet) -> ByteCount? {
        if let image = set.image { return find(image, \.machineImages)?.storageBytes }
        return set.members.values.reduce(ByteCount.zero) { sum, name in
            if set.method.isInstant {
                return sum + (find(name, \.instantSnapshots, zone: set.zone).map { storedBytes(of: $0) } ?? .zero)
            }
            return sum + (find(name, \.snapshots)?.storageBytes ?? .zero)
        }
    }
}

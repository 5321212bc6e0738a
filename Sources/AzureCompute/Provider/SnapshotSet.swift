import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// The native resources that together are one snapshot of a machine.
struct SnapshotSet: CataloguedSnapshot {
    let id: Snapshot.ID
    let name: String
    var machine: ResourceID
    let method: TakingMethod
    let instant: Instant
    var isQuiesced = false
    /// The roles the set was made of.
    let roles: [DiskRole]
    /// The snapshot or disk restore point of each role.
    var members: [DiskRole: ResourceID] = [:]
    /// The restore point, for a set that is one.
    var point: ResourceID?
    var notes: [Note] = []

    /// The words under which members are found again.
    enum Tag {
        static let set = "belay-set"
        static let machine = "belay-machine"
        static let role = "belay-role"
    }
}

/// A native way of taking a snapshot.
enum TakingMethod: String, ProviderMethod {
    static let purpose = "way of taking snapshots"

    /// RestorePoints_Create: all disks but those left out, at one instant where the platform can.
    ///
    /// Rule: AZ-116.
    case restorePoint = "restore-point"
    /// Snapshots_CreateOrUpdate for one disk after the other, incremental.
    ///
    /// Rule: AZ-021.
    case incrementalSnapshots = "incremental-snapshots"
    /// The same, full.
    ///
    /// Rule: AZ-021.
    case fullSnapshots = "full-snapshots"
}

/// The sets that the reference provider has taken; the resources say in their tags or names which belong together.
typealias Catalogue = SnapshotCatalogue<SnapshotSet>

extension AzureCompute {
    /// Finds one set of a machine.
    func snapshotSet(_ id: Snapshot.ID, of machine: ResourceID) throws(Refusal) -> SnapshotSet {
        guard let set = catalogue[id], set.machine == machine else {
            throw Refusal(
                .refused, code: "ResourceNotFound", message: "The snapshot '\(id)' was not found.", rule: "AZ-006")
        }
        return set
    }

    /// The native resource behind a member, as far as it is there and can be used.
    func state(of set: SnapshotSet, _ role: DiskRole) -> Snapshot.State {
        guard let id = set.members[role] else { return .failed }
        if id.type == .diskRestorePoints {
            guard let point = id.parent.flatMap({ restorePoints[$0] }),
                let disk = point.disks.first(where: { $0.id == id })
            else { return .failed }
            switch point.state {
            case .succeeded: return disk.completionPercent(at: now) == 100 ? .ready : .pending
            case .creating: return .pending
            case .failed, .deleting: return .failed
            }
        }
        // That it was provisioned says that its point in time is fixed, not that it can be used.
        guard let snapshot = snapshots[id] else { return .failed }
        switch snapshot.provisioning {
        case .failed, .deleting: return .failed
        case .creating, .updating: return .pending
        case .succeeded: return snapshot.access.isUsable ? .ready : snapshot.access == .pending ? .pending : .failed
        }
    }

    /// Whether a set can be used: as little as the worst of its members.
    func state(of set: SnapshotSet) -> Snapshot.State { .worst(of: set.roles.map { state(of: set, $0) }) }

    /// The set in the words of the lab.
    func described(_ set: SnapshotSet) -> Snapshot {
        Snapshot(
            id: set.id, name: set.name, machine: MachineID(rawValue: set.machine.name), instant: set.instant,
            disks: set.roles, holdsMemory: false, isQuiesced: set.isQuiesced,
            state: state(of: set),
            method: set.method.rawValue, storedBytes: storedBytes(of: set), notes: set.notes)
    }

    private func storedBytes(of set: SnapshotSet) -> ByteCount {
        set.members.values.reduce(.zero) { sum, id in
            if let snapshot = snapshots[id] { return sum + storedBytes(of: snapshot) }
            let point = id.parent.flatMap { restorePoints[$0] }?.disks.first { $0.id == id }
            return sum + (point.map { storedBytes(of: $0) } ?? .zero)
        }
    }
}

import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// The EBS snapshots, or the image, that together are one snapshot of a machine; they know each other by their tags alone.
struct SnapshotSet: Hashable, Sendable {
    var id: Snapshot.ID
    var name: String
    var machine: Instance.ID
    var method: TakingMethod
    var isQuiesced: Bool
    /// The members that are still there, by role.
    var members: [DiskRole: EBSSnapshot]
    /// The roles the set was made of.
    var roles: [DiskRole]
    /// The image, for sets that were taken as one.
    var image: Image?

    /// The words under which a set is found again.
    enum Key {
        static let set = "belay:set"
        static let name = "belay:name"
        static let machine = "belay:machine"
        static let method = "belay:method"
        static let quiesced = "belay:quiesced"
        static let predecessors = "belay:predecessors"
        /// The volume that had a role.
        static func volume(_ role: DiskRole) -> String { "belay:volume.\(role.rawValue)" }
    }
}

/// A native way of taking a snapshot.
enum TakingMethod: String, ProviderMethod {
    static let purpose = "way of taking a snapshot"

    /// CreateSnapshots: one instant for all disks.
    case set = "create-snapshots"
    /// The same, and then EnableFastSnapshotRestores, so that volumes made of them need no loading.
    ///
    /// Rule: AWS-049.
    case fastRestored = "create-snapshots-fast-restore"
    /// CreateSnapshot for one disk after the other.
    case succession = "create-snapshot"
    /// CreateImage, which reboots the guest.
    case image
    /// CreateImage with NoReboot.
    case imageWithoutReboot = "image-no-reboot"

    var isImage: Bool { self == .image || self == .imageWithoutReboot }
}

extension EC2 {
    /// The sets of a machine and of those whose place it took, oldest first.
    func snapshotSets(of machine: Instance.ID) -> [SnapshotSet] {
        let machines = [machine.rawValue] + predecessors(of: machine).map(\.rawValue)
        var bySet: [String: [EBSSnapshot]] = [:]
        for resource in machines.flatMap({ tagSets.resources(with: SnapshotSet.Key.machine, $0) }) {
            guard let set = tag(SnapshotSet.Key.set, of: resource),
                let snapshot = snapshots[EBSSnapshot.ID(rawValue: resource)], snapshot.state.isVisible
            else { continue }
            bySet[set, default: []].append(snapshot)
        }
        let sets = bySet.map { makeSet($0, of: $1) }
        return sets.sorted { ($0.instant, $0.id) < ($1.instant, $1.id) }
    }

    private func makeSet(_ id: String, of snapshots: [EBSSnapshot]) -> SnapshotSet {
        let tags = tagSets[snapshots[0].id.rawValue] ?? [:]
        let roles = DiskRole.allCases.filter { tags[SnapshotSet.Key.volume($0)] != nil }
        var members: [DiskRole: EBSSnapshot] = [:]
        for role in roles {
            members[role] = snapshots.first { $0.volume.rawValue == tags[SnapshotSet.Key.volume(role)] }
        }
        let image = tagSets.resources(with: SnapshotSet.Key.set, id)
            .compactMap { images[Image.ID(rawValue: $0)] }.first { $0.state.isRegistered }
        return SnapshotSet(
            id: Snapshot.ID(rawValue: id), name: tags[SnapshotSet.Key.name] ?? "",
            machine: Instance.ID(rawValue: tags[SnapshotSet.Key.machine] ?? ""),
            method: tags[SnapshotSet.Key.method].flatMap(TakingMethod.init) ?? .set,
            isQuiesced: tags[SnapshotSet.Key.quiesced] == "yes", members: members, roles: roles,
            image: image)
    }

    /// The machines whose place a machine took, latest first.
    func predecessors(of machine: Instance.ID) -> [Instance.ID] {
        let list = tag(SnapshotSet.Key.predecessors, of: machine.rawValue) ?? ""
        return list.split(separator: " ").map { Instance.ID(rawValue: String($0)) }
    }

    /// Finds one set of a machine.
    func snapshotSet(_ id: Snapshot.ID, of machine: Instance.ID) throws(Refusal) -> SnapshotSet {
        guard let set = snapshotSets(of: machine).first(where: { $0.id == id }) else {
            throw Refusal(
                .refused, code: "InvalidSnapshot.NotFound", message: "The snapshot '\(id)' does not exist.",
                rule: "AWS-039")
        }
        return set
    }
}

extension SnapshotSet {
    /// The instant of its first member.
    var instant: Instant { members.values.map(\.start).min() ?? .start }

    /// Whether it can be used; a member that is missing or failed makes it useless.
    var state: Snapshot.State {
        let states = roles.map { members[$0]?.state }
        if states.contains(where: { $0 != .completed && $0 != .pending }) || image?.state == .failed {
            return .failed
        }
        if method.isImage, image?.state != .available { return image == nil ? .failed : .pending }
        return states.contains(.pending) ? .pending : .ready
    }
}

extension EC2 {
    /// A set in the words of the lab.
    func described(_ set: SnapshotSet) -> Snapshot {
        var notes = [
            Note("Memory is not in it: what the guest had not written is lost.", rule: "AWS-002")
        ]
        if set.method == .succession {
            notes.append(
                Note("Each disk has an instant of its own, that of its request.", rule: "AWS-001"))
        }
        if set.method == .set || set.method == .fastRestored {
            notes.append(Note("All disks share one instant.", rule: "AWS-021"))
        }
        if set.method == .fastRestored {
            notes.append(
                Note("A new volume of each member needs no loading, as long as credits last.", rule: "AWS-049"))
        }
        if set.method == .image {
            notes.append(Note("The guest was shut down for it and booted again.", rule: "AWS-121"))
        }
        if let image = set.image { notes.append(Note("It is the image \(image.id).", rule: "AWS-122")) }
        return Snapshot(
            id: set.id, name: set.name, machine: MachineID(rawValue: set.machine.rawValue),
            instant: set.instant,
            disks: set.roles.filter { set.members[$0] != nil }, holdsMemory: false,
            isQuiesced: set.isQuiesced,
            state: set.state, method: set.method.rawValue,
            storedBytes: set.members.values.compactMap { storedBytes(of: $0.id) }.reduce(.zero, +),
            notes: notes)
    }
}

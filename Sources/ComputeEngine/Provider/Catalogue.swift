import HashTreeCollections
import Hypervisor
import LabCore

/// What the reference provider remembers: which native resources together are one snapshot of a machine.
///
/// The resources carry the same in their labels; the books save looking through all of them.
struct Catalogue: Hashable, Sendable {
    private var sets: TreeDictionary<Snapshot.ID, SnapshotSet> = [:]
    private var byMachine: TreeDictionary<Instance.ID, [Snapshot.ID]> = [:]

    subscript(id: Snapshot.ID) -> SnapshotSet? { sets[id] }

    /// The sets of a machine and of those whose place it took, oldest first.
    func sets(of machine: Instance.ID) -> [SnapshotSet] { (byMachine[machine] ?? []).compactMap { sets[$0] } }

    mutating func enter(_ set: SnapshotSet) {
        if sets[set.id] == nil { byMachine[set.machine, default: []].append(set.id) }
        sets[set.id] = set
    }

    mutating func remove(_ id: Snapshot.ID) {
        guard let set = sets.removeValue(forKey: id) else { return }
        byMachine[set.machine]?.removeAll { $0 == id }
    }

    /// A new instance took the place of an old one, with all its snapshots.
    mutating func move(from old: Instance.ID, to new: Instance.ID) {
        let moved = byMachine.removeValue(forKey: old) ?? []
        for id in moved { sets[id]?.machine = new }
        byMachine[new] = (byMachine[new] ?? []) + moved
    }
}

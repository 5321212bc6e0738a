import HashTreeCollections
package import Hypervisor

/// The native resources that a reference provider knows as one snapshot of a machine.
package protocol CataloguedSnapshot: Hashable, Sendable {
    /// The platform's name of a machine.
    associatedtype Machine: Hashable & Sendable

    /// The provider's name of the snapshot.
    var id: Snapshot.ID { get }
    /// The machine that it can bring back.
    var machine: Machine { get set }
}

/// What a reference provider remembers: which native resources together are one snapshot of a machine.
///
/// The resources say the same of themselves; the books save looking through all of them.
package struct SnapshotCatalogue<Entry: CataloguedSnapshot>: Hashable, Sendable {
    private var entries: TreeDictionary<Snapshot.ID, Entry> = [:]
    private var byMachine: TreeDictionary<Entry.Machine, [Snapshot.ID]> = [:]

    /// Makes books with nothing in them.
    package init() {}

    package subscript(id: Snapshot.ID) -> Entry? { entries[id] }

    /// The snapshots of a machine and of those whose place it took, oldest first.
    package func entries(of machine: Entry.Machine) -> [Entry] { (byMachine[machine] ?? []).compactMap { entries[$0] } }

    /// Enters a snapshot, or what has become of one.
    package mutating func enter(_ entry: Entry) {
        if entries[entry.id] == nil { byMachine[entry.machine, default: []].append(entry.id) }
        entries[entry.id] = entry
    }

    /// Strikes a snapshot out.
    package mutating func remove(_ id: Snapshot.ID) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        byMachine[entry.machine]?.removeAll { $0 == id }
    }

    /// A new machine took the place of an old one, with all its snapshots.
    package mutating func move(from old: Entry.Machine, to new: Entry.Machine) {
        let moved = byMachine.removeValue(forKey: old) ?? []
        for id in moved { entries[id]?.machine = new }
        byMachine[new] = (byMachine[new] ?? []) + moved
    }
}

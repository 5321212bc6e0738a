import HashTreeCollections
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// The snapshot against which another stores what changed: the latest ready one of its chain before it.
    ///
    /// Rules: GCE-053, GCE-067 and GCE-070.
    func base(of snapshot: DiskSnapshot) -> DiskSnapshot? {
        var candidate = chains[snapshot.chain].flatMap { snapshots[$0] }
        while let found = candidate, let cut = found.cut, let own = snapshot.cut, cut > own || found.id == snapshot.id {
            candidate = found.older.flatMap { snapshots[$0] }
        }
        if candidate == nil, !settings.inferred.restoredDisksAreFull,
            let origin = disks[snapshot.sourceDiskID]?.sourceSnapshotID
        {
            return snapshots[origin]
        }
        return candidate
    }

    /// What a snapshot stores beside what its base holds.
    func bytes(of snapshot: DiskSnapshot, since base: DiskSnapshot?) -> ByteCount {
        guard let contents = snapshot.contents else { return .zero }
        guard let before = base?.contents else { return contents.writtenBytes }
        let changed = contents.changedBlockCount(since: before, granularity: 1)
        return ByteCount(Int64(changed) * Disk.blockSize.bytes)
    }

    /// Puts a snapshot that has become ready into its chain.
    ///
    /// Rule: GCE-053.
    mutating func enchain(_ id: DiskSnapshot.ID) {
        guard var snapshot = snapshots[id], let contents = snapshot.contents else { return }
        let older = base(of: snapshot)
        let isLineage = older?.chain == snapshot.chain
        let younger = isLineage ? older?.younger : oldest(of: snapshot.chain)
        snapshot.storageBytes = bytes(of: snapshot, since: older)
        snapshot.creationSizeBytes = snapshot.storageBytes  // Rule: GCE-063
        // Rules: GCE-063 and GCE-064
        snapshot.downloadBytes = contents.writtenBytes + settings.inferred.snapshotHeader
        snapshot.older = isLineage ? older?.id : nil
        snapshot.younger = younger
        snapshots[id] = snapshot
        if isLineage, let older { snapshots[older.id]?.younger = id }
        if let younger {
            snapshots[younger]?.older = id
            measure(younger)
        } else {
            chains[snapshot.chain] = id
        }
    }

    private func oldest(of chain: SnapshotChain) -> DiskSnapshot.ID? {
        var id = chains[chain]
        while let found = id, let older = snapshots[found]?.older { id = older }
        return id
    }

    /// Takes a snapshot out of its chain: what its younger neighbour needs moves there.
    ///
    /// Rules: GCE-054 and GCE-055.
    mutating func unchain(_ id: DiskSnapshot.ID) {
        guard let snapshot = snapshots[id], snapshot.storageBytes != nil else { return }
        if let older = snapshot.older { snapshots[older]?.younger = snapshot.younger }
        if let younger = snapshot.younger {
            snapshots[younger]?.older = snapshot.older
            measure(younger)
        } else {
            chains[snapshot.chain] = snapshot.older
        }
    }

    /// Counts anew what a snapshot stores by itself.
    ///
    /// Rule: GCE-063.
    private mutating func measure(_ id: DiskSnapshot.ID) {
        guard let snapshot = snapshots[id] else { return }
        let stored = bytes(of: snapshot, since: snapshot.older.flatMap { snapshots[$0] })
        snapshots[id]?.storageBytes = stored
    }
}

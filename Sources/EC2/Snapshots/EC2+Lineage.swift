import HashTreeCollections
package import LabCore
import SimulatedMachine

extension EC2 {
    /// The snapshot, or the newest earlier one of its lineage that is still kept.
    ///
    /// Rule: AWS-034.
    func nearestKept(_ id: EBSSnapshot.ID) -> EBSSnapshot.ID? {
        var candidate: EBSSnapshot.ID? = id
        while let next = candidate {
            if let snapshot = snapshots[next], snapshot.state != .error { return next }
            candidate = snapshots[next]?.parent ?? buriedParents[next]
        }
        return nil
    }

    /// The storage that a snapshot is charged for: the blocks that no earlier one of its lineage holds.
    ///
    /// Blocks that were never written are not stored, and deleting data in a guest frees none. Rule: AWS-035.
    /// An archived snapshot is stored whole, and what it had shared is charged to the next one. Rule: AWS-143.
    package func storedBytes(of id: EBSSnapshot.ID) -> ByteCount? {
        guard let snapshot = snapshots[id] else { return nil }
        let parent = snapshot.tier.isInArchive ? nil : chargedParent(of: snapshot)
        let base = parent?.contents ?? Disk(size: snapshot.contents.size)
        return .kibibytes(512 * snapshot.contents.changedBlockCount(since: base, granularity: EBSSnapshot.blockGroup))
    }

    /// The next of kin in the standard tier.
    private func chargedParent(of snapshot: EBSSnapshot) -> EBSSnapshot? {
        var candidate = snapshot.parent
        while let next = candidate.flatMap({ nearestKept($0) }), let kept = snapshots[next] {
            if !kept.tier.isInArchive { return kept }
            candidate = kept.parent
        }
        return nil
    }
}

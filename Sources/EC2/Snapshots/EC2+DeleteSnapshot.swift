import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension EC2 {
    /// Deletes one snapshot; volumes made from it and later snapshots of the lineage stay whole.
    ///
    /// Rule: AWS-040.
    ///
    /// Whoever wants all snapshots of a volume gone calls it for each. Rule: AWS-045.
    /// A pending one may be deleted too. Rule: AWS-038. What uses the snapshot is not looked at in a rehearsal. Rule: AWS-037.
    package mutating func deleteSnapshot(
        _ id: EBSSnapshot.ID, in region: String? = nil, dryRun: Bool = false
    ) throws(EC2Fault) {
        try call("DeleteSnapshot", on: id.rawValue) { ec2 throws(EC2Fault) in
            try ec2.endDryRun(dryRun)
            let snapshot = try ec2.snapshot(id, in: region)
            try ec2.checkDeletion(of: snapshot)
            ec2.remove(snapshot)
        }
    }

    func checkDeletion(of snapshot: EBSSnapshot) throws(EC2Fault) {
        if let lock = snapshot.lock, lock.isActive(at: now) {
            throw EC2Fault(
                settings.inferred.lockedSnapshot, "The snapshot '\(snapshot.id)' is locked.",
                rule: "AWS-042")
        }
        if snapshot.isManaged {
            throw EC2Fault(
                settings.inferred.managedSnapshot,
                "The snapshot '\(snapshot.id)' is managed by a backup service and cannot be deleted.",
                rule: "AWS-044")
        }
        if let image = imagesUsing(snapshot.id).first { throw .usedBy(snapshot.id, image) }
        if settings.eras.fastRestoreProtectsSnapshots, let zone = snapshot.fastRestores.keys.min() {
            throw .fastRestored(snapshot.id, in: zone)
        }
    }

    /// The registered images with a device on the snapshot, by id.
    ///
    /// Rule: AWS-036.
    func imagesUsing(_ id: EBSSnapshot.ID) -> [Image.ID] {
        let protecting = images.found(.using(id)).filter { image in
            image.state.isRegistered
                && (image.state != .disabled || settings.inferred.disabledImagesProtectSnapshots)
        }
        return protecting.map(\.id)
    }

    /// Removes a snapshot whose deletion has been checked, or puts it into the Recycle Bin.
    mutating func remove(_ snapshot: EBSSnapshot) {
        var snapshot = snapshot
        let period = retention(of: snapshot)
        do throws(NotInState<SnapshotState>) {
            try snapshot.state.delete(isRetained: period != nil)
        } catch {
            preconditionFailure("a visible snapshot can be deleted in any state, found \(error.found)")
        }
        guard snapshot.state == .recoverable, let period else { return bury(snapshot) }
        snapshot.bin = (enter: now, exit: now + period)
        snapshot.fastRestores = [:]
        snapshots[snapshot.id] = snapshot
        tagSets[snapshot.id.rawValue, default: [:]]["aws:recycle-bin:resource-in-bin"] = "true"  // Rule: AWS-147
        enter(.snapshotExpired(snapshot.id), in: period)
        note(snapshot.id.rawValue, "completed -> recoverable")
    }

    /// Forgets a snapshot; the blocks that others need are theirs from now on.
    ///
    /// Rule: AWS-034.
    mutating func bury(_ snapshot: EBSSnapshot) {
        snapshots[snapshot.id] = nil
        tagSets[snapshot.id.rawValue] = nil
        buriedParents[snapshot.id] = snapshot.parent
        note(snapshot.id.rawValue, "\(snapshot.state == .deleted ? "deleted" : "expired")")
    }
}

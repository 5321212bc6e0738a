import HashTreeCollections
package import LabCore
import SimulatedMachine

extension AzureCompute {
    /// Whether a disk can be made of a snapshot now.
    ///
    /// Rules: AZ-035, AZ-037 and AZ-038.
    func checkUsable(_ snapshot: DiskSnapshot, for request: CreateDisk) throws(AzureFault) {
        guard snapshot.provisioning != .deleting else { throw .sourceNotFound(snapshot.id.name, rule: "AZ-007") }
        guard snapshot.access.isUsable else {
            throw AzureFault(
                settings.inferred.unfinishedSnapshot,
                "The snapshot '\(snapshot.id.name)' cannot be used: \(snapshot.access.rawValue), "
                    + "\(snapshot.completionPercent(at: now) ?? 0) percent are copied.", status: 409,
                rule: snapshot.copyCompletionError == nil ? "AZ-035" : "AZ-034")
        }
        if snapshot.logicalSectorSize == 4_096, !request.sku.copiesInBackground {
            throw AzureFault(
                .invalidParameter,
                "A snapshot with 4096-byte sectors restores to disks of type Ultra and Premium SSD v2 only.",
                target: "sku.name", rule: "AZ-038")
        }
        if snapshot.copiesInBackground || request.sku.copiesInBackground { try checkBackgroundCopies() }
        guard snapshot.access.hasInstantAccess else {
            let unfinished = snapshot.copiesInBackground ? backgroundCopies.count(from: snapshot.uniqueID, at: now) : 0
            guard unfinished < settings.quotas.disksFromOneSnapshot else {
                throw AzureFault(
                    settings.inferred.unfinishedSnapshot,
                    "\(unfinished) disks of the snapshot '\(snapshot.id.name)' are still being filled.", status: 409,
                    rule: "AZ-035")
            }
            return
        }
        guard request.sku.copiesInBackground, request.sizeGB ?? snapshot.sizeGB <= snapshot.sizeGB else {
            throw AzureFault(
                .invalidParameter,
                "Disks of an instant access snapshot are of type Ultra or Premium SSD v2, and not larger than it.",
                target: "sku.name", rule: "AZ-037")
        }
        let unfinished = families[snapshot.creation.sourceUniqueID ?? ""]?.instantDisks.count { $0 > now } ?? 0
        guard unfinished < settings.quotas.disksFromInstantAccess else {
            throw .notAllowed(
                "At most \(settings.quotas.disksFromInstantAccess) disks at once are made of the instant access snapshots "
                    + "of one disk.", rule: "AZ-037")
        }
    }

    /// What a snapshot takes up by itself: all that was written, or what changed since the one before that is still there.
    ///
    /// One that was deleted in between has left its blocks to the next. Rule: AZ-023.
    package func storedBytes(of snapshot: DiskSnapshot) -> ByteCount {
        guard snapshot.isIncremental, let disk = snapshot.creation.sourceUniqueID,
            let place = families[disk]?.incrementals.firstIndex(of: snapshot.id), place > 0,
            let before = families[disk]?.incrementals[place - 1], let previous = snapshots[before]
        else { return snapshot.contents.writtenBytes }
        let blocks = snapshot.contents.changedBlockCount(since: previous.contents, granularity: 1)
        let delta = ByteCount(Int64(blocks) * Disk.blockSize.bytes)
        // Rule: AZ-042
        return snapshot.logicalSectorSize == 4_096 ? max(delta, .mebibytes(6)) : delta
    }

    /// A disk cannot go while a snapshot of it lends it blocks.
    ///
    /// Rule: AZ-037.
    func checkInstantAccess(ofSource disk: ManagedDisk) throws(AzureFault) {
        let leaning = (families[disk.uniqueID]?.snapshots ?? []).first { snapshots[$0]?.access == .instantAccess }
        guard let leaning else { return }
        throw .notAllowed(
            "The snapshot '\(leaning.name)' depends on the disk '\(disk.id.name)' until it is copied.", rule: "AZ-037")
    }
}

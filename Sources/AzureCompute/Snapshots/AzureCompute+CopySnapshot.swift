import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// A snapshot of a snapshot in the same location: the same point in time under another name.
    mutating func copySnapshot(
        _ id: ResourceID, _ request: CreateSnapshot, of source: ResourceID
    ) throws(AzureFault) -> Operation {
        guard let original = snapshots[source], original.location == request.location else {
            throw .sourceNotFound(source.name, rule: "AZ-031")
        }
        guard original.access.isExportable else {
            throw AzureFault(
                settings.inferred.unfinishedSnapshot, "The snapshot '\(source.name)' is still being copied.",
                status: 409, rule: "AZ-035")
        }
        place(duplicate(original, as: id, request), ofDisk: original.uniqueID, family: world.names.uuid())
        return accept(.createSnapshot, on: id, .createSnapshot(id), lasting: settings.timings.snapshot)
    }

    /// A copy to another location, of an incremental snapshot to an incremental snapshot.
    ///
    /// Rule: AZ-032.
    mutating func startCopy(
        _ id: ResourceID, _ request: CreateSnapshot, of source: ResourceID
    ) throws(AzureFault) -> Operation {
        guard let original = snapshots[source], original.isIncremental, request.isIncremental else {
            throw .notIncremental
        }
        guard original.access.isExportable else {
            throw AzureFault(
                settings.inferred.unfinishedSnapshot, "The snapshot '\(source.name)' is still being copied.",
                status: 409, rule: original.instantAccessEnds == nil ? "AZ-035" : "AZ-037")
        }
        let disk = original.creation.sourceUniqueID ?? original.uniqueID
        try checkOrder(of: original, ofDisk: disk, to: request.location)
        var target = duplicate(original, as: id, request)
        let time = copyTime(of: original.contents, at: settings.timings.crossRegionRate)
        target.copy = DiskSnapshot.Copy(begins: now, ends: now + time)
        target.access = .pending
        families[disk]?.lastCopied = original.timeCreated
        place(target, ofDisk: "\(disk) in \(request.location)", family: original.familyID ?? world.names.uuid())
        enter(.snapshotCopied(id, uniqueID: target.uniqueID), in: time)
        return accept(.createSnapshot, on: id, .createSnapshot(id), lasting: settings.timings.copyStart)
    }

    /// One copy at a time of each disk, in the order in which the snapshots were made.
    ///
    /// Rule: AZ-033.
    private func checkOrder(of original: DiskSnapshot, ofDisk disk: String, to location: String) throws(AzureFault) {
        let copies = (families["\(disk) in \(location)"]?.snapshots ?? []).compactMap { snapshots[$0] }
        let underWay = copies.filter { $0.isCopying(at: now) }
        guard underWay.isEmpty else {
            throw AzureFault(
                settings.inferred.secondCopyStart,
                "Another snapshot of the disk is being copied: '\(underWay[0].id.name)'.", status: 409, rule: "AZ-033")
        }
        let all = snapshots.values.count {
            $0.location == location && $0.creation.option == .copyStart && $0.isCopying(at: now)
        }
        guard all < settings.quotas.copyStarts else {
            throw AzureFault(
                settings.inferred.secondCopyStart,
                "At most \(settings.quotas.copyStarts) snapshots are copied to a location at a time.", status: 409,
                rule: "AZ-033")
        }
        if let last = families[disk]?.lastCopied, last > original.timeCreated {
            throw AzureFault(
                settings.inferred.secondCopyStart, "A later snapshot of the disk was copied before.", status: 409,
                rule: "AZ-033")
        }
    }

    private mutating func duplicate(_ original: DiskSnapshot, as id: ResourceID, _ request: CreateSnapshot)
        -> DiskSnapshot
    {
        var creation = request.creation
        creation.sourceUniqueID = original.uniqueID
        return DiskSnapshot(
            id: id, uniqueID: world.names.uuid(), location: request.location, isIncremental: request.isIncremental,
            creation: creation, familyID: request.isIncremental ? original.familyID : nil, timeCreated: now,
            sizeGB: original.sizeGB, osType: request.osType ?? original.osType,
            hyperVGeneration: request.hyperVGeneration ?? original.hyperVGeneration,
            securityType: original.securityType, encryption: original.encryption,
            logicalSectorSize: original.logicalSectorSize, sku: request.sku ?? .standardLRS, tags: request.tags,
            provisioning: .updating, access: .available, copiesInBackground: original.copiesInBackground,
            contents: original.contents, guest: original.guest)
    }

    /// The source of a copy is gone before the copy was whole: it never will be, and still says that it succeeded.
    ///
    /// Rule: AZ-034.
    mutating func breakCopies(of snapshot: DiskSnapshot) {
        guard let disk = snapshot.creation.sourceUniqueID else { return }
        for location in settings.locations {
            for id in families["\(disk) in \(location)"]?.snapshots ?? []
            where snapshots[id]?.creation.source == snapshot.id && snapshots[id]?.isCopying(at: now) == true {
                snapshots[id]?.copyCompletionError = "CopySourceNotFound"
                _ = snapshots[id]?.access.fail()
            }
        }
    }
}

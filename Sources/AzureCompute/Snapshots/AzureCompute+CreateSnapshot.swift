import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// The body of Snapshots_CreateOrUpdate.
package struct CreateSnapshot: Hashable, Sendable {
    package var location: String
    package var creation: ManagedDisk.CreationData
    /// A plain snapshot is a full one.
    package var isIncremental = false
    package var sku: DiskSKU?
    package var osType: OSType?
    package var hyperVGeneration: Generation?
    package var instantAccessDuration: Duration?
    package var tags: [String: String] = [:]

    package init(location: String, _ creation: ManagedDisk.CreationData, isIncremental: Bool = false) {
        self.location = location
        self.creation = creation
        self.isIncremental = isIncremental
    }
}

extension AzureCompute {
    /// Snapshots_CreateOrUpdate: fixes a point in time of one disk, which nobody in its machine is told.
    ///
    /// Rule: AZ-021.
    package mutating func createSnapshot(_ id: ResourceID, _ request: CreateSnapshot) throws(AzureFault) -> Operation {
        try call(.createSnapshot, on: id) { plane throws(AzureFault) in
            try plane.checkPlacement(
                id, location: request.location, tags: request.tags, existing: plane.snapshots[id]?.location)
            if let existing = plane.snapshots[id] { return try plane.putAgain(existing, request) }
            guard let source = request.creation.source else { throw .missingSource }
            if request.creation.option == .copyStart { return try plane.startCopy(id, request, of: source) }
            guard request.creation.option == .copy else {
                throw .invalid(
                    "creationData.createOption", "The value '\(request.creation.option.rawValue)' is not valid.")
            }
            if source.type == .snapshots { return try plane.copySnapshot(id, request, of: source) }
            return try plane.takeSnapshot(id, request, of: source)
        }
    }

    /// Rule: AZ-030.
    private mutating func putAgain(_ snapshot: DiskSnapshot, _ request: CreateSnapshot) throws(AzureFault) -> Operation
    {
        guard snapshot.provisioning != .deleting else {
            throw .beingDeleted(snapshot.id, code: settings.inferred.recreatedWhileDeleting)
        }
        guard snapshot.creation.option == request.creation.option, snapshot.creation.source == request.creation.source
        else {
            throw .notAllowed(
                "Changing property 'creationData' is not allowed.", target: "creationData", rule: "AZ-030")
        }
        guard snapshot.isIncremental == request.isIncremental else {
            throw .unchangeable("incremental", rule: "AZ-030")
        }
        return try change(snapshot, tags: request.tags, verb: .createSnapshot)
    }

    private mutating func takeSnapshot(
        _ id: ResourceID, _ request: CreateSnapshot, of source: ResourceID
    ) throws(AzureFault) -> Operation {
        if source.subscription != settings.subscription, request.isIncremental {
            throw AzureFault(
                settings.inferred.foreignIncremental,
                "An incremental snapshot is made in the subscription of its disk.", status: 400,
                target: "creationData.sourceResourceId", rule: "AZ-027")
        }
        // The disk is looked for where the snapshot is made. Rule: AZ-031.
        guard let disk = disks[source], disk.location == request.location else {
            try checkEphemeral(source)
            throw .sourceNotFound(source.name, rule: "AZ-031")
        }
        try checkKind(request, of: disk)
        try checkPace(request, of: disk)
        guard
            (families[disk.uniqueID]?.incrementals.count ?? 0) < settings.quotas.incrementalsPerDisk
                || !request.isIncremental
        else {
            // What was refused is left behind under its name.
            make(id, request, of: disk, failed: true)
            throw .tooManySnapshots
        }
        make(id, request, of: disk)
        var operation = accept(.createSnapshot, on: id, .createSnapshot(id), lasting: settings.timings.snapshot)
        if doomedSnapshots.strike([disk.managedBy].compactMap { $0 }) {
            operation.failure = .late(.internalExecutionError, .createSnapshot)
            operations[operation.id] = operation
        }
        return operation
    }

    /// An ephemeral OS disk exists on its host alone.
    ///
    /// Rule: AZ-043.
    private func checkEphemeral(_ source: ResourceID) throws(AzureFault) {
        let isEphemeral = virtualMachines.values.contains { $0.osDisk.isEphemeral && $0.osDisk.disk == source }
        guard isEphemeral else { return }
        throw AzureFault(
            settings.inferred.ephemeralSnapshot,
            "The disk '\(source.name)' is an ephemeral OS disk, of which no snapshot can be taken.", status: 409,
            rule: "AZ-043")
    }

    private func checkKind(_ request: CreateSnapshot, of disk: ManagedDisk) throws(AzureFault) {
        if request.isIncremental, request.sku == .premium {
            throw AzureFault(
                settings.inferred.premiumIncremental, "Incremental snapshots are stored on standard storage.",
                target: "sku.name", rule: "AZ-029")
        }
        if disk.sku.copiesInBackground {
            guard request.isIncremental else {
                throw AzureFault(
                    settings.inferred.unfinishedSnapshot,
                    "Only incremental snapshots of disks of type \(disk.sku.rawValue) can be taken.", status: 409,
                    rule: "AZ-035")
            }
            let unfinished = (families[disk.uniqueID]?.snapshots ?? []).filter {
                snapshots[$0]?.isCopying(at: now) == true
            }
            guard unfinished.count < settings.quotas.copyingPerDisk else {
                throw AzureFault(
                    settings.inferred.unfinishedSnapshot,
                    "\(unfinished.count) snapshots of disk '\(disk.id.name)' are still being copied.", status: 409,
                    rule: "AZ-035")
            }
            try checkBackgroundCopies()
        }
        guard let duration = request.instantAccessDuration else { return }
        guard disk.sku.copiesInBackground, duration >= .minutes(60), duration <= .minutes(300), disk.hydrated <= now
        else {
            throw AzureFault(
                .invalidParameter,
                "Instant access lasts from 60 to 300 minutes, of disks of type Ultra and Premium SSD v2 that are not "
                    + "being hydrated.", target: "creationData.instantAccessDurationMinutes", rule: "AZ-037")
        }
    }

    /// Rule: AZ-025.
    private func checkPace(_ request: CreateSnapshot, of disk: ManagedDisk) throws(AzureFault) {
        guard request.isIncremental, let pace = families[disk.uniqueID]?.pace else { return }
        let limit = settings.quotas.incrementalsPerFiveMinutes
        if let wait = pace.wait(at: now, limit: limit, in: .minutes(5)) { throw .tooFast(wait: wait) }
    }

    /// Takes a snapshot into the books; its point in time is now.
    private mutating func make(_ id: ResourceID, _ request: CreateSnapshot, of disk: ManagedDisk, failed: Bool = false)
    {
        let contents = contents(of: disk)
        var creation = request.creation
        creation.sourceUniqueID = disk.uniqueID
        let family = families[disk.uniqueID]?.id ?? world.names.uuid()
        // What the request names wins; what it does not comes from the disk. Rule: AZ-039.
        var snapshot = DiskSnapshot(
            id: id, uniqueID: world.names.uuid(), location: request.location, isIncremental: request.isIncremental,
            creation: creation, familyID: request.isIncremental ? family : nil, timeCreated: now, sizeGB: disk.sizeGB,
            osType: request.osType ?? disk.osType, hyperVGeneration: request.hyperVGeneration ?? disk.hyperVGeneration,
            securityType: disk.securityType, encryption: disk.encryption, logicalSectorSize: disk.logicalSectorSize,
            sku: request.sku ?? .standardLRS, tags: request.tags, provisioning: failed ? .failed : .updating,
            access: .available, copiesInBackground: disk.sku.copiesInBackground, contents: contents, guest: disk.guest)
        if disk.sku.copiesInBackground, !failed {
            let time = copyTime(of: contents, at: settings.timings.copyRate)
            snapshot.copy = DiskSnapshot.Copy(begins: now, ends: now + time)
            snapshot.access = request.instantAccessDuration == nil ? .pending : .instantAccess
            backgroundCopies.begin(into: snapshot.uniqueID, at: now, until: now + time)
            enter(.snapshotCopied(id, uniqueID: snapshot.uniqueID), in: time)
            if let duration = request.instantAccessDuration {
                snapshot.instantAccessEnds = now + duration
                enter(.instantAccessEnds(id, uniqueID: snapshot.uniqueID), in: duration)
            }
        }
        if failed { snapshot.access = .unavailable }
        place(snapshot, ofDisk: disk.uniqueID, family: family)
    }

    func copyTime(of contents: Disk, at rate: ByteCount) -> Duration {
        min(settings.timings.copyLimit, settings.timings.copyFloor + contents.writtenBytes.time(at: rate))
    }

    /// Takes a snapshot into the books of the disk it comes from.
    mutating func place(_ snapshot: DiskSnapshot, ofDisk uniqueID: String, family: String) {
        snapshots[snapshot.id] = snapshot
        var found = families[uniqueID] ?? SnapshotFamily(id: family)
        found.snapshots.append(snapshot.id)
        if snapshot.isIncremental, snapshot.provisioning != .failed {
            found.incrementals.append(snapshot.id)
            found.pace.count(at: now, in: .minutes(5))
        }
        families[uniqueID] = found
        enroll(snapshot.id)
    }

    mutating func completeCreation(ofSnapshot id: ResourceID) { _ = snapshots[id]?.provisioning.succeed() }

    /// All blocks are copied.
    mutating func finishCopy(of id: ResourceID, _ uniqueID: String) {
        guard snapshots[id]?.uniqueID == uniqueID, snapshots[id]?.access.copied() == true else { return }
        note(id.name, "copied: \(snapshots[id]?.access.rawValue ?? "")")
    }

    mutating func endInstantAccess(of id: ResourceID, _ uniqueID: String) {
        guard snapshots[id]?.uniqueID == uniqueID, snapshots[id]?.access.endInstantAccess() == true else { return }
        note(id.name, "instant access is over: \(snapshots[id]?.access.rawValue ?? "")")
    }
}

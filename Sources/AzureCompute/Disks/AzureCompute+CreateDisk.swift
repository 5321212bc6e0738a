import HashTreeCollections
import LabCore
import SimulatedMachine

/// The body of Disks_CreateOrUpdate.
package struct CreateDisk: Hashable, Sendable {
    package var location: String
    package var creation: ManagedDisk.CreationData
    /// Neither sku nor zone nor tags come with the source.
    package var sku = DiskSKU.standardLRS
    package var zone: String?
    /// Nothing for the size of the source.
    package var sizeGB: Int?
    package var osType: OSType?
    package var hyperVGeneration: Generation?
    package var securityType: SecurityType?
    package var encryption = Encryption.platformKey
    package var maxShares = 1
    package var logicalSectorSize = 512
    package var tags: [String: String] = [:]

    package init(location: String, _ creation: ManagedDisk.CreationData) {
        self.location = location
        self.creation = creation
    }
}

extension AzureCompute {
    /// Disks_CreateOrUpdate: a new disk, or of one that is there a larger one with other tags.
    package mutating func createDisk(_ id: ResourceID, _ request: CreateDisk) throws(AzureFault) -> Operation {
        try call(.createDisk, on: id) { plane throws(AzureFault) in
            try plane.checkPlacement(
                id, location: request.location, tags: request.tags, existing: plane.disks[id]?.location)
            if let existing = plane.disks[id] { return try plane.putAgain(existing, request) }
            try plane.checkEncryption(of: id, request.encryption, location: request.location)
            let source = try plane.source(of: request, for: id)
            try plane.checkSecurity(request)
            try plane.checkDiskQuota(request)
            plane.make(id, request, source)
            return plane.accept(.createDisk, on: id, .createDisk(id), lasting: plane.settings.timings.disk)
        }
    }

    private mutating func putAgain(_ disk: ManagedDisk, _ request: CreateDisk) throws(AzureFault) -> Operation {
        guard disk.provisioning != .deleting else {
            throw .beingDeleted(disk.id, code: settings.inferred.recreatedWhileDeleting)
        }
        guard disk.creation.option == request.creation.option, disk.creation.source == request.creation.source else {
            throw .unchangeable("creationData", rule: "AZ-056")
        }
        return try change(
            disk, DiskChange(sizeGB: request.sizeGB, tags: request.tags), verb: .createDisk)
    }

    /// What the new disk begins with.
    struct DiskSource: Hashable, Sendable {
        var contents: Disk
        var sizeGB: Int
        var uniqueID: String?
        var osType: OSType?
        var generation: Generation?
        var securityType = SecurityType.standard
        var guest: Guest?
        var isPremium = false
        var hydrates = false
        /// Whether it is of a disk of type Ultra or Premium SSD v2.
        var copiesInBackground = false
        /// The disk of which it is an instant access snapshot; nothing for any other source.
        var instantAccessOf: String?
    }

    private func source(of request: CreateDisk, for id: ResourceID) throws(AzureFault) -> DiskSource {
        switch request.creation.option {
        case .empty, .upload:
            guard let sizeGB = request.sizeGB, sizeGB > 0 else {
                throw .invalid("diskSizeGB", "Required parameter 'disk.diskSizeGB' is missing (null).")
            }
            return DiskSource(contents: Disk(size: .gibibytes(sizeGB)), sizeGB: sizeGB)
        case .copy:
            guard let id = request.creation.source else { throw .missingSource }
            return try id.type == .snapshots ? snapshotSource(id, request) : diskSource(id, request)
        case .restore:
            guard let id = request.creation.source else { throw .missingSource }
            return try pointSource(id, request)
        case .fromImage, .copyStart, .attach:
            throw .invalid("creationData.createOption", "The value '\(request.creation.option.rawValue)' is not valid.")
        }
    }

    /// The source is looked for in the location of the new disk, so one elsewhere is not found.
    ///
    /// Rule: AZ-031.
    private func diskSource(_ id: ResourceID, _ request: CreateDisk) throws(AzureFault) -> DiskSource {
        guard let disk = disks[id], disk.location == request.location else {
            throw .sourceNotFound(id.name, rule: "AZ-031")
        }
        try checkGrowth(request.sizeGB, from: disk.sizeGB, of: id)
        return DiskSource(
            contents: contents(of: disk), sizeGB: disk.sizeGB, uniqueID: disk.uniqueID, osType: disk.osType,
            generation: disk.hyperVGeneration, securityType: disk.securityType, guest: disk.guest)
    }

    private func snapshotSource(_ id: ResourceID, _ request: CreateDisk) throws(AzureFault) -> DiskSource {
        guard let snapshot = snapshots[id], snapshot.location == request.location else {
            throw .sourceNotFound(id.name, rule: "AZ-031")
        }
        try checkUsable(snapshot, for: request)
        try checkGrowth(request.sizeGB, from: snapshot.sizeGB, of: id)
        // What the snapshot's boot properties were. Rule: AZ-039.
        return DiskSource(
            contents: snapshot.contents, sizeGB: snapshot.sizeGB, uniqueID: snapshot.uniqueID, osType: snapshot.osType,
            generation: snapshot.hyperVGeneration, securityType: snapshot.securityType, guest: snapshot.guest,
            isPremium: snapshot.sku == .premium, hydrates: true, copiesInBackground: snapshot.copiesInBackground,
            instantAccessOf: snapshot.access.hasInstantAccess ? snapshot.creation.sourceUniqueID : nil)
    }

    /// A disk comes from the point of one disk; from the whole restore point none is made.
    ///
    /// Rule: AZ-113. The new disk may be in another zone than the one the point was taken of. Rule: AZ-114.
    private func pointSource(_ id: ResourceID, _ request: CreateDisk) throws(AzureFault) -> DiskSource {
        guard id.type == .diskRestorePoints else {
            throw AzureFault(
                .invalidParameter, "The source '\(id)' is not a disk restore point.",
                target: "creationData.sourceResourceId", rule: "AZ-113")
        }
        let point = try diskRestorePoint(id)
        guard point.location == request.location else { throw .sourceNotFound(id.name, rule: "AZ-031") }
        guard point.completionPercent(at: now) == 100 else {
            throw .notAllowed("The disk restore point '\(id.name)' is still being copied.", rule: "AZ-118")
        }
        if request.sku.copiesInBackground { try checkBackgroundCopies() }
        try checkGrowth(request.sizeGB, from: point.sizeGB, of: id)
        return DiskSource(
            contents: point.contents ?? Disk(size: .gibibytes(point.sizeGB)), sizeGB: point.sizeGB,
            uniqueID: point.uniqueID, osType: point.osType, generation: point.hyperVGeneration,
            securityType: point.securityType, guest: point.guest, hydrates: true)
    }

    /// Rule: AZ-053.
    private func checkGrowth(_ wanted: Int?, from sizeGB: Int, of id: ResourceID) throws(AzureFault) {
        guard let wanted, wanted < sizeGB else { return }
        throw .shrinks(id.name, rule: "AZ-053")
    }

    /// A copy keeps the security type of its source, and cannot set one.
    ///
    /// Rule: AZ-078.
    private func checkSecurity(_ request: CreateDisk) throws(AzureFault) {
        guard let type = request.securityType, [.copy, .restore].contains(request.creation.option) else { return }
        throw AzureFault(
            .badRequest,
            "Security Type '\(type.rawValue)' is not supported for CreateOption '\(request.creation.option.rawValue)'.",
            rule: "AZ-078")
    }

    /// Rule: AZ-069.
    private func checkDiskQuota(_ request: CreateDisk) throws(AzureFault) {
        let used = usage[request.location]?.disks[request.sku] ?? 0
        guard used < settings.quotas.disks else {
            throw .notAllowed(
                "Operation results in exceeding quota limits of disks. Maximum allowed: \(settings.quotas.disks), "
                    + "Current in use: \(used), Additional requested: 1.", rule: "AZ-069")
        }
    }

    /// Rules: AZ-067 and AZ-068.
    func checkEncryption(of id: ResourceID, _ encryption: Encryption, location: String) throws(AzureFault) {
        switch (encryption.kind, encryption.set) {
        case (.platformKey, nil): return
        case (.platformKey, .some):
            throw AzureFault(
                .invalidParameter,
                "Resource \(id.name) encrypted with platform key has disk encryption set id specified.",
                target: "encryption", rule: "AZ-067")
        case (.customerKey, nil):
            throw AzureFault(
                .invalidParameter, "Resource \(id.name) encrypted with customer key has no disk encryption set id.",
                target: "encryption", rule: "AZ-067")
        case (.customerKey, .some(let set)):
            guard let found = diskEncryptionSets[set], found.location == location else {
                throw .sourceNotFound(set.name, rule: "AZ-068")
            }
            guard found.isVaultReachable else {
                throw AzureFault(
                    .badRequest, "Keyvault associated with DiskEncryptionSet \(set.name) not found.", rule: "AZ-068")
            }
        }
    }

    private mutating func make(_ id: ResourceID, _ request: CreateDisk, _ source: DiskSource) {
        let sizeGB = max(source.sizeGB, request.sizeGB ?? source.sizeGB)
        var contents = source.contents
        if contents.size < .gibibytes(sizeGB) { contents.grow(to: .gibibytes(sizeGB)) }
        var creation = request.creation
        creation.sourceUniqueID = source.uniqueID
        var disk = ManagedDisk(
            id: id, uniqueID: world.names.uuid(), location: request.location, zone: request.zone, creation: creation,
            timeCreated: now, sku: request.sku, sizeGB: sizeGB, osType: request.osType ?? source.osType,
            hyperVGeneration: request.hyperVGeneration ?? source.generation,
            securityType: request.securityType ?? source.securityType, encryption: request.encryption,
            maxShares: request.maxShares, logicalSectorSize: request.logicalSectorSize, tags: request.tags,
            provisioning: .updating, state: request.creation.option == .upload ? .readyToUpload : .unattached,
            lastOwnershipUpdate: now, hydrated: now, contents: contents, guest: source.guest)
        if source.hydrates {
            // Rule: AZ-045
            let rate = source.isPremium ? settings.timings.premiumCopyRate : settings.timings.copyRate
            disk.hydrated = now + min(settings.timings.copyLimit, contents.writtenBytes.time(at: rate))
        }
        if source.hydrates, source.copiesInBackground || request.sku.copiesInBackground {
            backgroundCopies.begin(into: disk.uniqueID, from: source.uniqueID, at: now, until: disk.hydrated)
        }
        if let family = source.instantAccessOf {
            let time = now
            families[family]?.instantDisks.removeAll { $0 <= time }
            families[family]?.instantDisks.append(disk.hydrated)
        }
        place(disk)
    }

    /// Takes a new disk into the books.
    mutating func place(_ disk: ManagedDisk) {
        disks[disk.id] = disk
        usage[disk.location, default: Usage()].disks[disk.sku, default: 0] += 1
        enroll(disk.id)
    }

    mutating func completeCreation(ofDisk id: ResourceID) { _ = disks[id]?.provisioning.succeed() }
}

extension AzureFault {
    static let missingSource = AzureFault(
        .invalidParameter, "Required parameter 'creationData.sourceResourceId' is missing (null).",
        target: "creationData.sourceResourceId")
}

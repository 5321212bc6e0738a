import HashTreeCollections
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// What the one source of a new disk holds; nothing for an empty disk.
    ///
    /// Rule: GCE-012.
    func source(of request: InsertDisk, zone: String) throws(ComputeFault) -> DiskSource? {
        let given = [
            request.sourceSnapshot, request.sourceImage, request.sourceDisk, request.sourceInstantSnapshot,
            request.sourceMachineImage,
        ].compactMap { $0 }
        guard given.count <= 1 else { throw .severalSources }
        if let reference = request.sourceSnapshot {
            let source = try snapshotSource(reference)
            let (_, path) = try resolve(reference, field: "resource.sourceSnapshot", DiskSnapshot.self)
            try check(source.key, of: path, brought: request.sourceEncryptionKey)
            return source
        }
        if let reference = request.sourceImage { return try imageSource(reference) }
        if let reference = request.sourceDisk {
            return try diskSource(reference, zone: zone, brought: request.sourceEncryptionKey)
        }
        if let reference = request.sourceInstantSnapshot { return try instantSource(reference, zone: zone) }
        if let reference = request.sourceMachineImage {
            return try machineImageSource(reference, device: request.sourceMachineImageDiskDeviceName)
        }
        return nil
    }

    /// A snapshot that is ready, wherever it is stored.
    ///
    /// Rules: GCE-062 and GCE-068.
    func snapshotSource(_ reference: String, field: String = "resource.sourceSnapshot") throws(ComputeFault)
        -> DiskSource
    {
        let (id, path) = try resolve(reference, field: field, DiskSnapshot.self)
        guard let snapshot = snapshots[id], snapshot.state == .ready, let contents = snapshot.contents else {
            throw .notReady(path, rule: "GCE-062")
        }
        return DiskSource(
            origin: .snapshot(link: snapshot.path.link, id), collection: .snapshots, sizeGB: snapshot.diskSizeGB,
            contents: contents, guest: snapshot.guest, isArchive: snapshot.type == .archive, key: snapshot.key)
    }

    func imageSource(_ reference: String, field: String = "resource.sourceImage") throws(ComputeFault) -> DiskSource {
        let (id, path) = try resolve(reference, field: field, Image.self)
        guard let image = images[id], image.state == .ready else { throw .notReady(path, rule: "GCE-062") }
        return DiskSource(
            origin: .image(link: image.path.link, id), collection: .images, sizeGB: image.diskSizeGB,
            contents: image.contents, guest: image.guest)
    }

    private func diskSource(
        _ reference: String, zone: String, brought: EncryptionKey?
    ) throws(ComputeFault) -> DiskSource {
        let (id, path) = try resolve(reference, field: "resource.sourceDisk", PersistentDisk.self)
        guard let disk = disks[id], disk.zone == zone else { throw .otherZone("resource.sourceDisk", reference) }
        guard disk.state == .ready else { throw .notReady(path, rule: "GCE-046") }
        try check(disk.key, of: path, brought: brought)
        return DiskSource(
            origin: .disk(link: disk.path.link, id), collection: .disks, sizeGB: disk.sizeGB,
            contents: contents(of: disk), guest: disk.guest, key: disk.key)
    }

    /// An instant snapshot serves disks in its own zone alone.
    ///
    /// Rule: GCE-084.
    private func instantSource(_ reference: String, zone: String) throws(ComputeFault) -> DiskSource {
        let field = "resource.sourceInstantSnapshot"
        let (id, path) = try resolve(reference, field: field, InstantSnapshot.self)
        guard path.scope == .zone(zone) else {
            throw .invalid(field, reference, "It must be in the zone of the disk.", rule: "GCE-084")
        }
        guard let snapshot = instantSnapshots[id], snapshot.state == .ready, let contents = snapshot.contents else {
            throw .notReady(path, rule: "GCE-062")
        }
        return DiskSource(
            origin: .instantSnapshot(link: snapshot.path.link, id), collection: .instantSnapshots,
            sizeGB: snapshot.diskSizeGB, contents: contents, guest: snapshot.guest)
    }

    private func machineImageSource(_ reference: String, device: String?) throws(ComputeFault) -> DiskSource {
        let field = "resource.sourceMachineImage"
        let (id, path) = try resolve(reference, field: field, MachineImage.self)
        guard let image = machineImages[id], image.state == .ready else { throw .notReady(path, rule: "GCE-062") }
        let saved = image.disks.first { device == nil ? $0.isBoot : $0.deviceName == device }
        guard let saved, let contents = saved.contents else {
            throw .invalid(field + "DiskDeviceName", device ?? "", "The machine image has no such disk.")
        }
        return DiskSource(
            origin: .machineImage(link: image.path.link, id), collection: .machineImages, sizeGB: saved.sizeGB,
            contents: contents, guest: saved.guest)
    }

    /// Counts the making of a disk from a snapshot against the snapshot's rate.
    ///
    /// Rules: GCE-058 and GCE-059.
    ///
    /// - Returns: the error that the operation ends with when there were too many.
    mutating func countRestore(of source: DiskSource?) -> OperationError? {
        guard case .snapshot(_, let id) = source?.origin, var snapshot = snapshots[id] else { return nil }
        let isAllowed = admits(&snapshot.restores)
        snapshots[id] = snapshot
        return isAllowed ? nil : .rateExceeded(snapshot.path, rule: "GCE-058")
    }
}

extension ComputeFault {
    /// The resource is in another zone.
    ///
    /// Rule: GCE-044.
    static func otherZone(_ field: String, _ reference: String) -> ComputeFault {
        .invalid(field, reference, "The resources must be in the same zone.", rule: "GCE-044")
    }
}

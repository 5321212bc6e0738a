import Hypervisor
import HashTreeCollections
import LabCore
import SimulatedMachine

/// What disks.insert is asked for; a source that is left out makes an empty disk.
///
/// Rule: GCE-012.
package struct InsertDisk: Hashable, Sendable {
    package var name: String
    /// Nothing for the size of the source, or 500 GB without one.
    ///
    /// Rule: GCE-038.
    package var sizeGB: Int?
    package var type = "pd-standard"
    package var sourceSnapshot: String?
    package var sourceImage: String?
    package var sourceDisk: String?
    package var sourceInstantSnapshot: String?
    package var sourceMachineImage: String?
    /// Which disk of the machine image.
    package var sourceMachineImageDiskDeviceName: String?
    package var labels: [String: String] = [:]
    /// The key of the new disk.
    package var diskEncryptionKey: EncryptionKey?
    /// The customer's key of the snapshot or disk that it is made from.
    package var sourceEncryptionKey: EncryptionKey?

    package init(name: String, sizeGB: Int? = nil) {
        self.name = name
        self.sizeGB = sizeGB
    }
}

/// What a new disk begins with.
struct DiskSource: Hashable, Sendable {
    var origin: PersistentDisk.Origin?
    var collection: Collection
    var sizeGB: Int
    var contents: Disk
    var guest: Guest?
    var isArchive = false
    var key: StoredKey?
}

extension ComputeEngine {
    /// disks.insert.
    package mutating func insertDisk(
        _ request: InsertDisk, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.insertDisk(request, zone: zone)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let scope = try plane.zoneScope(zone)
            let path = try plane.newPath(.disks, scope, request.name)
            let source = try plane.source(of: request, zone: zone)
            let sizeGB = try plane.size(of: request, from: source)
            let key = try plane.stored(request.diskEncryptionKey, field: "resource.diskEncryptionKey")
            guard plane.disks.count < plane.settings.quotas.disks else { throw .diskQuota(plane.settings.quotas.disks) }
            if let error = plane.keyError(source?.key) ?? plane.keyError(key) ?? plane.countRestore(of: source) {
                return plane.accept(
                    call, in: scope, on: path, id: 0, .fails(error), lasting: plane.settings.timings.lateFailure)
            }
            let disk = plane.makeDisk(path, sizeGB: sizeGB, type: request.type, labels: request.labels, from: source)
            plane.disks[disk.id]?.key = key
            let times = plane.creationTimes(of: source)
            if let restored = times.restored {
                plane.enter(.diskListed(disk.id), in: times.listed)
                plane.enter(.diskRestored(disk.id), in: restored)
            }
            let isEarly = plane.settings.inferred.diskOperationsEndAtListing
            return plane.accept(
                call, in: scope, on: path, id: disk.id.rawValue, .insertDisk(disk.id),
                lasting: isEarly ? times.listed : times.restored ?? times.listed)
        }
    }

    /// Enters a new disk into the books, whose contents are still on their way.
    mutating func makeDisk(
        _ path: ResourcePath, sizeGB: Int, type: String, labels: [String: String], from source: DiskSource?
    ) -> PersistentDisk {
        var disk = PersistentDisk(
            id: .init(rawValue: makeNumber()), path: path, created: now, sizeGB: sizeGB, type: type,
            labels: Labels(labels), origin: source?.origin, guest: source?.guest)  // Rule: GCE-050
        var contents = source?.contents ?? Disk(size: .gibibytes(sizeGB))
        if contents.size < disk.size { contents.grow(to: disk.size) }
        disk.contents = contents
        if let snapshot = disk.sourceSnapshotID { snapshots[snapshot]?.offspring.append(disk.id) }
        disks[disk.id] = disk
        names[path] = disk.id.rawValue
        return disk
    }

    /// The size of a new disk.
    ///
    /// Rules: GCE-037 and GCE-038.
    func size(of request: InsertDisk, from source: DiskSource?) throws(ComputeFault) -> Int {
        let sizeGB = request.sizeGB ?? source?.sizeGB ?? 500
        guard sizeGB >= 1 else { throw .invalid("resource.sizeGb", String(sizeGB), "Must be positive.") }
        if let source, sizeGB < source.sizeGB { throw .smallerThanSource(sizeGB, source.collection, source.sizeGB) }
        return sizeGB
    }

    /// How long it takes until a new disk is listed, and until its contents are there.
    ///
    /// Rule: GCE-046.
    func creationTimes(of source: DiskSource?) -> (listed: Duration, restored: Duration?) {
        let timings = settings.timings
        guard let source else { return (timings.diskInsert, nil) }
        switch source.origin {
        case .instantSnapshot, .disk, nil: return (timings.diskInsert, nil)
        case .snapshot, .image, .machineImage:
            let rate = source.isArchive ? timings.archiveRestoreRate : timings.restoreRate  // Rule: GCE-069
            return (timings.diskInsert, timings.diskInsert + source.contents.writtenBytes.time(at: rate))
        }
    }

    /// The disk is listed; its contents are still being brought.
    ///
    /// Rule: GCE-046.
    mutating func list(_ id: PersistentDisk.ID) {
        if disks[id]?.state.restore() == true { note(disks[id]?.path.name ?? "", "CREATING -> RESTORING") }
    }

    /// The contents of a restored disk are there.
    mutating func finishRestore(of id: PersistentDisk.ID) {
        if disks[id]?.state.made() == true { note(disks[id]?.path.name ?? "", "-> READY") }
    }

    mutating func completeInsert(of id: PersistentDisk.ID) {
        guard disks[id]?.state == .creating, creationEnds(id) else { return }
        finishRestore(of: id)
    }

    /// Whether the end of the insert is the end of the creation, and no restore goes on after it.
    private func creationEnds(_ id: PersistentDisk.ID) -> Bool {
        guard settings.inferred.diskOperationsEndAtListing else { return true }
        switch disks[id]?.origin {
        case .snapshot, .image, .machineImage: return false
        case .instantSnapshot, .disk, nil: return true
        }
    }

    /// disks.get.
    package func getDisk(_ name: String, zone: String) throws(ComputeFault) -> PersistentDisk {
        try disk(name, zone: zone)
    }
}

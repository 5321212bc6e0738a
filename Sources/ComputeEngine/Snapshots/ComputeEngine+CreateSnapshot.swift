import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// What snapshots.insert and disks.createSnapshot are asked for.
package struct InsertSnapshot: Hashable, Sendable {
    package var name: String
    /// A reference to the disk; disks.createSnapshot has it in its path instead.
    package var sourceDisk: String?
    /// A reference to an instant snapshot, to keep what it holds.
    ///
    /// Rule: GCE-086.
    package var sourceInstantSnapshot: String?
    /// One location, or none for the project's own.
    ///
    /// Rule: GCE-065.
    package var storageLocations: [String] = []
    package var snapshotType = SnapshotType.standard
    package var chainName: String?
    package var guestFlush = false
    package var labels: [String: String] = [:]
    /// The key of the snapshot; nothing for that of the disk.
    package var snapshotEncryptionKey: EncryptionKey?
    /// The customer's key of the disk.
    package var sourceDiskEncryptionKey: EncryptionKey?

    package init(name: String, sourceDisk: String? = nil, sourceInstantSnapshot: String? = nil) {
        self.name = name
        self.sourceDisk = sourceDisk
        self.sourceInstantSnapshot = sourceInstantSnapshot
    }
}

extension ComputeEngine {
    /// snapshots.insert: the operation is global, and still about the disk.
    ///
    /// Rules: GCE-013 and GCE-018.
    package mutating func insertSnapshot(
        _ request: InsertSnapshot, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.insertSnapshot(request)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            switch (request.sourceDisk, request.sourceInstantSnapshot) {
            case (let reference?, nil):
                let (id, _) = try plane.resolve(reference, field: "resource.sourceDisk", PersistentDisk.self)
                guard let disk = plane.disks[id] else { throw .notFound(reference) }
                return try plane.takeSnapshot(request, of: disk, call, in: .global)
            case (nil, let reference?):
                let field = "resource.sourceInstantSnapshot"
                let (id, path) = try plane.resolve(reference, field: field, InstantSnapshot.self)
                guard let instant = plane.instantSnapshots[id], let disk = plane.disks[instant.sourceDisk] else {
                    throw .notFound(reference)
                }
                guard instant.state == .ready else { throw .notReady(path, rule: "GCE-062") }
                return try plane.takeSnapshot(request, of: disk, from: instant, call, in: .global)
            default: throw .snapshotSources
            }
        }
    }

    /// disks.createSnapshot: the operation is zonal although the snapshot is global.
    ///
    /// Rule: GCE-013.
    package mutating func createSnapshot(
        _ request: InsertSnapshot, ofDisk name: String, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.createSnapshot(request, disk: name, zone: zone)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let disk = try plane.disk(name, zone: zone)
            return try plane.takeSnapshot(request, of: disk, call, in: .zone(zone))
        }
    }

    /// Takes a snapshot of a disk, attached and written to or not.
    ///
    /// Rule: GCE-060.
    private mutating func takeSnapshot(
        _ request: InsertSnapshot, of disk: PersistentDisk, from instant: InstantSnapshot? = nil, _ call: Request,
        in scope: Scope
    ) throws(ComputeFault) -> Operation {
        let path = try newPath(.snapshots, .global, request.name)
        let locations = request.storageLocations.isEmpty ? [settings.storageLocation] : request.storageLocations
        guard locations.count == 1, settings.storageLocations.contains(locations[0]) else {
            throw .badLocations(locations)
        }
        guard disk.state == .ready else { throw .notReady(disk.path, rule: "GCE-046") }
        if disk.isReplicationSecondary { throw .replicates(disk.path) }
        try check(disk.key, of: disk.path, brought: request.sourceDiskEncryptionKey)
        let key = try stored(request.snapshotEncryptionKey, field: "resource.snapshotEncryptionKey") ?? disk.key
        let user = disk.users.first.flatMap { instances[$0] }
        let wantsFlush = request.guestFlush && instant == nil && !passesFlushOver(user)
        if let error = keyError(disk.key) ?? countSnapshot(of: disk) ?? (wantsFlush ? flushError(of: user) : nil) {
            return accept(
                call, in: scope, on: disk.path, id: disk.id.rawValue, .fails(error),
                lasting: settings.timings.lateFailure)
        }
        var snapshot = DiskSnapshot(
            id: .init(rawValue: makeNumber()), path: path, created: now, sourceDisk: disk.path.link,
            sourceDiskID: disk.id, diskSizeGB: disk.sizeGB, storageLocation: locations[0],
            chainName: request.chainName, type: request.snapshotType, labels: Labels(request.labels), schedule: nil,
            guestFlush: wantsFlush, guest: disk.guest)
        snapshot.key = key
        snapshot.isToFail = doomedSnapshots.strike(disk.users)
        if let instant {
            snapshot.contents = instant.contents
            snapshot.guest = instant.guest
            snapshot.diskSizeGB = instant.diskSizeGB
            snapshot.cut = instant.cut
        }
        let operation = accept(call, in: scope, on: disk.path, id: disk.id.rawValue, .nothing)
        beginSnapshot(snapshot, operation.name)
        return operation
    }

    /// Enters a snapshot whose point in time is to come.
    mutating func beginSnapshot(_ snapshot: DiskSnapshot, _ operation: Operation.Name?) {
        var snapshot = snapshot
        snapshot.creation = operation
        snapshots[snapshot.id] = snapshot
        names[snapshot.path] = snapshot.id.rawValue
        disks[snapshot.sourceDiskID]?.snapshotsBeingCut += 1
        let due = snapshot.guestFlush ? Due.snapshotFreezes(snapshot.id) : .snapshotCut(snapshot.id, frozen: nil)
        enter(due, in: settings.timings.snapshotCut)
    }

    /// Whether one more is made within the rate of its source: "one in ten minutes, bursts of six in an hour" is held as a
    /// window of an hour.
    func admits(_ window: inout RateWindow) -> Bool {
        window.admit(
            at: now, limit: settings.quotas.burst, in: settings.timings.rateWindow,
            countsRefused: settings.inferred.countsFailedAttempts)
    }

    /// Counts a snapshot against the quota and the rate of its disk.
    ///
    /// Rules: GCE-057, GCE-059 and GCE-080.
    mutating func countSnapshot(of disk: PersistentDisk) -> OperationError? {
        guard snapshots.count < settings.quotas.snapshots else { return .snapshotQuota(settings.quotas.snapshots) }
        var window = disk.snapshots
        let isAllowed = admits(&window)
        disks[disk.id]?.snapshots = window
        return isAllowed ? nil : .rateExceeded(disk.path, rule: "GCE-057")
    }

    /// Whether a flush is passed over because there is no guest to be asked.
    ///
    /// Rule: GCE-075.
    func passesFlushOver(_ instance: Instance?) -> Bool {
        instance?.machine?.power != .on && !settings.inferred.flushNeedsRunningGuest
    }

    /// Why a guest cannot be asked to flush; nothing when it can.
    ///
    /// Rules: GCE-071, GCE-073 and GCE-075.
    func flushError(of instance: Instance?) -> OperationError? {
        guard let instance, instance.state == .running else { return .flushNeedsGuest }
        guard let guest = instance.guest, instance.machine?.power == .on else { return .flushNeedsAgent }
        return guest.runsSnapshotScripts ? nil : .flushIsSwitchedOff
    }

    /// snapshots.get.
    package func getSnapshot(_ name: String) throws(ComputeFault) -> DiskSnapshot { try snapshot(name) }
}

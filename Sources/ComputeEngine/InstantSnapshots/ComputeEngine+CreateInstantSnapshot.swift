import Hypervisor
import HashTreeCollections
package import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// instantSnapshots.insert: in the zone of the disk, within its limits.
    ///
    /// Rules: GCE-082, GCE-083 and GCE-084.
    package mutating func insertInstantSnapshot(
        _ name: String, ofDisk reference: String, zone: String, labels: [String: String] = [:], requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.insertInstantSnapshot(name: name, sourceDisk: reference, zone: zone, labels: labels)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let scope = try plane.zoneScope(zone)
            let path = try plane.newPath(.instantSnapshots, scope, name)
            let field = "resource.sourceDisk"
            let (id, diskPath) = try plane.resolve(reference, field: field, PersistentDisk.self)
            guard diskPath.scope == scope, let disk = plane.disks[id] else {
                throw .invalid(field, reference, "It must be in the zone of the instant snapshot.", rule: "GCE-084")
            }
            try plane.checkInstantSnapshot(of: disk)
            let isToFail = plane.doomedSnapshots.strike(disk.users)
            var snapshot = plane.enterInstantSnapshot(path, of: disk, labels: labels, group: nil)
            let operation = plane.accept(call, in: scope, on: path, id: snapshot.id.rawValue, .nothing)
            snapshot.creation = operation.name
            snapshot.isToFail = isToFail
            plane.instantSnapshots[snapshot.id] = snapshot
            plane.enter(.instantCut(snapshot.id), in: plane.settings.timings.instantCut)
            return operation
        }
    }

    /// Checks a disk of which an instant snapshot is wanted.
    func checkInstantSnapshot(of disk: PersistentDisk) throws(ComputeFault) {
        guard disk.state == .ready else { throw .notReady(disk.path, rule: "GCE-046") }
        guard disk.instantSnapshots.count < settings.quotas.instantSnapshots else { throw .tooManyInstantSnapshots }
        if let latest = disk.latestInstantSnapshot, latest + settings.timings.instantInterval > now {
            throw .instantSnapshotTooRecent
        }
    }

    /// Enters an instant snapshot whose point in time is to come.
    mutating func enterInstantSnapshot(
        _ path: ResourcePath, of disk: PersistentDisk, labels: [String: String], group: InstantSnapshotGroup.ID?
    ) -> InstantSnapshot {
        let snapshot = InstantSnapshot(
            id: .init(rawValue: makeNumber()), path: path, created: now, sourceDisk: disk.id, diskSizeGB: disk.sizeGB,
            labels: Labels(labels), group: group)
        instantSnapshots[snapshot.id] = snapshot
        names[path] = snapshot.id.rawValue
        disks[disk.id]?.instantSnapshots.append(snapshot.id)
        disks[disk.id]?.latestInstantSnapshot = world.now
        return snapshot
    }

    /// The point in time.
    mutating func cut(_ id: InstantSnapshot.ID) {
        guard let snapshot = instantSnapshots[id], let disk = disks[snapshot.sourceDisk] else { return }
        let contents = contents(of: disk)
        instantSnapshots[id]?.contents = contents
        instantSnapshots[id]?.guest = disk.guest
        instantSnapshots[id]?.diskSizeGB = disk.sizeGB
        instantSnapshots[id]?.cut = world.now
        if snapshot.group == nil { enter(.instantReady(id), in: settings.timings.instantReady) }
    }

    /// It can be used, or came to nothing.
    mutating func finish(_ id: InstantSnapshot.ID) {
        guard var snapshot = instantSnapshots[id] else { return }
        let hasMoved = snapshot.isToFail ? snapshot.state.failed() : snapshot.state.made()
        guard hasMoved else { return }
        instantSnapshots[id] = snapshot
        note(snapshot.path.name, "CREATING -> \(snapshot.state.rawValue)")
        if let creation = snapshot.creation { end(creation, snapshot.isToFail ? .internalError : nil) }
    }

    /// instantSnapshots.delete.
    package mutating func deleteInstantSnapshot(
        _ name: String, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.deleteInstantSnapshot(name, zone: zone)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            var snapshot = try plane.instantSnapshot(name, zone: zone)
            do {
                try snapshot.state.delete()
            } catch {
                throw .notReady(snapshot.path)
            }
            plane.instantSnapshots[snapshot.id] = snapshot
            return plane.accept(
                call, in: .zone(zone), on: snapshot.path, id: snapshot.id.rawValue, .deleteInstantSnapshot(snapshot.id),
                lasting: plane.settings.timings.books)
        }
    }

    /// The instant snapshot is gone, by itself or with its disk.
    ///
    /// Rule: GCE-085.
    mutating func remove(_ id: InstantSnapshot.ID) {
        guard let snapshot = instantSnapshots.remove(id) else { return }
        free(snapshot.path, id.rawValue)
        disks[snapshot.sourceDisk]?.instantSnapshots.removeAll { $0 == id }
        if let group = snapshot.group { instantGroups[group]?.members.removeAll { $0 == id } }
        if let creation = snapshot.creation, operations[creation]?.isDone == false { end(creation, .internalError) }
        note(snapshot.path.name, "gone")
    }

    /// What an instant snapshot stores by itself: a delete hands what the next one needs to it.
    ///
    /// Rule: GCE-087.
    package func storedBytes(of snapshot: InstantSnapshot) -> ByteCount {
        guard let contents = snapshot.contents, let siblings = disks[snapshot.sourceDisk]?.instantSnapshots,
            let place = siblings.firstIndex(of: snapshot.id)
        else { return .zero }
        guard place > 0, let before = instantSnapshots[siblings[place - 1]]?.contents else {
            return contents.writtenBytes
        }
        return .kibibytes(4 * contents.changedBlockCount(since: before, granularity: 1))
    }
}

extension ComputeFault {
    /// Rule: GCE-082.
    static let tooManyInstantSnapshots = ComputeFault(
        .invalidResourceUsage,
        "A disk can't have more than 32 instant snapshots. To create an instant snapshot of the disk, delete one first.",
        rule: "GCE-082")
    /// Rule: GCE-083.
    static let instantSnapshotTooRecent = ComputeFault(
        .invalidResourceUsage,
        "The previous instant snapshot is too recent. To create an instant snapshot, wait at least 30 seconds and try "
            + "again.", rule: "GCE-083")

    /// Whether half a minute has to pass before the same call is accepted.
    var isTooRecent: Bool { message == Self.instantSnapshotTooRecent.message }
}

import Hypervisor
import HashTreeCollections
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// instantSnapshotGroups.insert: one call cuts every disk of a consistency group at one point in time.
    package mutating func insertInstantSnapshotGroup(
        _ name: String, consistencyGroup reference: String, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.insertInstantSnapshotGroup(name: name, group: reference, zone: zone)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let scope = try plane.zoneScope(zone)
            let path = try plane.newPath(.instantSnapshotGroups, scope, name)
            let (id, _) = try plane.resolve(reference, field: "sourceConsistencyGroup", ResourcePolicy.self)
            guard let policy = plane.policies[id], policy.kind == .consistencyGroup else {
                throw .invalid("sourceConsistencyGroup", reference, "It must be a consistency group.")
            }
            let members = policy.disks.compactMap { plane.disks[$0] }.filter { $0.zone == zone }
            guard !members.isEmpty else {
                throw .invalid("sourceConsistencyGroup", reference, "It has no disks in zone \(zone).")
            }
            var paths: [ResourcePath] = []
            for (index, disk) in members.enumerated() {
                try plane.checkInstantSnapshot(of: disk)
                paths.append(try plane.newPath(.instantSnapshots, scope, "\(name)-\(index + 1)"))
            }
            return plane.beginGroup(path, policy: id, members: zip(paths, members).map { ($0, $1) }, call)
        }
    }

    private mutating func beginGroup(
        _ path: ResourcePath, policy: ResourcePolicy.ID, members: [(path: ResourcePath, disk: PersistentDisk)],
        _ call: Request
    ) -> Operation {
        var group = InstantSnapshotGroup(
            id: .init(rawValue: makeNumber()), path: path, created: now, policy: policy, members: [])
        for (memberPath, disk) in members {
            group.members.append(enterInstantSnapshot(memberPath, of: disk, labels: [:], group: group.id).id)
        }
        group.isToFail = doomedSnapshots.strike(members.flatMap(\.disk.users))
        names[path] = group.id.rawValue
        let operation = accept(call, in: path.scope, on: path, id: group.id.rawValue, .nothing)
        group.creation = operation.name
        instantGroups[group.id] = group
        enter(.groupCut(group.id), in: settings.timings.instantCut)
        return operation
    }

    /// The one point in time of all members.
    mutating func cut(_ id: InstantSnapshotGroup.ID) {
        guard let group = instantGroups[id] else { return }
        for member in group.members { cut(member) }
        enter(.groupReady(id), in: settings.timings.instantReady)
    }

    /// All members can be used, or the group came to nothing.
    mutating func finish(_ id: InstantSnapshotGroup.ID) {
        guard var group = instantGroups[id] else { return }
        let hasMoved = group.isToFail ? group.state.failed() : group.state.made()
        guard hasMoved else { return }
        instantGroups[id] = group
        for member in group.members {
            instantSnapshots[member]?.isToFail = group.isToFail
            finish(member)
        }
        if let creation = group.creation { end(creation, group.isToFail ? .internalError : nil) }
    }

    /// instantSnapshotGroups.delete, with all members.
    package mutating func deleteInstantSnapshotGroup(
        _ name: String, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.deleteInstantSnapshotGroup(name, zone: zone)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let id: InstantSnapshotGroup.ID = try plane.find(name, in: .zone(zone)) { plane.instantGroups[$0] != nil }
            guard var group = plane.instantGroups[id] else { throw .notFound(name) }
            do {
                try group.state.delete()
            } catch {
                throw .notReady(group.path)
            }
            plane.instantGroups[id] = group
            return plane.accept(
                call, in: .zone(zone), on: group.path, id: id.rawValue, .deleteInstantSnapshotGroup(id),
                lasting: plane.settings.timings.books)
        }
    }

    mutating func remove(_ id: InstantSnapshotGroup.ID) {
        guard let group = instantGroups.remove(id) else { return }
        for member in group.members { remove(member) }
        free(group.path, id.rawValue)
    }
}

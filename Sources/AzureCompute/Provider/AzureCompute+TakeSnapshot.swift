import HashTreeCollections
public import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// Takes a snapshot, and waits until it can be used.
    public mutating func takeSnapshot(_ request: SnapshotRequest, of machine: MachineID) throws(Refusal) -> Snapshot {
        let id = try machineID(machine)
        try waitUntilSettled(id)
        guard let found = virtualMachines[id] else { throw Refusal(missing(id)) }
        let roles = try request.scope.roles(
            among: found.disksByRole.keys.sorted(), code: AzureFault.Code.invalidParameter.rawValue, rule: "AZ-006")
        let method = try method(for: request, roles, of: found)
        var set = SnapshotSet(
            id: Snapshot.ID(rawValue: "belay-" + world.names.hexadecimal(digits: 12)), name: request.name, machine: id,
            method: method, instant: now, roles: roles)
        do throws(Refusal) {
            switch method {
            case .restorePoint: try takePoint(&set, request, of: found)
            case .incrementalSnapshots, .fullSnapshots: try takeInSuccession(&set, request, of: found)
            }
            let isUseless = request.waits ? finish(set) != .ready : state(of: set) == .failed
            if isUseless {
                throw Refusal(.failed, code: "SnapshotFailed", message: "The snapshot did not become ready.")
            }
        } catch {
            withdraw(set)
            throw error
        }
        catalogue.enter(set)
        return described(set)
    }

    /// Waits until every member is there as a whole, or came to nothing.
    ///
    /// That a snapshot was provisioned does not say that its blocks are copied. Rule: AZ-035.
    private mutating func finish(_ set: SnapshotSet) -> Snapshot.State {
        advance(until: now + settings.timings.copyLimit) { $0.state(of: set) != .pending }
        return state(of: set)
    }

    /// The snapshots of a machine, oldest first.
    public func snapshots(of machine: MachineID) throws(Refusal) -> [Snapshot] {
        catalogue.entries(of: try machineID(machine)).map { described($0) }
    }

    /// Deletes a snapshot, and waits until it is gone.
    public mutating func deleteSnapshot(_ snapshot: Snapshot.ID, of machine: MachineID) throws(Refusal) {
        try remove(try snapshotSet(snapshot, of: try machineID(machine)))
        catalogue.remove(snapshot)
    }

    /// The way that was asked for, or the one that gives what was wished for: one instant, or a guest at rest.
    private func method(
        for request: SnapshotRequest, _ roles: [DiskRole], of machine: VirtualMachine
    ) throws(Refusal) -> TakingMethod {
        if request.memory { try Self.require(.memorySnapshot, code: "NotSupported") }
        if let method = try TakingMethod.named(request.method, code: "NotSupported") { return method }
        switch request.scope {
        case .machine: return .restorePoint
        case .disks: return roles.count > 1 || request.quiesce != .off ? .restorePoint : .incrementalSnapshots
        case .disksInSuccession: return .incrementalSnapshots
        }
    }

    /// One disk after the other: each has the instant of its own call, and the guest is told nothing.
    ///
    /// Rule: AZ-021.
    private mutating func takeInSuccession(
        _ set: inout SnapshotSet, _ request: SnapshotRequest, of machine: VirtualMachine
    ) throws(Refusal) {
        let isOff = virtualMachines[machine.id]?.machine?.power != .on
        guard request.quiesce != .required || isOff else {
            throw Refusal(
                .unsupported, code: "NotSupported", message: "A guest is not told of snapshots of its disks.",
                rule: "AZ-021")
        }
        set.isQuiesced = isOff
        for (index, role) in set.roles.enumerated() {
            guard let disk = machine.disksByRole[role] else { continue }
            if index > 0 { advance(by: settings.provider.gapBetweenSnapshots) }
            let id = id(.snapshots, "\(set.id)-\(role.rawValue)", in: machine.id.group)
            var call = CreateSnapshot(
                location: machine.location, .init(.copy, source: disk),
                isIncremental: set.method == .incrementalSnapshots)
            call.tags = [
                SnapshotSet.Tag.set: set.id.rawValue, SnapshotSet.Tag.machine: machine.id.name,
                SnapshotSet.Tag.role: role.rawValue,
            ]
            set.members[role] = id
            let final = call
            try done(repeatsFailures: false) { plane throws(AzureFault) in try plane.createSnapshot(id, final) }
        }
        if set.roles.count > 1, !isOff {
            set.notes.append(Note("Each disk has the instant of its own call.", rule: "AZ-021"))
        }
        if !isOff {
            set.notes.append(Note("The guest was told nothing of it: what it had not written is lost.", rule: "AZ-021"))
        }
    }

    /// Removes what was made of a snapshot that came to nothing.
    private mutating func withdraw(_ set: SnapshotSet) {
        do throws(Refusal) { try remove(set) } catch { note(set.id.rawValue, "could not be withdrawn: \(error)") }
    }

    /// Deletes every native resource of a set; a collection goes with its last point.
    private mutating func remove(_ set: SnapshotSet) throws(Refusal) {
        if let point = set.point {
            if restorePoints[point] != nil {
                try done { plane throws(AzureFault) in try plane.deleteRestorePoint(point) }
                advance(until: now + .hours(1)) { $0.restorePoints[point] == nil }
            }
            if let collection = point.parent, restorePointCollections[collection]?.points.isEmpty == true {
                try done { plane throws(AzureFault) in try plane.deleteRestorePointCollection(collection) }
                advance(until: now + .hours(1)) { $0.restorePointCollections[collection] == nil }
            }
        } else {
            for id in set.members.values.sorted() where snapshots[id] != nil {
                try done { plane throws(AzureFault) in try plane.deleteSnapshot(id) }
                advance(until: now + .hours(1)) { $0.snapshots[id] == nil }
            }
        }
    }
}

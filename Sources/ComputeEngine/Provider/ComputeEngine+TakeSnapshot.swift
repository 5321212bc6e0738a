import HashTreeCollections
public import Hypervisor
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// Takes a snapshot, and waits until it can be used.
    public mutating func takeSnapshot(_ request: SnapshotRequest, of machine: MachineID) throws(Refusal) -> Snapshot {
        let id = try instanceID(machine)
        try waitUntilSettled(id)
        guard let instance = instances[id] else { throw unknown(id) }
        let roles = try request.scope.roles(
            among: instance.disks.compactMap(\.role).sorted(), code: ComputeFault.Reason.invalid.rawValue,
            rule: "GCE-005")
        let method = try method(for: request, roles, of: instance)
        let word = "belay-" + world.names.hexadecimal(digits: 12)
        var set = SnapshotSet(
            id: Snapshot.ID(rawValue: word), name: request.name, machine: id, method: method, zone: instance.zone,
            roles: roles)
        do throws(Refusal) {
            switch method {
            case .machineImage: try takeImage(&set, request, of: instance)
            case .snapshot: try takeInSuccession(&set, request, of: instance)
            case .consistencyGroup, .instantGroup: try takeGroup(&set, request, of: instance)
            }
            guard state(of: set) == .ready else {
                throw Refusal(.failed, code: "SnapshotFailed", message: "The snapshot did not become ready.")
            }
        } catch {
            withdraw(set)
            throw error
        }
        catalogue.enter(set)
        return described(set)
    }

    /// The snapshots of a machine, oldest first.
    public func snapshots(of machine: MachineID) throws(Refusal) -> [Snapshot] {
        catalogue.entries(of: try instanceID(machine)).map { described($0) }
    }

    /// Deletes a snapshot, and waits until it is gone.
    public mutating func deleteSnapshot(_ snapshot: Snapshot.ID, of machine: MachineID) throws(Refusal) {
        let set = try snapshotSet(snapshot, of: try instanceID(machine))
        try remove(set)
        catalogue.remove(snapshot)
    }

    /// The way that was asked for, or the one that gives the disks one instant.
    ///
    /// Rules: GCE-088 and GCE-093.
    private func method(
        for request: SnapshotRequest, _ roles: [DiskRole], of instance: Instance
    ) throws(Refusal) -> TakingMethod {
        if request.memory { try Self.require(.memorySnapshot, code: "UNSUPPORTED_OPERATION") }
        guard let method = try TakingMethod.named(request.method, code: "UNSUPPORTED_OPERATION") else {
            switch request.scope {
            case .machine: return .machineImage
            case .disksInSuccession: return .snapshot
            case .disks:
                if roles.count == 1 { return .snapshot }
                let isWhole = Set(roles) == Set(instance.disks.compactMap(\.role))
                return request.quiesce != .off && isWhole ? .machineImage : .consistencyGroup
            }
        }
        if method == .machineImage, Set(roles) != Set(instance.disks.compactMap(\.role)) {
            throw Refusal(
                .unsupported, code: "UNSUPPORTED_OPERATION", message: "A machine image holds all disks of an instance.",
                rule: "GCE-088")
        }
        return method
    }

    /// Takes something with the guest's scripts around it, as far as that is wished and can be.
    private mutating func flushing(
        _ set: inout SnapshotSet, _ wish: SnapshotRequest.Quiesce, _ instance: Instance,
        _ take: (inout ComputeEngine, _ flush: Bool) throws(Refusal) -> Void
    ) throws(Refusal) {
        guard instances[instance.id]?.machine?.power == .on else {
            try take(&self, false)
            set.isQuiesced = instance.state == .terminated
            if set.isQuiesced { set.notes.append(Note("The instance was stopped, and its disks were at rest.")) }
            return
        }
        guard wish != .off else { return try take(&self, false) }
        do throws(Refusal) {
            try take(&self, true)
            set.isQuiesced = true
            set.notes.append(Note("The guest ran its scripts before and after the point in time.", rule: "GCE-074"))
        } catch {
            guard wish == .preferred, error.code == OperationError.Code.unsupported.rawValue else { throw error }
            set.notes.append(Note("Taken without a flush: \(error.message)", rule: error.rule))
            try take(&self, false)
            set.isQuiesced = false
        }
    }

    private mutating func takeImage(
        _ set: inout SnapshotSet, _ request: SnapshotRequest, of instance: Instance
    ) throws(Refusal) {
        let name = set.id.rawValue
        var call = InsertMachineImage(name: name, sourceInstance: instance.path.description)
        call.labels = labels(of: set)
        set.image = name
        let final = call
        try flushing(&set, request.quiesce, instance) { plane, flush throws(Refusal) in
            var call = final
            call.guestFlush = flush
            let insert = call
            try plane.done { plane, id throws(ComputeFault) in try plane.insertMachineImage(insert, requestID: id) }
        }
        set.notes.append(Note("All disks share one point in time.", rule: "GCE-088"))
        if !set.isQuiesced {
            set.notes.append(Note("It is consistent for input and output, not for the application.", rule: "GCE-089"))
        }
    }

    /// One disk after the other: each has the point in time of its own call.
    ///
    /// Rule: GCE-060.
    private mutating func takeInSuccession(
        _ set: inout SnapshotSet, _ request: SnapshotRequest, of instance: Instance
    ) throws(Refusal) {
        var quiesced = true
        for (index, role) in set.roles.enumerated() {
            guard let disk = instance.disks.first(where: { $0.role == role }).flatMap({ disks[$0.disk] }) else {
                continue
            }
            if index > 0 { advance(by: settings.provider.gapBetweenSnapshots) }
            let name = "\(set.id)-\(role.rawValue)"
            var call = InsertSnapshot(name: name, sourceDisk: disk.path.description)
            call.labels = labels(of: set, role)
            set.members[role] = name
            let final = call
            try flushing(&set, request.quiesce, instance) { plane, flush throws(Refusal) in
                var call = final
                call.guestFlush = flush
                let insert = call
                try plane.done { plane, id throws(ComputeFault) in try plane.insertSnapshot(insert, requestID: id) }
            }
            quiesced = quiesced && set.isQuiesced
        }
        set.isQuiesced = quiesced
        if set.roles.count > 1 {
            set.notes.append(Note("Each disk has a point in time of its own.", rule: "GCE-060"))
        }
    }

    func labels(of set: SnapshotSet, _ role: DiskRole? = nil) -> [String: String] {
        var labels = [SnapshotSet.Label.set: set.id.rawValue, SnapshotSet.Label.machine: set.machine.description]
        labels[SnapshotSet.Label.role] = role?.rawValue
        return labels
    }

    /// Removes what was made of a snapshot that came to nothing.
    private mutating func withdraw(_ set: SnapshotSet) {
        do throws(Refusal) { try remove(set) } catch { note(set.id.rawValue, "could not be withdrawn: \(error)") }
    }

    /// Deletes every native resource of a set, and disks that were kept for its sake.
    private mutating func remove(_ set: SnapshotSet) throws(Refusal) {
        if let name = set.image, find(name, \.machineImages) != nil {
            try done { plane, id throws(ComputeFault) in try plane.deleteMachineImage(name, requestID: id) }
        }
        if let name = set.group, find(name, \.instantGroups, zone: set.zone) != nil {
            let zone = set.zone
            try done { plane, id throws(ComputeFault) in
                try plane.deleteInstantSnapshotGroup(name, zone: zone, requestID: id)
            }
        }
        if !set.method.isInstant {
            for name in set.members.values.sorted() where find(name, \.snapshots) != nil {
                try done { plane, id throws(ComputeFault) in try plane.deleteSnapshot(name, requestID: id) }
            }
        }
        discard(set.keptDisks, zone: set.zone)
    }
}

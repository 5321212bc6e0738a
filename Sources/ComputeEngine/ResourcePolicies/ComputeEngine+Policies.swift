import HashTreeCollections
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// resourcePolicies.insert, in the project's region.
    package mutating func insertPolicy(
        _ name: String, _ kind: ResourcePolicy.Kind, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.insertPolicy(name: name, kind)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let scope = Scope.region(plane.settings.region)
            let path = try plane.newPath(.resourcePolicies, scope, name)
            if case .snapshotSchedule(let schedule) = kind { try plane.check(schedule) }
            let policy = ResourcePolicy(
                id: .init(rawValue: plane.makeNumber()), path: path, created: plane.now, kind: kind)
            plane.policies[policy.id] = policy
            plane.names[path] = policy.id.rawValue
            return plane.accept(
                call, in: scope, on: path, id: policy.id.rawValue, .insertPolicy(policy.id),
                lasting: plane.settings.timings.books)
        }
    }

    /// Hours that divide the day, or one day, or a week.
    ///
    /// Rule: GCE-127.
    private func check(_ schedule: SnapshotSchedule) throws(ComputeFault) {
        let field = "resource.snapshotSchedulePolicy"
        switch schedule.cycle {
        case .hours(let count) where !(1...23).contains(count) || 24 % count != 0:
            throw .invalid(field, String(count), "hoursInCycle must divide 24.", rule: "GCE-127")
        case .days(let count) where count != 1:
            throw .invalid(field, String(count), "daysInCycle must be 1.", rule: "GCE-127")
        case .hours, .days, .weekly: break
        }
    }

    mutating func completeInsert(of id: ResourcePolicy.ID) { _ = policies[id]?.state.made() }

    /// resourcePolicies.delete.
    ///
    /// Rule: GCE-130.
    package mutating func deletePolicy(_ name: String, requestID: String? = nil) throws(ComputeFault) -> Operation {
        let call = Request.deletePolicy(name)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            var policy = try plane.policy(name)
            if let first = policy.disks.first, plane.settings.inferred.protectsAttachedPolicies {
                let user = plane.disks[first]?.path ?? policy.path
                throw ComputeFault(
                    .resourceInUse, "The resource_policy resource '\(policy.path)' is already being used by '\(user)'",
                    rule: "GCE-130")
            }
            do {
                try policy.state.delete()
            } catch {
                throw ComputeFault(.resourceNotReady, "The resource '\(policy.path)' is not ready")
            }
            plane.policies[policy.id] = policy
            return plane.accept(
                call, in: .region(plane.settings.region), on: policy.path, id: policy.id.rawValue,
                .deletePolicy(policy.id), lasting: plane.settings.timings.books)
        }
    }

    mutating func remove(_ id: ResourcePolicy.ID) {
        guard let policy = policies.remove(id) else { return }
        free(policy.path, id.rawValue)
        for disk in policy.disks { disks[disk]?.policies.removeAll { $0 == id } }
    }

    /// disks.addResourcePolicies.
    ///
    /// Rules: GCE-126 and GCE-131.
    package mutating func addResourcePolicies(
        _ references: [String], toDisk name: String, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.addResourcePolicies(references, disk: name, zone: zone)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            var disk = try plane.disk(name, zone: zone)
            for reference in references {
                let (id, _) = try plane.resolve(reference, field: "resourcePolicies", ResourcePolicy.self)
                guard let policy = plane.policies[id] else { throw .notFound(reference) }
                try plane.checkMembership(of: disk, in: policy, reference)
                disk.policies.append(id)
            }
            for id in disk.policies where plane.policies[id]?.disks.contains(disk.id) == false {
                plane.policies[id]?.disks.append(disk.id)
                plane.planRun(of: id, disk.id)
            }
            plane.disks[disk.id] = disk
            return plane.accept(
                call, in: .zone(zone), on: disk.path, id: disk.id.rawValue, .nothing,
                lasting: plane.settings.timings.books)
        }
    }

    private func checkMembership(
        of disk: PersistentDisk, in policy: ResourcePolicy, _ reference: String
    ) throws(ComputeFault) {
        let field = "resourcePolicies"
        do {
            try policy.state.use()
        } catch {
            throw ComputeFault(.resourceNotReady, "The resource '\(policy.path)' is not ready")
        }
        try checkReplication(of: disk, in: policy, joins: true)
        guard !disk.policies.contains(policy.id) else { throw .invalid(field, reference, "The disk has it already.") }
        switch policy.kind {
        case .snapshotSchedule:
            let hasSchedule = disk.policies.contains { policies[$0].map { $0.kind != .consistencyGroup } ?? false }
            guard !hasSchedule else {
                throw .invalid(field, reference, "A disk can have one snapshot schedule.", rule: "GCE-126")
            }
        case .consistencyGroup:
            let zones = policy.disks.compactMap { disks[$0]?.zone }
            guard zones.allSatisfy({ $0 == disk.zone }) else {
                throw .invalid(field, reference, "All disks of a group must be in one zone.", rule: "GCE-131")
            }
            guard policy.disks.count < settings.quotas.groupDisks else {
                throw .invalid(
                    field, reference, "A group can have \(settings.quotas.groupDisks) disks.", rule: "GCE-131")
            }
        }
    }

    /// disks.removeResourcePolicies.
    package mutating func removeResourcePolicies(
        _ references: [String], fromDisk name: String, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.removeResourcePolicies(references, disk: name, zone: zone)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let disk = try plane.disk(name, zone: zone)
            var leaving: [ResourcePolicy.ID] = []
            for reference in references {
                let (id, _) = try plane.resolve(reference, field: "resourcePolicies", ResourcePolicy.self)
                guard disk.policies.contains(id) else {
                    throw .invalid("resourcePolicies", reference, "The disk does not have it.")
                }
                if let policy = plane.policies[id] { try plane.checkReplication(of: disk, in: policy, joins: false) }
                leaving.append(id)
            }
            for id in leaving { plane.leave(id, disk) }
            return plane.accept(
                call, in: .zone(zone), on: disk.path, id: disk.id.rawValue, .nothing,
                lasting: plane.settings.timings.books)
        }
    }

    /// A disk is not under a policy any more.
    mutating func leave(_ policy: ResourcePolicy.ID, _ disk: PersistentDisk) {
        policies[policy]?.disks.removeAll { $0 == disk.id }
        disks[disk.id]?.policies.removeAll { $0 == policy }
    }
}

import HashTreeCollections
import LabCore

extension AzureCompute {
    /// ManagementLocks_CreateOrUpdate.
    package mutating func createLock(
        _ name: String, on scope: ResourceID?, _ level: Lock.Level
    ) throws(AzureFault) -> Operation {
        let target = scope ?? id(ofGroup: "")
        return try call(.createLock, on: target) { plane throws(AzureFault) in
            guard (1...90).contains(name.count), !name.hasSuffix(".") else {
                throw AzureFault("InvalidLockName", "The lock name '\(name)' is not valid.", rule: "AZ-014")
            }
            if let scope, !plane.exists(scope) { throw plane.missing(scope) }
            plane.locks.removeAll { $0.name == name && $0.scope == scope }
            plane.locks.append(Lock(name: name, scope: scope, level: level))
            return plane.acceptDone(.createLock, on: target, status: 201)
        }
    }

    /// ManagementLocks_Delete; its removal spreads slowly.
    ///
    /// Rule: AZ-122.
    package mutating func deleteLock(_ name: String, on scope: ResourceID?) throws(AzureFault) -> Operation {
        let target = scope ?? id(ofGroup: "")
        return try call(.deleteLock, on: target) { plane throws(AzureFault) in
            guard let place = plane.locks.firstIndex(where: { $0.name == name && $0.scope == scope }) else {
                return plane.acceptDone(.deleteLock, on: target, status: 204)
            }
            let lock = plane.locks.remove(at: place)
            let (time, delay) = (plane.now, plane.settings.inferred.lockRemovalDelay)
            plane.fadingLocks.removeAll { $0.ends <= time }
            plane.fadingLocks.append(FadingLock(lock: lock, ends: time + delay))
            return plane.acceptDone(.deleteLock, on: target)
        }
    }

    /// The locks that hold now, those that were removed lately included.
    ///
    /// Rule: AZ-122.
    var activeLocks: [Lock] { locks + fadingLocks.filter { $0.ends > now }.map(\.lock) }

    /// The locks on a resource, with those that it has from above.
    package func locks(on id: ResourceID) -> [Lock] {
        locks.filter { lock in lock.scope.map { id.isInside($0) } ?? true }
    }

    /// The lock that blocks a verb on a resource, if one does; the strictest wins.
    ///
    /// Rules: AZ-120 and AZ-121.
    func blockingLock(_ verb: Verb, on id: ResourceID) -> Lock? {
        guard verb != .createLock, verb != .deleteLock else { return nil }
        let holding = activeLocks.filter { lock in lock.scope.map { id.isInside($0) } ?? true }
        return holding.first { $0.level == .readOnly } ?? (verb.method == .delete ? holding.first : nil)
    }

    func checkLocks(_ verb: Verb, on id: ResourceID) throws(AzureFault) {
        guard let lock = blockingLock(verb, on: id) else { return }
        throw .locked(id, by: lock, verb.method == .delete ? "delete" : "write")
    }
}

extension AzureFault {
    static func locked(_ id: ResourceID, by lock: Lock, _ kind: String, rule: RuleID? = nil) -> AzureFault {
        AzureFault(
            "ScopeLocked",
            "The scope '\(id)' cannot perform \(kind) operation because following scope(s) are locked: "
                + "'\(lock.scope.map { $0.description } ?? "the subscription")'. Please remove the lock and try again.",
            status: 409, rule: rule ?? (lock.level == .readOnly ? "AZ-121" : "AZ-120"))
    }
}

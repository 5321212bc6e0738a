import HashTreeCollections
package import LabCore
import SimulatedMachine

/// A lock that keeps a snapshot from being deleted.
///
/// Rule: AWS-042.
package struct SnapshotLock: Hashable, Sendable {
    package var mode: Mode
    /// How long it holds.
    package var duration: Duration
    /// When it was put on.
    package var created: Instant
    /// When the duration began; nothing while the snapshot is pending.
    ///
    /// Rule: AWS-144.
    package var started: Instant?
    /// Until when a compliance lock can still be loosened.
    package var coolOffEnd: Instant?

    /// Who can take a lock off.
    package enum Mode: String, Hashable, Sendable, CaseIterable {
        /// Whoever has the permission, at any time.
        case governance
        /// Nobody, once the cooling-off period is over.
        case compliance
    }

    /// The state of a lock, as DescribeLockedSnapshots names it.
    package enum State: String, Hashable, Sendable, CaseIterable {
        case governance
        case complianceCooloff = "compliance-cooloff"
        case compliance
        case expired
    }

    /// When it stops holding; nothing while the snapshot is pending.
    package var end: Instant? { started.map { $0 + duration } }

    package func state(at now: Instant) -> State {
        if let end, end <= now { return .expired }
        switch mode {
        case .governance: return .governance
        case .compliance: return coolOffEnd.map { now < $0 } ?? false ? .complianceCooloff : .compliance
        }
    }

    func isActive(at now: Instant) -> Bool { state(at: now) != .expired }

    /// The snapshot is complete: from now on the duration counts.
    ///
    /// Rule: AWS-144.
    mutating func start(at now: Instant) { if started == nil { started = now } }
}

extension EC2 {
    /// Locks a snapshot for some days, or changes the lock it has.
    ///
    /// The lock lasts for `days`, 1 to 36,500, or to its `expiration`; `coolOffHours`, 1 to 72, are for a compliance lock alone.
    package mutating func lockSnapshot(
        _ id: EBSSnapshot.ID, mode: SnapshotLock.Mode, days: Int? = nil, expiration: Instant? = nil,
        coolOffHours: Int? = nil
    ) throws(EC2Fault) -> SnapshotLock {
        try call("LockSnapshot", on: id.rawValue, answer: { $0.mode.rawValue }) {
            ec2 throws(EC2Fault) in
            let duration = try ec2.duration(days: days, expiration: expiration)
            if let coolOffHours, mode == .governance || !(1...72).contains(coolOffHours) {
                throw ec2.badTerms("CoolOffPeriod is 1 to 72 hours, for compliance mode only.")
            }
            let snapshot = try ec2.snapshot(id)
            guard snapshot.state == .pending || snapshot.state == .completed else {
                throw .notCompleted(id)
            }
            let started = snapshot.state == .completed ? ec2.now : nil
            let coolOff = coolOffHours.map { ec2.now + .hours($0) }
            let lock = SnapshotLock(
                mode: mode, duration: duration, created: ec2.now, started: started, coolOffEnd: coolOff)
            try ec2.checkChange(from: snapshot.lock, to: lock, hasCoolOff: coolOffHours != nil)
            ec2.snapshots[id]?.lock = lock
            return lock
        }
    }

    /// UnlockSnapshot.
    ///
    /// Rule: AWS-145.
    package mutating func unlockSnapshot(_ id: EBSSnapshot.ID) throws(EC2Fault) {
        try call("UnlockSnapshot", on: id.rawValue) { ec2 throws(EC2Fault) in
            let snapshot = try ec2.snapshot(id)
            if snapshot.lock?.state(at: ec2.now) == .compliance { throw ec2.cannotLoosen(id) }
            ec2.snapshots[id]?.lock = nil
        }
    }

    /// Rule: AWS-144.
    private func duration(days: Int?, expiration: Instant?) throws(EC2Fault) -> Duration {
        switch (days, expiration) {
        case (let days?, nil) where (1...36_500).contains(days): return .days(days)
        case (nil, let expiration?) where expiration > now: return expiration - now
        case (nil, nil):
            throw EC2Fault(
                .missingParameter, "LockDuration or ExpirationDate is required.", rule: "AWS-144")
        default:
            throw badTerms(
                "Give either a LockDuration of 1 to 36500 days or an ExpirationDate in the future.")
        }
    }

    private func badTerms(_ message: String) -> EC2Fault {
        EC2Fault(settings.inferred.lockTerms, message, rule: "AWS-144")
    }

    /// A compliance lock that has cooled off can only be made longer.
    ///
    /// Rule: AWS-145.
    private func checkChange(from old: SnapshotLock?, to new: SnapshotLock, hasCoolOff: Bool)
        throws(EC2Fault)
    {
        guard let old, old.state(at: now) == .compliance else { return }
        let (oldEnd, newEnd) = (old.end ?? now + old.duration, new.end ?? now + new.duration)
        guard new.mode == .compliance, newEnd > oldEnd, !hasCoolOff else {
            throw EC2Fault(
                settings.inferred.complianceLock, "The lock can only be extended.", rule: "AWS-145")
        }
    }

    private func cannotLoosen(_ id: EBSSnapshot.ID) -> EC2Fault {
        EC2Fault(
            settings.inferred.complianceLock, "The snapshot '\(id)' is locked in compliance mode.",
            rule: "AWS-145")
    }
}

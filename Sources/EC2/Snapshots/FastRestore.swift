import HashTreeCollections
import Hypervisor
package import LabCore
import SimulatedMachine

/// Fast restore of one snapshot in one zone: a bucket of credits for volumes that need no loading.
///
/// Rule: AWS-049.
package struct FastRestore: Hashable, Sendable {
    package var state: State = .enabling
    private var bucket: TokenBucket
    private let size: Int

    /// How far enabling has come.
    package enum State: String, Hashable, Sendable, CaseIterable {
        case enabling, optimizing, enabled
    }

    package init(size: Int, at now: Instant) {
        self.size = size
        bucket = Self.bucket(of: size, at: now)
    }

    /// The most volumes at one time: 1 to 10, 1,024 for each GiB.
    package var capacity: Int { Self.capacity(of: size) }

    private static func capacity(of size: Int) -> Int { max(1, min(10, 1_024 / size)) }

    /// Credits come back at 1,024 an hour for each GiB, 10 at most.
    private static func bucket(of size: Int, at now: Instant) -> TokenBucket {
        let isSmall = size * 10 <= 1_024
        return TokenBucket(
            empty: TokenBucket.Size(
                capacity: capacity(of: size), refill: isSmall ? 10 : 1_024, each: .hours(isSmall ? 1 : size)), at: now)
    }

    /// The next step of enabling; credits grow from then on.
    mutating func move(at now: Instant) {
        switch state {
        case .enabling: state = .optimizing
        case .optimizing:
            state = .enabled
            bucket = Self.bucket(of: size, at: now)
        case .enabled: return
        }
    }

    /// Whole credits at `now`.
    package func credits(at now: Instant) -> Int { state == .enabled ? bucket.tokens(at: now) : 0 }

    /// Takes a credit, if there is a whole one.
    package mutating func take(at now: Instant) -> Bool {
        state == .enabled && bucket.take(at: now) == nil
    }
}

extension EC2 {
    /// EnableFastSnapshotRestores for one snapshot and zone.
    package mutating func enableFastRestore(of id: EBSSnapshot.ID, in zone: String) throws(EC2Fault) {
        try call("EnableFastSnapshotRestores", on: id.rawValue) { ec2 throws(EC2Fault) in
            let snapshot = try ec2.usableSnapshot(id)
            guard ec2.settings.zones.contains(zone) else {
                throw EC2Fault(
                    "InvalidZone.NotFound", "The zone '\(zone)' does not exist.", rule: "AWS-063")
            }
            guard snapshot.fastRestores[zone] == nil else { return }
            let restore = FastRestore(size: snapshot.volumeSize, at: ec2.now)
            ec2.snapshots[id]?.fastRestores[zone] = restore
            ec2.enter(.fastRestoreMoves(id, zone: zone), in: .seconds(10))
        }
    }

    /// DisableFastSnapshotRestores for one snapshot and zone.
    package mutating func disableFastRestore(of id: EBSSnapshot.ID, in zone: String) throws(EC2Fault) {
        try call("DisableFastSnapshotRestores", on: id.rawValue) { ec2 throws(EC2Fault) in
            _ = try ec2.snapshot(id)
            ec2.snapshots[id]?.fastRestores[zone] = nil
        }
    }

    mutating func moveFastRestore(of id: EBSSnapshot.ID, in zone: String) {
        guard var restore = snapshots[id]?.fastRestores[zone] else { return }
        restore.move(at: now)
        snapshots[id]?.fastRestores[zone] = restore
        note(id.rawValue, "fast restore in \(zone) -> \(restore.state.rawValue)")
        if restore.state == .optimizing, let size = snapshots[id]?.volumeSize {
            enter(
                .fastRestoreMoves(id, zone: zone),
                in: settings.timings.fastRestorePerTebibyte * size / 1_024)
        }
    }

    /// Takes the credit that makes a new volume whole at once, if there is one.
    ///
    /// Rule: AWS-049.
    mutating func takeFastRestoreCredit(of id: EBSSnapshot.ID, in zone: String) -> Bool {
        let time = now
        return snapshots[id]?.fastRestores[zone]?.take(at: time) ?? false
    }
}

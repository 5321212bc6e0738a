import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// A rule by which deleted snapshots are kept for a while.
///
/// Rule: AWS-146.
package struct RetentionRule: Hashable, Sendable {
    /// What it keeps.
    package var kind: Kind
    /// The tags of which a resource must bear one; with none the rule holds for the region.
    package var tags: [ResourceTag]
    /// How long a deleted resource is kept.
    package var period: Duration

    package init(_ kind: Kind = .snapshot, tags: [ResourceTag] = [], period: Duration) {
        self.kind = kind
        self.tags = tags
        self.period = period
    }

    /// A kind of resource that the Recycle Bin keeps.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case snapshot = "EBS_SNAPSHOT"
        case image = "EC2_IMAGE"
    }
}

extension EC2 {
    /// CreateRule of the Recycle Bin.
    package mutating func createRetentionRule(_ rule: RetentionRule) throws(EC2Fault) {
        try call("CreateRule", on: "recycle-bin") { ec2 throws(EC2Fault) in
            ec2.account.retentionRules.append(rule)
        }
    }

    /// How long a snapshot would be kept after its deletion; the longest matching period wins.
    ///
    /// Rule: AWS-146.
    func retention(of snapshot: EBSSnapshot) -> Duration? {
        guard snapshot.state == .completed else { return nil }
        return retention(of: .snapshot, snapshot.id.rawValue)
    }

    /// How long a resource of a kind would be kept after its deletion; nothing when no rule matches.
    ///
    /// Rule: AWS-146.
    func retention(of kind: RetentionRule.Kind, _ resource: String) -> Duration? {
        let mine = tags(of: resource)
        let matching = account.retentionRules.filter { rule in
            rule.kind == kind && (rule.tags.isEmpty || rule.tags.contains { mine.contains($0) })
        }
        return matching.map(\.period).max()
    }

    /// ListSnapshotsInRecycleBin, by id.
    ///
    /// Rule: AWS-043.
    package func listSnapshotsInRecycleBin() -> [EBSSnapshot] {
        snapshots.values.filter { $0.state == .recoverable }.sorted { $0.id < $1.id }
    }

    /// RestoreSnapshotFromRecycleBin: the id and the tags come back.
    ///
    /// Rule: AWS-147.
    package mutating func restoreSnapshotFromRecycleBin(_ id: EBSSnapshot.ID) throws(EC2Fault)
        -> SnapshotState
    {
        try call("RestoreSnapshotFromRecycleBin", on: id.rawValue, answer: { $0.rawValue }) {
            ec2 throws(EC2Fault) in
            guard var snapshot = ec2.snapshots[id] else { throw .unknown(id) }
            do throws(NotInState<SnapshotState>) { try snapshot.state.restore() } catch {
                throw .unknown(id)
            }
            snapshot.bin = nil
            ec2.snapshots[id] = snapshot
            ec2.tagSets[id.rawValue]?["aws:recycle-bin:resource-in-bin"] = nil
            ec2.enter(.snapshotRecovered(id), in: ec2.settings.timings.recovery)
            return snapshot.state
        }
    }

    mutating func finishRecovery(of id: EBSSnapshot.ID) {
        guard snapshots[id]?.state.recovered() == true else { return }
        note(id.rawValue, "recovering -> completed")
    }

    /// The time of a snapshot in the bin is over, unless it was taken out and put in again.
    mutating func expire(_ id: EBSSnapshot.ID) {
        guard var snapshot = snapshots[id], let exit = snapshot.bin?.exit, exit <= now,
            snapshot.state.expired()
        else {
            return
        }
        snapshot.bin = nil
        bury(snapshot)
    }
}

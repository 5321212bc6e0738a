import HashTreeCollections
package import Hypervisor
package import LabCore
import SimulatedMachine

/// The tier in which a snapshot is stored, and how far a move between tiers has come.
///
/// Rule: https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-archive.html
package struct SnapshotTier: Hashable, Sendable {
    package var state: State = .standard
    /// Until when a temporary restore lasts.
    package var restoreExpiry: Instant?
    /// Tells one move from the next, so that what falls due late does no harm.
    var epoch = 0

    /// How far a move between tiers has come.
    package enum State: String, Hashable, Sendable, CaseIterable {
        /// It is in the standard tier; goes to archival-in-progress.
        case standard
        /// It is being archived, and can be used still; goes to archive.
        case archivalInProgress = "archival-in-progress"
        /// It is in the archive; goes to either restore.
        case archive = "archival-completed"
        /// It is being restored for some days; goes to temporary-restore-completed.
        case temporaryRestoreInProgress = "temporary-restore-in-progress"
        /// It can be used for some days; goes to archive.
        case temporaryRestoreCompleted = "temporary-restore-completed"
        /// It is being restored for good; goes to standard.
        case permanentRestoreInProgress = "permanent-restore-in-progress"
    }

    /// Whether volumes can be made from it.
    ///
    /// Rule: AWS-141. Rule: AWS-142.
    package var isUsable: Bool {
        switch state {
        case .standard, .archivalInProgress, .temporaryRestoreCompleted: true
        case .archive, .temporaryRestoreInProgress, .permanentRestoreInProgress: false
        }
    }

    /// Whether its blocks lie in the archive, all of them.
    var isInArchive: Bool { state != .standard && state != .archivalInProgress }
}

extension SnapshotTier.State {
    /// ModifySnapshotTier.
    package mutating func archive() throws(NotInState<Self>) {
        guard self == .standard else { throw NotInState(self) }
        self = .archivalInProgress
    }

    /// RestoreSnapshotTier.
    package mutating func restore(permanently: Bool) throws(NotInState<Self>) {
        switch self {
        case .archive: self = permanently ? .permanentRestoreInProgress : .temporaryRestoreInProgress
        case .temporaryRestoreCompleted where permanently: self = .permanentRestoreInProgress
        case .standard, .archivalInProgress, .temporaryRestoreInProgress, .temporaryRestoreCompleted,
            .permanentRestoreInProgress:
            throw NotInState(self)
        }
    }

    /// The move is done, or the days of a temporary restore are over.
    ///
    /// False when there was nothing to do.
    package mutating func moved() -> Bool {
        switch self {
        case .archivalInProgress: self = .archive
        case .temporaryRestoreInProgress: self = .temporaryRestoreCompleted
        case .temporaryRestoreCompleted: self = .archive
        case .permanentRestoreInProgress: self = .standard
        case .standard, .archive: return false
        }
        return true
    }
}

extension EC2 {
    /// ModifySnapshotTier: moves a complete snapshot that no image uses to the archive.
    ///
    /// Rule: AWS-141.
    package mutating func archiveSnapshot(_ id: EBSSnapshot.ID) throws(EC2Fault) {
        try call("ModifySnapshotTier", on: id.rawValue) { ec2 throws(EC2Fault) in
            var snapshot = try ec2.snapshot(id)
            guard snapshot.state == .completed else { throw .notCompleted(id) }
            let users = ec2.imagesUsing(id).filter { ec2.images[$0]?.state != .disabled }
            if let image = users.first {
                throw EC2Fault(
                    ec2.settings.inferred.archiveInUse, "The snapshot \(id) is currently in use by \(image)",
                    rule: "AWS-141")
            }
            do throws(NotInState<SnapshotTier.State>) { try snapshot.tier.state.archive() } catch {
                throw EC2Fault(
                    .incorrectState, "The snapshot '\(id)' is \(error.found.rawValue).", rule: "AWS-141")
            }
            ec2.beginTierMove(of: snapshot, ec2.settings.timings.archiving)
        }
    }

    /// RestoreSnapshotTier: for some days, or for good.
    ///
    /// Rule: AWS-142.
    package mutating func restoreSnapshotTier(_ id: EBSSnapshot.ID, days: Int? = nil) throws(EC2Fault) {
        try call("RestoreSnapshotTier", on: id.rawValue) { ec2 throws(EC2Fault) in
            var snapshot = try ec2.snapshot(id)
            do throws(NotInState<SnapshotTier.State>) {
                try snapshot.tier.state.restore(permanently: days == nil)
            } catch {
                throw EC2Fault(
                    .incorrectState, "The snapshot '\(id)' is \(error.found.rawValue).", rule: "AWS-142")
            }
            let time = ec2.settings.timings.archiveRestore
            snapshot.tier.restoreExpiry = days.map { ec2.now + time + .days($0) }
            ec2.beginTierMove(of: snapshot, time)
        }
    }

    private mutating func beginTierMove(of snapshot: EBSSnapshot, _ time: Duration) {
        var snapshot = snapshot
        snapshot.tier.epoch += 1
        snapshots[snapshot.id] = snapshot
        enter(.tierMoves(snapshot.id, epoch: snapshot.tier.epoch), in: time)
    }

    mutating func moveTier(of id: EBSSnapshot.ID, _ epoch: Int) {
        guard var tier = snapshots[id]?.tier, tier.epoch == epoch, tier.state.moved() else { return }
        if tier.state == .temporaryRestoreCompleted, let expiry = tier.restoreExpiry {
            agenda.enter(.tierMoves(id, epoch: epoch), at: expiry)
        } else {
            tier.restoreExpiry = nil
        }
        snapshots[id]?.tier = tier
        note(id.rawValue, "tier -> \(tier.state.rawValue)")
    }
}

extension EC2Fault {
    static func archived(_ id: EBSSnapshot.ID, code: Code) -> EC2Fault {
        EC2Fault(code, "The snapshot '\(id)' is archived and must be restored first.", rule: "AWS-142")
    }
}

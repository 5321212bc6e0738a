import Hypervisor
import HashTreeCollections
import LabCore
import SimulatedMachine

extension EC2 {
    /// Asks for a snapshot of one volume; its contents are fixed when the request is accepted.
    ///
    /// Rule: AWS-001.
    ///
    /// The volume may be attached to a running instance, the root too. Rule: AWS-004. Rule: AWS-019.
    /// There is no client token: the same request makes another snapshot. Rule: AWS-018.
    package mutating func createSnapshot(
        of id: Volume.ID, description: String = "", tags: [ResourceTag] = [], dryRun: Bool = false
    ) throws(EC2Fault) -> EBSSnapshot {
        try call("CreateSnapshot", on: id.rawValue, answer: { $0.id.rawValue }) { ec2 throws(EC2Fault) in
            try ec2.checkDescription(description)
            try ec2.checkTags(tags)
            try ec2.endDryRun(dryRun)
            let volume = try ec2.volume(id)
            try ec2.checkSnapshotLimits(of: [volume])
            return ec2.take(volume, description: description, tags: tags)
        }
    }

    /// Rule: AWS-016.
    func checkDescription(_ description: String) throws(EC2Fault) {
        guard description.count <= 255 else { throw .longDescription(description.count) }
        guard !settings.inferred.refusesNonASCIIDescriptions || description.allSatisfy(\.isASCII) else {
            throw .notASCII(description)
        }
    }

    /// Checks the volumes of one request; the first that is at its limit refuses it.
    func checkSnapshotLimits(of members: [Volume]) throws(EC2Fault) {
        for volume in members {
            guard volume.state == .available || volume.state == .inUse else { throw .volumeNotReady(volume.id) }
            let isSlow = !volume.shape.type.isBootable
            let quotas = settings.quotas
            let slots = isSlow ? quotas.pendingSnapshotsPerThroughputVolume : quotas.pendingSnapshotsPerVolume
            guard volume.slots.count < slots else { throw .tooManyPendingOfVolume }  // Rule: AWS-008
            if let last = volume.lastSnapshot, last + settings.timings.snapshotInterval > now {
                throw .tooSoonForVolume
            }
        }
        let pending = snapshots.count(.pending)
        guard pending + members.count <= settings.quotas.pendingSnapshots else { throw .tooManyPending }
        guard snapshots.count + members.count <= settings.quotas.snapshots else { throw .tooManySnapshots }
    }

    /// Makes the pending snapshot of one volume, whose limits have been checked.
    ///
    /// Rule: AWS-003.
    mutating func take(_ volume: Volume, description: String, tags: [ResourceTag]) -> EBSSnapshot {
        let disk = contents(of: volume)
        let parent = volume.lineage.flatMap { nearestKept($0) }.flatMap { snapshots[$0] }
        let changed = parent.map { blocks(of: disk, since: $0.contents) } ?? disk.writtenBytes
        let rate = settings.timings.snapshotRate
        var due = now + settings.timings.snapshot + (changed == .zero ? .zero : changed.time(at: rate))
        // A younger snapshot of a volume is never complete before an older one. Rule: AWS-009.
        if let oldest = volume.slots.last?.due { due = max(due, oldest) }
        var snapshot = EBSSnapshot(
            id: makeID(EBSSnapshot.self), volume: volume.id, volumeSize: volume.shape.size, contents: disk, start: now,
            due: due, description: description, owner: settings.account, region: settings.region, key: volume.key,
            parent: parent?.id, software: volume.software)
        snapshot.productCodes = volume.productCodes
        if let instance = volume.attachment?.instance, doomedSnapshots.strike([instance]) {
            snapshot.failure = "The snapshot could not be completed."
        }
        snapshots[snapshot.id] = snapshot
        volumes[volume.id]?.lastSnapshot = snapshot.start
        volumes[volume.id]?.lineage = snapshot.id
        volumes[volume.id]?.slots.append(Volume.Slot(snapshot: snapshot.id, due: due))
        setTags(tags, of: snapshot.id.rawValue)  // The volume's tags are not inherited. Rule: AWS-015.
        agenda.enter(.snapshotCopied(snapshot.id), at: due)
        return snapshot
    }

    private func blocks(of disk: Disk, since parent: Disk) -> ByteCount {
        .kibibytes(512 * disk.changedBlockCount(since: parent, granularity: EBSSnapshot.blockGroup))
    }

    /// The copy is complete, or has failed.
    ///
    /// What became of the volume or the instance makes no difference. Rule: AWS-017.
    mutating func finishCopy(of id: EBSSnapshot.ID) {
        defer { settleSlot(of: id) }
        guard var snapshot = snapshots[id] else { return }
        if let key = snapshot.key, account.disabledKeys.contains(key) {
            snapshot.failure = "The KMS key \(key) cannot be used."  // Rule: AWS-020
        }
        if let failure = snapshot.failure {
            guard snapshot.state.failed() else { return }
            snapshot.statusMessage = failure
            note(id.rawValue, "pending -> error")
        } else {
            guard snapshot.state.copied() else { return }
            snapshot.completed = now
            snapshot.lock?.start(at: now)
            note(id.rawValue, "pending -> completed")
        }
        snapshots[id] = snapshot
        checkImages(using: id)
    }

    /// A slot is free when the service is done: at once, or for a failure some time later.
    ///
    /// Rule: AWS-008.
    private mutating func settleSlot(of id: EBSSnapshot.ID) {
        for volume in volumes.found(.copying(id)) {
            if snapshots[id]?.state == .error {
                enter(.slotFreed(volume.id, id), in: .seconds(settings.inferred.errorHoldsSlot))
            } else {
                freeSlot(of: volume.id, id)
            }
        }
    }

    mutating func freeSlot(of volume: Volume.ID, _ id: EBSSnapshot.ID) {
        volumes[volume]?.slots.removeAll { $0.snapshot == id }
    }

    /// DescribeSnapshots, sent to this region or another: those that are asked for, or all that are visible, oldest first.
    ///
    /// Rule: AWS-061.
    package func describeSnapshots(
        _ ids: [EBSSnapshot.ID] = [], in region: String? = nil
    ) throws(EC2Fault) -> [EBSSnapshot] {
        var found = snapshots.values.filter { $0.state.isVisible && $0.region == region ?? settings.region }
        if !ids.isEmpty {
            found = []
            for id in ids { found.append(try snapshot(id, in: region)) }
        }
        return found.sorted { ($0.start, $0.id) < ($1.start, $1.id) }  // Whatever order was asked in. Rule: AWS-154.
    }

    /// Finds a snapshot that volumes and images can be made from.
    func usableSnapshot(_ id: EBSSnapshot.ID) throws(EC2Fault) -> EBSSnapshot {
        let found = try completeSnapshot(id)
        guard !isUnderForeignKey(found) else { throw .underForeignKey(id, code: settings.inferred.foreignKey) }
        return found
    }

    /// Finds a snapshot whose copy is done and that is not in the archive.
    ///
    /// Rule: AWS-046. Rule: AWS-142.
    func completeSnapshot(_ id: EBSSnapshot.ID, in region: String? = nil) throws(EC2Fault) -> EBSSnapshot {
        let found = try snapshot(id, in: region)
        guard found.state == .completed else { throw .notCompleted(id) }
        guard found.tier.isUsable else { throw .archived(id, code: settings.inferred.archivedSnapshot) }
        return found
    }
}

import SimulatedMachine
import LabCore
import HashTreeCollections

extension EC2 {
    /// Copies a snapshot within the region or to another one, encrypted anew if asked to.
    ///
    /// The copy has an id and a start of its own and none of the user's tags. Rule: AWS-056.
    ///
    /// - Parameters:
    ///   - id: the snapshot.
    ///   - region: where it lies.
    ///   - destination: where the call is sent, and where the copy will lie; nothing for the region of the account's machines.
    ///   - description: 255 characters of ASCII at most.
    ///   - isEncrypted: whether the copy is to be encrypted whatever the snapshot is.
    ///   - key: the key of the copy.
    ///   - tags: what the copy bears.
    /// - Throws: the refusal, which says nothing of snapshots that lie elsewhere.
    /// - Returns: the copy, pending.
    package mutating func copySnapshot(
        _ id: EBSSnapshot.ID, from region: String, to destination: String? = nil, description: String = "",
        isEncrypted: Bool? = nil, key: String? = nil, tags: [ResourceTag] = []
    ) throws(EC2Fault) -> EBSSnapshot {
        try call("CopySnapshot", on: id.rawValue, answer: { $0.id.rawValue }) { ec2 throws(EC2Fault) in
            try ec2.checkDescription(description)
            try ec2.checkTags(tags)
            guard key == nil || isEncrypted == true else {
                throw EC2Fault(
                    "InvalidParameterDependency", "The parameter KmsKeyId requires the parameter Encrypted to be set.",
                    rule: "AWS-054")
            }
            let destination = destination ?? ec2.settings.region
            for region in [region, destination] where !ec2.settings.regions.contains(region) {
                throw EC2Fault("InvalidRegion", "The region '\(region)' does not exist.", rule: "AWS-058")
            }
            let source = try ec2.completeSnapshot(id, in: region)
            let running = ec2.snapshots.found(.pending).count { $0.copiedFrom != nil && $0.region == destination }
            guard running < ec2.settings.quotas.snapshotCopies else {
                throw EC2Fault(
                    .resourceLimitExceeded,
                    "Too many snapshot copies in progress. The limit is "
                        + "\(ec2.settings.quotas.snapshotCopies) for the destination region.", rule: "AWS-056")
            }
            let key = try ec2.keyOfCopy(of: source, asked: key, isEncrypted: isEncrypted)
            return ec2.copy(source, to: destination, description, key, tags)
        }
    }

    private mutating func copy(
        _ source: EBSSnapshot, to region: String, _ description: String, _ key: String?, _ tags: [ResourceTag]
    ) -> EBSSnapshot {
        let isNewThere = key != source.key || region != source.region
        // The first copy under another key or in another region is full. Rule: AWS-057.
        let earlier = snapshots.values.filter { copy in
            copy.copiedFrom != nil && copy.key == key && copy.region == region && copy.state == .completed
                && copy.rootOfCopies == source.volume
        }
        let parent = isNewThere ? earlier.max { ($0.start, $0.id) < ($1.start, $1.id) }?.id : source.id
        let moved =
            parent.flatMap { snapshots[$0] }.map { base in
                Int64(source.contents.changedBlockCount(since: base.contents, granularity: EBSSnapshot.blockGroup))
                    << 19
            } ?? source.contents.writtenBytes.bytes
        let rate = settings.timings.snapshotCopyRate.bytes
        var due = now + settings.timings.snapshotCopy + .milliseconds(moved * 1_000 / rate)
        // Copies of one lineage run one after the other. Rule: AWS-057.
        let waiting = snapshots.found(.pending).filter { $0.rootOfCopies == source.volume && $0.region == region }
        if let last = waiting.map(\.due).max() { due = max(due, last) }
        var copy = EBSSnapshot(
            id: makeID(EBSSnapshot.self), volume: EBSSnapshot.volumeOfCopies, volumeSize: source.volumeSize,
            contents: source.contents, start: now, due: due, description: description, owner: settings.account,
            region: region, key: key, parent: parent, software: source.software)
        copy.copiedFrom = source.id
        copy.rootOfCopies = source.volume
        snapshots[copy.id] = copy
        setTags(tags, of: copy.id.rawValue)
        agenda.enter(.snapshotCopied(copy.id), at: due)
        return copy
    }
}

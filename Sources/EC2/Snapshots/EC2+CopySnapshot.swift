import SimulatedMachine
import LabCore
import HashTreeCollections

extension EC2 {
    /// Copies a snapshot of the region, encrypted anew if asked to.
    ///
    /// The copy has an id and a start of its own and none of the user's tags. Rule: AWS-056.
    package mutating func copySnapshot(
        _ id: EBSSnapshot.ID, from region: String, description: String = "", isEncrypted: Bool? = nil,
        key: String? = nil, tags: [ResourceTag] = []
    ) throws(EC2Fault) -> EBSSnapshot {
        try call("CopySnapshot", on: id.rawValue, answer: { $0.id.rawValue }) { ec2 throws(EC2Fault) in
            try ec2.checkDescription(description)
            try ec2.checkTags(tags)
            guard key == nil || isEncrypted == true else {
                throw EC2Fault(
                    "InvalidParameterDependency", "The parameter KmsKeyId requires the parameter Encrypted to be set.",
                    rule: "AWS-054")
            }
            guard region == ec2.settings.region else {
                throw EC2Fault("InvalidRegion", "The region '\(region)' does not exist.", rule: "AWS-058")
            }
            let source = try ec2.usableSnapshot(id)
            let running = ec2.snapshots.found(.pending).count { $0.copiedFrom != nil }
            guard running < ec2.settings.quotas.snapshotCopies else {
                throw EC2Fault(
                    .resourceLimitExceeded,
                    "Too many snapshot copies in progress. The limit is "
                        + "\(ec2.settings.quotas.snapshotCopies) for the destination region.", rule: "AWS-056")
            }
            return ec2.copy(
                source, description, ec2.encryptionKey(asked: key, isEncrypted: isEncrypted, source: source.key), tags)
        }
    }

    private mutating func copy(
        _ source: EBSSnapshot, _ description: String, _ key: String?, _ tags: [ResourceTag]
    ) -> EBSSnapshot {
        let isRekeyed = key != source.key
        // The first copy under another key is full. Rule: AWS-057.
        let earlier = snapshots.values.filter { copy in
            copy.copiedFrom != nil && copy.key == key && copy.state == .completed && copy.rootOfCopies == source.volume
        }
        let parent = isRekeyed ? earlier.max { ($0.start, $0.id) < ($1.start, $1.id) }?.id : source.id
        let moved =
            parent.flatMap { snapshots[$0] }.map { base in
                Int64(source.contents.changedBlockCount(since: base.contents, granularity: EBSSnapshot.blockGroup))
                    << 19
            } ?? source.contents.writtenBytes.bytes
        let rate = settings.timings.snapshotCopyRate.bytes
        var due = now + settings.timings.snapshotCopy + .milliseconds(moved * 1_000 / rate)
        // Copies of one lineage run one after the other. Rule: AWS-057.
        let waiting = snapshots.found(.pending).filter { $0.rootOfCopies == source.volume }
        if let last = waiting.map(\.due).max() { due = max(due, last) }
        var copy = EBSSnapshot(
            id: makeID(EBSSnapshot.self), volume: EBSSnapshot.volumeOfCopies, volumeSize: source.volumeSize,
            contents: source.contents, start: now, due: due, description: description, owner: settings.account,
            key: key, parent: parent, software: source.software)
        copy.copiedFrom = source.id
        copy.rootOfCopies = source.volume
        snapshots[copy.id] = copy
        setTags(tags, of: copy.id.rawValue)
        agenda.enter(.snapshotCopied(copy.id), at: due)
        return copy
    }
}

import Hypervisor
import HashTreeCollections
import LabCore
import SimulatedMachine

/// The parameters of CreateVolume.
package struct CreateVolume: Hashable, Sendable {
    package var zone: String?
    package var zoneID: String?
    /// The size in GiB.
    package var size: Int?
    package var snapshot: EBSSnapshot.ID?
    package var type: String?
    package var iops: Int?
    package var throughput: Int?
    package var isEncrypted: Bool?
    package var key: String?
    package var isMultiAttach = false
    /// The speed at which blocks are loaded from the snapshot, in MiB a second.
    package var initializationRate: Int?
    package var tags: [ResourceTag] = []
    package var clientToken: String?

    package init(zone: String?, size: Int? = nil, snapshot: EBSSnapshot.ID? = nil, type: String? = nil) {
        self.zone = zone
        self.size = size
        self.snapshot = snapshot
        self.type = type
    }
}

extension EC2 {
    /// Makes a volume, empty or from a snapshot.
    ///
    /// Rule: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html
    package mutating func createVolume(_ request: CreateVolume, dryRun: Bool = false) throws(EC2Fault) -> Volume {
        try call("CreateVolume", on: request.snapshot?.rawValue ?? "volume", answer: { $0.id.rawValue }) {
            ec2 throws(EC2Fault) in
            if let made = try ec2.replay(request) { return made.asAnswered }
            let zone = try ec2.zone(of: request)
            try ec2.checkParameters(of: request)
            try ec2.endDryRun(dryRun)
            let source = try ec2.source(of: request)
            let shape = try ec2.shape(of: request, from: source)
            try ec2.checkVolumeQuotas(adding: shape)
            let volume = ec2.make(request, shape, from: source, in: zone)
            if let token = request.clientToken { ec2.replays[token] = .volume(request, volume.id) }
            return volume.asAnswered
        }
    }

    /// The same request under the same token gives the volume as it is now.
    ///
    /// Rule: AWS-069.
    private func replay(_ request: CreateVolume) throws(EC2Fault) -> Volume? {
        guard let token = request.clientToken, let earlier = replays[token] else { return nil }
        guard case .volume(let asked, let id) = earlier, asked.meansTheSame(as: request), let volume = volumes[id],
            volume.state != .deleting
        else { throw .inconsistentReplay }
        return volume
    }

    /// The zone the volume is to live in.
    ///
    /// Rule: AWS-063.
    private func zone(of request: CreateVolume) throws(EC2Fault) -> String {
        switch (request.zone, request.zoneID) {
        case (.none, .none):
            throw EC2Fault(.missingParameter, "The request must contain the parameter zone", rule: "AWS-063")
        case (.some, .some):
            throw EC2Fault(
                .invalidParameterCombination, "AvailabilityZone and AvailabilityZoneId cannot be used together.",
                rule: "AWS-063")
        case (let zone?, nil), (nil, let zone?):
            let name = request.zone ?? settings.zoneName(ofID: zone)
            guard let name, settings.zones.contains(name) else {
                throw EC2Fault("InvalidZone.NotFound", "The zone '\(zone)' does not exist.", rule: "AWS-063")
            }
            return name
        }
    }

    private func checkParameters(of request: CreateVolume) throws(EC2Fault) {
        // Rule: AWS-064
        guard request.size != nil || request.snapshot != nil else {
            throw EC2Fault(.missingParameter, "The request must contain the parameter size/snapshot", rule: "AWS-064")
        }
        // Rule: AWS-048
        if let rate = request.initializationRate, !(100...300).contains(rate) || request.snapshot == nil {
            throw EC2Fault(
                .invalidParameterValue, "The value specified for VolumeInitializationRate is not in the allowed range.",
                rule: "AWS-048")
        }
        // Rule: AWS-054
        guard request.key == nil || request.isEncrypted == true else {
            throw EC2Fault(
                "InvalidParameterDependency", "The parameter KmsKeyId requires the parameter Encrypted to be set.",
                rule: "AWS-054")
        }
        let type = try volumeType(request.type)
        guard !request.isMultiAttach || type.isMultiAttachable else { throw .notMultiAttachable(type) }
        try checkTags(request.tags)
    }

    /// The type by its name; without a name it is gp2.
    ///
    /// Rule: AWS-067.
    func volumeType(_ name: String?) throws(EC2Fault) -> VolumeType {
        guard let name, !name.isEmpty else { return .gp2 }
        guard let type = VolumeType(rawValue: name) else {
            throw EC2Fault(
                "UnknownVolumeType", "Unsupported volume type '\(name)' for volume creation.", rule: "AWS-067")
        }
        return type
    }

    private func source(of request: CreateVolume) throws(EC2Fault) -> EBSSnapshot? {
        guard let id = request.snapshot else { return nil }
        return try usableSnapshot(id)
    }

    /// The shape, never smaller than the snapshot, whatever the documentation says.
    ///
    /// Rule: AWS-052.
    private func shape(of request: CreateVolume, from source: EBSSnapshot?) throws(EC2Fault) -> Volume.Shape {
        let size = max(request.size ?? 0, source?.volumeSize ?? 0)
        let type = try volumeType(request.type)
        return try Volume.Shape(size: size, type: type, iops: request.iops, throughput: request.throughput).settled()
    }

    /// Rule: AWS-167.
    func checkVolumeQuotas(adding shape: Volume.Shape) throws(EC2Fault) {
        guard volumes.count(.counted) < settings.quotas.volumes else {
            throw EC2Fault("VolumeLimitExceeded", "You have exceeded your maximum number of volumes.", rule: "AWS-167")
        }
        let used = volumes.weight(.storage(shape.type))
        guard used + shape.size <= settings.quotas.storage else {
            throw EC2Fault(
                "VolumeLimitExceeded", "You have exceeded your maximum \(shape.type) storage limit in this region.",
                rule: "AWS-167")
        }
    }

    private mutating func make(
        _ request: CreateVolume, _ shape: Volume.Shape, from source: EBSSnapshot?, in zone: String
    ) -> Volume {
        let key = encryptionKey(asked: request.key, isEncrypted: request.isEncrypted, source: source?.key)
        var volume = emptyVolume(shape, in: zone, key: key)
        volume.isMultiAttach = request.isMultiAttach
        if let source { fill(&volume, from: source, rate: request.initializationRate) }
        put(volume, tags: request.tags)
        enter(.volumeCreated(volume.id), in: settings.timings.volumeCreation)
        return volume
    }

    /// The key of something new: encryption can be added or changed, but never taken away.
    ///
    /// Rule: AWS-054.
    func encryptionKey(asked: String?, isEncrypted: Bool?, source: String?) -> String? {
        if let asked { return asked }
        if let source { return source }
        return isEncrypted == true || account.encryptsByDefault ? Self.defaultKey : nil  // Rule: AWS-055
    }

    mutating func emptyVolume(_ shape: Volume.Shape, in zone: String, key: String?) -> Volume {
        Volume(
            id: makeID(Volume.self), shape: shape, state: .creating, zone: zone, created: now, key: key,
            contents: Disk(size: .gibibytes(shape.size)))
    }

    /// Puts a snapshot's contents into a new volume, whichever zone it lives in.
    ///
    /// Rule: AWS-051.
    mutating func fill(_ volume: inout Volume, from source: EBSSnapshot, rate: Int? = nil) {
        volume.snapshot = source.id
        volume.contents = source.contents
        if source.contents.size < .gibibytes(volume.shape.size) {
            volume.contents.grow(to: .gibibytes(volume.shape.size))
        }
        volume.software = source.software
        volume.productCodes = source.productCodes
        // Rule: AWS-032. Rule: AWS-033.
        volume.lineage = source.owner == settings.account && source.key == volume.key ? source.id : nil
        if takeFastRestoreCredit(of: source.id, in: volume.zone) {
            volume.isFastRestored = true
        } else {
            let share = source.software?.role == .root ? settings.inferred.systemShare : 0
            let system = ByteCount(ByteCount.gibibytes(source.volumeSize).bytes * Int64(share) / 100)
            // Rule: AWS-047. Rule: AWS-048.
            volume.loading = Volume.Loading(
                start: now, amount: source.contents.writtenBytes + system,
                rate: rate.map { .mebibytes($0) } ?? settings.timings.backgroundLoading)
        }
    }

    mutating func put(_ volume: Volume, tags: [ResourceTag]) {
        volumes[volume.id] = volume
        setTags(tags, of: volume.id.rawValue)
    }

    /// The volume is usable, or its key is not.
    ///
    /// Rule: AWS-020.
    mutating func finishCreation(of id: Volume.ID) {
        guard var volume = volumes[id] else { return }
        if let key = volume.key, account.disabledKeys.contains(key) {
            guard volume.state.failed() else { return }
            volume.statusMessage = "The KMS key \(key) cannot be used."
            note(id.rawValue, "creating -> error")
        } else {
            guard volume.state.created() else { return }
            note(id.rawValue, "creating -> available")
        }
        volumes[id] = volume
    }
}

extension Volume {
    /// What CreateVolume says of a volume: whole seconds, and nothing of attachments.
    ///
    /// Rule: AWS-068.
    fileprivate var asAnswered: Volume {
        var shown = self
        shown.attachment = nil
        shown.furtherAttachments = []
        shown.created = created.wholeSecond
        return shown
    }
}

extension Instant {
    /// The second that the instant lies in.
    fileprivate var wholeSecond: Instant { Instant(nanoseconds: nanoseconds - nanoseconds % 1_000_000_000) }
}

extension CreateVolume {
    /// The order of tags makes no difference to a replay.
    ///
    /// Rule: AWS-069.
    fileprivate func meansTheSame(as other: CreateVolume) -> Bool {
        var (a, b) = (self, other)
        a.tags.sort()
        b.tags.sort()
        return a == b
    }
}

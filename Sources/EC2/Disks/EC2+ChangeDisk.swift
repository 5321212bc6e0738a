import Hypervisor
import HashTreeCollections
import SimulatedMachine
import LabCore

extension EC2 {
    /// Changes a volume's size, type or speed while it is in use.
    ///
    /// Rule: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html
    package mutating func modifyVolume(
        _ id: Volume.ID, size: Int? = nil, type: String? = nil, iops: Int? = nil, throughput: Int? = nil,
        dryRun: Bool = false
    ) throws(EC2Fault) -> VolumeModification {
        try call("ModifyVolume", on: id.rawValue, answer: { $0.state.rawValue }) { ec2 throws(EC2Fault) in
            try ec2.endDryRun(dryRun)  // Nothing at all is checked before it. Rule: AWS-157.
            guard size != nil || type != nil || iops != nil || throughput != nil else {
                throw .badShape("Must specify at least one of size, type, iops, throughput or multi-attach", "AWS-088")
            }
            let volume = try ec2.volume(id)
            let target = try ec2.target(of: volume, size: size, type: type, iops: iops, throughput: throughput)
            try ec2.checkModificationRate(of: volume)
            return ec2.begin(target, of: volume)
        }
    }

    private func target(
        of volume: Volume, size: Int?, type: String?, iops: Int?, throughput: Int?
    ) throws(EC2Fault) -> Volume.Shape {
        guard volume.state == .available || volume.state == .inUse else { throw .notAvailable(volume.id) }
        if let size, size < volume.shape.size {
            // Rule: AWS-088.
            throw .badShape("New size cannot be smaller than existing size", "AWS-088")
        }
        let newType = try type.map { name throws(EC2Fault) in try volumeType(name) } ?? volume.shape.type
        let keepsType = newType == volume.shape.type
        let (speed, rate) = (newType.takesIOPS && keepsType, newType == .gp3 && keepsType)
        return try Volume.Shape(
            size: size ?? volume.shape.size, type: newType, iops: iops ?? (speed ? volume.shape.iops : nil),
            throughput: throughput ?? (rate ? volume.shape.throughput : nil)
        ).settled()
    }

    private func checkModificationRate(of volume: Volume) throws(EC2Fault) {
        if let last = volume.modifications.last, last.state.isActive {
            throw EC2Fault(
                "IncorrectModificationState",
                "Volume \(volume.id) is already being modified: \(last.state.rawValue.uppercased()).", rule: "AWS-089")
        }
        // Rule: AWS-090
        let starts = volume.modifications.map(\.start)
        if settings.eras.modificationsNeedSixHours, let last = starts.last, last + .hours(6) > now {
            throw EC2Fault(
                "VolumeModificationRateExceeded",
                "You've reached the maximum modification rate per volume limit. "
                    + "Wait at least 6 hours between modifications per EBS volume.", rule: "AWS-090")
        }
        let today = starts.filter { $0 + .days(1) > now }
        if today.count >= settings.quotas.modificationsPerDay, let first = today.first {
            throw EC2Fault(
                "VolumeModificationRateExceeded",
                "You've reached the maximum modification rate per volume limit. Wait until \(first + .days(1)) "
                    + "before you can issue the next modification request for this volume.", rule: "AWS-090")
        }
    }

    private mutating func begin(_ target: Volume.Shape, of volume: Volume) -> VolumeModification {
        let modification = VolumeModification(
            volume: volume.id, state: .modifying, original: volume.shape, target: target, start: now)
        volumes[volume.id]?.modifications.append(modification)
        enter(.modificationMoves(volume.id), in: settings.timings.modification)
        return modification
    }

    /// The new size shows, and later the blocks have found their places.
    ///
    /// Rule: AWS-091.
    mutating func moveModification(of id: Volume.ID) {
        guard var volume = volumes[id], var modification = volume.modifications.popLast() else { return }
        if modification.state.applied() {
            volume.shape = modification.target
            let share = settings.timings.optimizingPerTebibyte * volume.shape.size / 1_024
            enter(.modificationMoves(id), in: volume.shape.size <= 1 ? .seconds(1) : share)
            note(id.rawValue, "modifying -> optimizing")
        } else if modification.state.optimized() {
            modification.end = now
            note(id.rawValue, "optimizing -> completed")
        }
        volume.modifications.append(modification)
        volumes[id] = volume
        if modification.state == .optimizing { growDisk(of: id, to: .gibibytes(volume.shape.size)) }
    }

    /// Makes room behind the end of a disk; its guest has to grow partition and file system by itself.
    private mutating func growDisk(of id: Volume.ID, to size: ByteCount) {
        guard var volume = volumes[id] else { return }
        guard volume.attachment?.isInMachine != true else { return }  // It grows when the machine gives it back.
        if volume.contents.size < size { volume.contents.grow(to: size) }
        volumes[id] = volume
    }

    /// DescribeVolumesModifications.
    ///
    /// Rule: AWS-092.
    package func describeVolumesModifications(_ ids: [Volume.ID] = []) throws(EC2Fault) -> [VolumeModification] {
        guard !ids.isEmpty else {
            return volumes.values.sorted { $0.id < $1.id }.compactMap(\.modifications.last)
        }
        var found: [VolumeModification] = []
        for id in ids {
            guard let last = try volume(id).modifications.last else {
                throw EC2Fault(
                    "InvalidVolumeModification.NotFound", "Modification for volume \(id) does not exist.",
                    rule: "AWS-092")
            }
            found.append(last)
        }
        return found
    }
}

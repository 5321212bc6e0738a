import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension EC2 {
    /// Replaces the root of a running instance by the contents of a snapshot or an image.
    ///
    /// Rule: AWS-136.
    ///
    /// Termination protection does not stand in the way. Rule: AWS-140.
    /// Rule: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateReplaceRootVolumeTask.html
    package mutating func createReplaceRootVolumeTask(
        _ request: CreateReplaceRootVolumeTask
    ) throws(EC2Fault) -> RootReplacement {
        try call(
            "CreateReplaceRootVolumeTask", on: request.instance.rawValue, answer: { $0.id.rawValue }
        ) {
            ec2 throws(EC2Fault) in
            if let token = request.clientToken, let earlier = ec2.replays[token] {
                guard case .rootReplacement(let asked, let id) = earlier, asked == request,
                    let task = ec2.rootReplacements[id]
                else { throw .inconsistentReplay }
                return task
            }
            // Rule: AWS-133
            guard request.snapshot == nil || request.image == nil else {
                throw EC2Fault(
                    ec2.settings.inferred.rootReplacementSources,
                    "The parameters snapshotId and imageId cannot be used together.", rule: "AWS-133")
            }
            try ec2.checkTags(request.tags)
            let instance = try ec2.instance(request.instance)
            guard instance.state == .running else {
                throw EC2Fault(
                    ec2.settings.inferred.rootReplacementState,
                    "The instance '\(instance.id)' is not in the 'running' state.", rule: "AWS-132")
            }
            guard let root = instance.devices[instance.rootDevice].flatMap({ ec2.volumes[$0] }) else {
                throw .noRoot(instance.id, instance.rootDevice)
            }
            let source = try ec2.source(of: request, instance, root)
            return ec2.begin(request, instance, root, source)
        }
    }

    private func source(
        of request: CreateReplaceRootVolumeTask, _ instance: Instance, _ root: Volume
    ) throws(EC2Fault) -> (snapshot: EBSSnapshot, size: Int) {
        if let image = request.image { return try source(image, instance, root) }
        guard let id = request.snapshot ?? instance.launchSnapshot else {
            throw .unknown(EBSSnapshot.ID(rawValue: "snap-"))
        }
        let snapshot = try usableSnapshot(id)
        // Rule: AWS-134
        guard
            request.snapshot == nil || id == instance.launchSnapshot
                || instance.rootHistory.contains(snapshot.volume) && snapshot.copiedFrom == nil
        else {
            throw EC2Fault(
                .invalidParameterValue,
                "Invalid snapshot for root volume for virt \(instance.id). The snapshot should be of one of the root "
                    + "volumes attached to the instance in the past", rule: "AWS-134")
        }
        return (snapshot, max(root.shape.size, snapshot.volumeSize))
    }

    /// The root of an image that fits the instance.
    ///
    /// Rule: AWS-135.
    private func source(
        _ id: Image.ID, _ instance: Instance, _ root: Volume
    ) throws(EC2Fault) -> (snapshot: EBSSnapshot, size: Int) {
        let image = try image(id)
        guard image.state == .available,
            let mapping = image.mappings.first(where: { $0.device == image.rootDevice }),
            let source = mapping.snapshot
        else { throw .noLongerAvailable(id) }
        guard image.architecture == instance.architecture, image.virtualization == "hvm",
            image.productCodes == root.productCodes
        else {
            throw EC2Fault(
                .invalidParameterCombination,
                "The image '\(id)' does not match the instance's architecture, virtualization or product codes.",
                rule: "AWS-135")
        }
        guard mapping.size >= root.shape.size else {
            throw EC2Fault(
                .invalidParameterValue,
                "The root volume of the image '\(id)' is smaller than that of the instance.",
                rule: "AWS-135")
        }
        return (try usableSnapshot(source), mapping.size)
    }

    private mutating func begin(
        _ request: CreateReplaceRootVolumeTask, _ instance: Instance, _ root: Volume,
        _ source: (snapshot: EBSSnapshot, size: Int)
    ) -> RootReplacement {
        var shape = root.shape  // Rule: AWS-137
        shape.size = source.size
        let task = RootReplacement(
            id: makeID(RootReplacement.self), instance: instance.id, start: now,
            snapshot: request.snapshot,
            image: request.image, deletesReplacedRoot: request.deletesReplacedRoot, oldRoot: root.id,
            shape: shape,
            source: source.snapshot.id)
        rootReplacements[task.id] = task
        setTags(request.tags, of: task.id.rawValue)
        if let token = request.clientToken { replays[token] = .rootReplacement(request, task.id) }
        enter(.rootReplacementMoves(task.id), in: .seconds(1))
        return task
    }

    /// DescribeReplaceRootVolumeTasks: those that are asked for, or all, in the order of their start.
    package func describeReplaceRootVolumeTasks(
        _ ids: [RootReplacement.ID] = []
    ) throws(EC2Fault) -> [RootReplacement] {
        guard !ids.isEmpty else {
            return rootReplacements.values.sorted { ($0.start, $0.id) < ($1.start, $1.id) }
        }
        var found: [RootReplacement] = []
        for id in ids {
            guard let task = rootReplacements[id] else {
                throw EC2Fault(
                    "InvalidReplaceRootVolumeTaskId.NotFound", "The task '\(id)' does not exist.")
            }
            found.append(task)
        }
        return found
    }
}

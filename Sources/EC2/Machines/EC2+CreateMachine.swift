import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension EC2 {
    /// Launches as many instances as there is room for, between the least and the most.
    ///
    /// Rule: AWS-114.
    ///
    /// Rule: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
    package mutating func runInstances(_ request: RunInstances, dryRun: Bool = false) throws(EC2Fault) -> [Instance] {
        try call(
            "RunInstances", on: request.image.rawValue, tokens: max(1, request.maxCount),
            answer: { $0.map(\.id.rawValue).joined(separator: " ") }
        ) { ec2 throws(EC2Fault) in
            if let launched = try ec2.replay(request) { return launched }
            try ec2.checkParameters(of: request)
            try ec2.endDryRun(dryRun)
            let image = try ec2.launchable(request.image)
            let devices = try ec2.devices(of: request, image)
            try ec2.checkPrivateAddress(request.privateAddress)
            let count = try ec2.room(for: request, image)
            let launched = (0..<count).map { index in ec2.launch(request, image, devices, index) }
            if let token = request.clientToken { ec2.replays[token] = .launch(request, launched.map(\.id)) }
            return launched
        }
    }

    /// Rule: AWS-115.
    private func replay(_ request: RunInstances) throws(EC2Fault) -> [Instance]? {
        guard let token = request.clientToken else { return nil }
        guard token.count <= 64 else {
            throw EC2Fault(.invalidParameterValue, "The client token has more than 64 characters.", rule: "AWS-115")
        }
        guard let earlier = replays[token] else { return nil }
        guard case .launch(let asked, let ids) = earlier, asked == request else { throw .inconsistentReplay }
        let launched = ids.compactMap { instances[$0] }
        guard launched.count == ids.count, launched.allSatisfy({ $0.state != .terminated && $0.state != .shuttingDown })
        else {
            throw EC2Fault(
                "IdempotentInstanceTerminated",
                "The instances of an earlier request with the client token '\(token)' were terminated.",
                rule: "AWS-115")
        }
        return launched
    }

    private func checkParameters(of request: RunInstances) throws(EC2Fault) {
        guard request.minCount >= 1, request.minCount <= request.maxCount else {
            throw EC2Fault(
                .invalidParameterValue, "Invalid value '\(request.minCount)' for minCount.", rule: "AWS-114")
        }
        guard request.userData?.utf8.count ?? 0 <= 16_384 else {
            throw EC2Fault(.invalidParameterValue, "User data is limited to 16384 bytes", rule: "AWS-118")
        }
        if let zone = request.zone, !settings.zones.contains(zone) {
            throw EC2Fault("InvalidZone.NotFound", "The zone '\(zone)' does not exist.", rule: "AWS-063")
        }
        if let type = request.type { _ = try InstanceType(named: type) }
        try checkTags(request.instanceTags)
        try checkTags(request.volumeTags)
    }

    /// The image, if instances can be launched from it.
    ///
    /// Rule: AWS-127.
    private func launchable(_ id: Image.ID) throws(EC2Fault) -> Image {
        let found = try image(id)
        guard found.state == .available else {
            throw EC2Fault(
                "InvalidAMIID.Unavailable", "The image ID '\(id)' is not available for launch.", rule: "AWS-127")
        }
        return found
    }

    /// The devices of an instance: those of the image with the request's laid over them.
    ///
    /// Rule: AWS-116.
    private func devices(of request: RunInstances, _ image: Image) throws(EC2Fault) -> [Image.Mapping] {
        var devices = Dictionary(image.mappings.map { ($0.device, $0) }) { $1 }
        for mapping in request.mappings {
            guard DeviceName.isValid(mapping.device) else { throw .badDevice(mapping.device) }
            devices[mapping.device] =
                mapping.isDropped ? nil : try merged(mapping, over: devices[mapping.device], image)
        }
        guard devices[image.rootDevice] != nil || image.instanceStoreRoot != nil else {
            throw .badMapping("The root device cannot be left out.")
        }
        return devices.values.sorted { $0.device < $1.device }
    }

    private func merged(
        _ mapping: RunInstances.Mapping, over base: Image.Mapping?, _ image: Image
    ) throws(EC2Fault) -> Image.Mapping {
        if mapping.device == image.rootDevice, let asked = mapping.snapshot, asked != base?.snapshot {
            throw .badMapping("The snapshot of the root device cannot be changed.")
        }
        let source = try (mapping.snapshot ?? base?.snapshot).map { id throws(EC2Fault) in try snapshot(id) }
        let floor = source?.volumeSize ?? 1
        if let size = mapping.size, let source, size < floor {
            throw EC2Fault(
                "InvalidBlockDeviceMapping",
                "Volume of size \(size)GB is smaller than snapshot '\(source.id)', expect size >= \(floor)GB",
                rule: "AWS-053")
        }
        guard let size = mapping.size ?? base?.size ?? source?.volumeSize else {
            throw .badMapping("The device '\(mapping.device)' needs a size or a snapshot.")
        }
        let type = mapping.type ?? base?.type ?? .gp2
        guard mapping.device != image.rootDevice || type.isBootable else {
            throw EC2Fault(
                "BootForVolumeTypeUnsupported", "A \(type) volume cannot be a boot volume.", rule: "AWS-094")
        }
        // Rule: AWS-108
        return Image.Mapping(
            device: mapping.device, snapshot: source?.id, size: size, type: type,
            deleteOnTermination: mapping.deleteOnTermination ?? base?.deleteOnTermination ?? true)
    }

    /// A private address stays with its instance until that is terminated, even while it is stopped.
    ///
    /// Rule: AWS-117.
    private func checkPrivateAddress(_ address: String?) throws(EC2Fault) {
        guard let address else { return }
        guard instances.count(.privateAddress(address)) == 0 else {
            throw EC2Fault("InvalidIPAddress.InUse", "Address \(address) is in use.", rule: "AWS-117")
        }
    }

    private func room(for request: RunInstances, _ image: Image) throws(EC2Fault) -> Int {
        let type = type(of: request, image)
        let room = (settings.quotas.processors - instances.weight(.running)) / type.processors
        guard room >= request.minCount else {
            throw EC2Fault(
                "VcpuLimitExceeded",
                "You have requested more vCPU capacity than your current vCPU limit of \(settings.quotas.processors) allows.",
                rule: "AWS-114")
        }
        return min(room, request.maxCount)
    }

    private func type(of request: RunInstances, _ image: Image) -> InstanceType {
        InstanceType.all.first { $0.name == request.type } ?? .fitting(image.software.spec.memory)
    }

    private mutating func launch(
        _ request: RunInstances, _ image: Image, _ devices: [Image.Mapping], _ index: Int
    ) -> Instance {
        let type = type(of: request, image)
        let address = index == 0 ? request.privateAddress : nil
        var instance = Instance(
            id: makeID(Instance.self), image: image.id, type: type, zone: request.zone ?? settings.zones[0],
            architecture: image.architecture, created: now, launchTime: now,
            // Rule: AWS-117
            privateAddress: address ?? world.names.address(under: "10.0"),
            publicAddress: world.names.address(under: "54.210"),
            hardwareAddress: world.names.hardwareAddress(under: "0e:12:34"), rootDevice: image.rootDevice,
            machine: SimulatedMachine(spec: image.software.spec, seed: world.dice.next()), ready: now,
            roles: image.roles, software: image.software)
        instance.userData = request.userData ?? ""
        instance.clientToken = request.clientToken
        instance.disableAPITermination = request.disableAPITermination
        instance.disableAPIStop = request.disableAPIStop
        if let root = image.instanceStoreRoot {
            instance.hasInstanceStoreRoot = true
            instance.machine.attach(root, as: .root)
        }
        instance.launchSnapshot = image.mappings.first { $0.device == image.rootDevice }?.snapshot
        instances[instance.id] = instance
        setTags(request.instanceTags, of: instance.id.rawValue)
        for mapping in devices { makeVolume(mapping, of: instance, tags: request.volumeTags) }
        note(instance.id.rawValue, "pending")
        enter(.launched(instance.id, epoch: 0), in: settings.timings.launch)
        return instance  // The answer shows no devices yet.
    }

    /// Makes one volume of a new instance; what goes wrong shows when the instance does not come up.
    ///
    /// Rule: AWS-119.
    private mutating func makeVolume(_ mapping: Image.Mapping, of instance: Instance, tags: [ResourceTag]) {
        let source = mapping.snapshot.flatMap { snapshots[$0] }
        let shape: Volume.Shape
        do throws(EC2Fault) {
            shape = try Volume.Shape(size: mapping.size, type: mapping.type, iops: mapping.iops).settled()
            try checkVolumeQuotas(adding: shape)
        } catch {
            instances[instance.id]?.launchFailure = .init("Client.VolumeLimitExceeded", "Volume limit exceeded")
            return
        }
        guard mapping.snapshot == nil || source?.state == .completed else {
            instances[instance.id]?.launchFailure = .init(
                "Client.InvalidSnapshot.NotFound", "The snapshot '\(mapping.snapshot?.rawValue ?? "")' does not exist.")
            return
        }
        var volume = emptyVolume(
            shape, in: instance.zone, key: encryptionKey(asked: nil, isEncrypted: nil, source: source?.key))
        if let key = volume.key, account.disabledKeys.contains(key) {
            // Rule: AWS-020
            instances[instance.id]?.launchFailure = .init("Client.InternalError", "Client error on launch")
        }
        if let source { fill(&volume, from: source) }
        put(volume, tags: tags)
        _ = connect(
            volume, to: instance.id, device: mapping.device, deleteOnTermination: mapping.deleteOnTermination)
    }
}

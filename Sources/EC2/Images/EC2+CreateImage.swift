import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// The parameters of CreateImage.
package struct CreateImage: Hashable, Sendable {
    package var instance: Instance.ID
    package var name: String
    package var description = ""
    /// The guest is left running, and only what it had flushed is in the image.
    ///
    /// Rule: AWS-121.
    package var noReboot = false
    /// Devices that are left out.
    package var droppedDevices: [String] = []
    /// Devices whose size the caller tries to change, which is refused.
    ///
    /// Rule: AWS-123.
    package var resizedDevices: [String: Int] = [:]
    package var imageTags: [ResourceTag] = []
    package var snapshotTags: [ResourceTag] = []

    package init(instance: Instance.ID, name: String) {
        self.instance = instance
        self.name = name
    }
}

extension EC2 {
    /// Makes an image of an instance: snapshots of its volumes at one instant, with the guest at rest unless told not to.
    ///
    /// Rule: AWS-121. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html
    package mutating func createImage(_ request: CreateImage, dryRun: Bool = false) throws(EC2Fault)
        -> Image
    {
        try call("CreateImage", on: request.instance.rawValue, answer: { $0.id.rawValue }) {
            ec2 throws(EC2Fault) in
            try ec2.checkImageName(request.name)
            try ec2.checkTags(request.imageTags)
            try ec2.checkTags(request.snapshotTags)
            // Rule: AWS-123
            if let device = request.resizedDevices.keys.min() {
                throw EC2Fault(
                    "InvalidBlockDeviceMapping", "The size of the volume at '\(device)' cannot be changed.",
                    rule: "AWS-123")
            }
            try ec2.endDryRun(dryRun)
            let instance = try ec2.instance(request.instance)
            guard instance.state == .running || instance.state == .stopped else {
                throw .notRunningOrStopped
            }
            guard !instance.hasInstanceStoreRoot else { throw .notBackedByEBS(instance.id, verb: "made an image of") }
            try ec2.checkImagesWithoutReboot(request)
            let members = ec2.members(of: request, instance)
            try ec2.checkSnapshotLimits(of: members.map(\.volume))
            return ec2.make(request, instance, members).shown
        }
    }

    /// Rule: AWS-125.
    private func checkImagesWithoutReboot(_ request: CreateImage) throws(EC2Fault) {
        let running = images.values.count {
            $0.state == .pending && $0.isWithoutReboot && $0.sourceInstance == request.instance
        }
        guard !request.noReboot || running < settings.quotas.imagesWithoutReboot else {
            throw EC2Fault(
                "ConcurrentCreateImageNoRebootLimitExceeded",
                "The maximum number of concurrent CreateImage requests without reboot was exceeded.",
                rule: "AWS-125")
        }
    }

    /// Names are unique, and stay taken for a while after their image is gone.
    ///
    /// Rule: AWS-124.
    func checkImageName(_ name: String) throws(EC2Fault) {
        let allowed = name.allSatisfy { letter in
            letter.isASCII && (letter.isLetter || letter.isNumber) || "()[] ./-'@_".contains(letter)
        }
        guard allowed, (3...128).contains(name.count) else { throw .badImageName(name) }
        if let other = images.values.filter({ $0.name == name }).map(\.id).min() {
            throw .duplicateName(name, other)
        }
    }

    private func members(of request: CreateImage, _ instance: Instance) -> [(
        device: String, volume: Volume
    )] {
        let devices = instance.devices.keys.sorted().filter { !request.droppedDevices.contains($0) }
        return devices.compactMap { device in
            instance.devices[device].flatMap { volumes[$0] }.map { (device, $0) }
        }
    }

    private mutating func make(
        _ request: CreateImage, _ instance: Instance, _ members: [(device: String, volume: Volume)]
    ) -> Image {
        if instance.state == .running, !request.noReboot { rebootGuest(of: instance.id) }
        let id = makeID(Image.self)
        var mappings: [Image.Mapping] = []
        for (device, volume) in members {
            let snapshot = take(
                volumes[volume.id] ?? volume,
                description: "Created by CreateImage(\(instance.id)) for \(id)",
                tags: request.snapshotTags)
            mappings.append(mapping(device, volume, snapshot))
        }
        var image = Image(
            id: id, name: request.name, description: request.description, owner: settings.account,
            created: now,
            rootDevice: instance.rootDevice, mappings: mappings, architecture: instance.architecture,
            sourceInstance: instance.id, software: instance.software, roles: instance.roles)
        image.isWithoutReboot = request.noReboot
        images[id] = image
        setTags(request.imageTags, of: id.rawValue)
        return image
    }

    /// An image copies the flags of the instance.
    ///
    /// Rule: AWS-108.
    private func mapping(_ device: String, _ volume: Volume, _ snapshot: EBSSnapshot) -> Image.Mapping {
        Image.Mapping(
            device: device, snapshot: snapshot.id, size: snapshot.volumeSize, type: volume.shape.type,
            iops: volume.shape.type.takesIOPS ? volume.shape.iops : nil,
            deleteOnTermination: volume.attachment?.deleteOnTermination ?? true)
    }

    /// Looks at the pending images that a snapshot belongs to, now that its copy is done.
    ///
    /// Rule: AWS-122.
    mutating func checkImages(using id: EBSSnapshot.ID) {
        for image in images.found(.using(id)) where image.state == .pending {
            let states = image.mappings.compactMap { $0.snapshot.flatMap { snapshots[$0]?.state } }
            if states.contains(.error) {
                guard images[image.id]?.state.gaveUp() == true else { continue }
                note(image.id.rawValue, "pending -> failed")
            } else if states.allSatisfy({ $0 == .completed }) {
                enter(.imageChecked(image.id), in: settings.timings.image)
            }
        }
    }

    /// A pending image becomes available; the record of a deregistered one is forgotten.
    ///
    /// Rule: AWS-130.
    mutating func check(_ id: Image.ID) {
        guard var image = images[id] else { return }
        if image.state.completed() {
            images[id] = image
            note(id.rawValue, "pending -> available")
        } else if image.state == .deregistered {
            images[id] = nil
        }
    }
}

import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// The parameters of RegisterImage.
package struct RegisterImage: Hashable, Sendable {
    package var name: String
    package var rootDevice: String
    package var mappings: [Image.Mapping]
    /// Callers must name another: the service takes it for an image of the 32-bit age.
    package var architecture = "i386"
    /// Callers must name another, as above.
    package var virtualization = "paravirtual"
    package var tags: [ResourceTag] = []

    package init(name: String, rootDevice: String, mappings: [Image.Mapping]) {
        self.name = name
        self.rootDevice = rootDevice
        self.mappings = mappings
    }
}

extension EC2 {
    /// Makes an image of complete snapshots, available at once.
    ///
    /// Rule: AWS-126.
    package mutating func registerImage(_ request: RegisterImage) throws(EC2Fault) -> Image {
        try call("RegisterImage", on: request.name, answer: { $0.id.rawValue }) {
            ec2 throws(EC2Fault) in
            try ec2.checkImageName(request.name)
            try ec2.checkTags(request.tags)
            var mappings: [Image.Mapping] = []
            for mapping in request.mappings { mappings.append(try ec2.settled(mapping)) }
            guard let root = mappings.first(where: { $0.device == request.rootDevice }),
                let software = root.snapshot.flatMap({ ec2.snapshots[$0]?.software })
            else {
                throw EC2Fault(
                    .invalidParameterCombination, "The root device '\(request.rootDevice)' has no snapshot.",
                    rule: "AWS-126")
            }
            return ec2.register(request, mappings, software)
        }
    }

    private func settled(_ mapping: Image.Mapping) throws(EC2Fault) -> Image.Mapping {
        guard let id = mapping.snapshot else {
            guard mapping.size > 0 else {
                throw .badMapping("The device '\(mapping.device)' needs a size or a snapshot.")
            }
            return mapping
        }
        let source = try usableSnapshot(id)
        // Rule: AWS-059
        guard source.owner == settings.account else {
            throw EC2Fault(
                .invalidParameterValue,
                "Invalid value '\(id)' for snapshotId. Snapshot does not belong to \(settings.account)",
                rule: "AWS-059")
        }
        guard mapping.size == 0 || mapping.size >= source.volumeSize else {
            throw EC2Fault(
                "InvalidBlockDeviceMapping",
                "Volume of size \(mapping.size)GB is smaller than snapshot '\(id)', expect size >= \(source.volumeSize)GB",
                rule: "AWS-053")
        }
        var settled = mapping
        settled.size = max(mapping.size, source.volumeSize)
        return settled
    }

    private mutating func register(
        _ request: RegisterImage, _ mappings: [Image.Mapping], _ software: Software
    ) -> Image {
        let roles = mappings.compactMap { mapping in
            mapping.snapshot.flatMap { snapshots[$0]?.software?.role }.map { (mapping.device, $0) }
        }
        var image = Image(
            id: makeID(Image.self), name: request.name, state: .available, owner: settings.account,
            created: now,
            rootDevice: request.rootDevice, mappings: mappings, architecture: request.architecture,
            virtualization: request.virtualization, software: software, roles: Dictionary(roles) { $1 })
        image.roles[request.rootDevice] = .root
        images[image.id] = image
        setTags(request.tags, of: image.id.rawValue)
        return image
    }
}

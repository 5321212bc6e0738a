import Hypervisor
import SimulatedMachine
import LabCore
import HashTreeCollections

/// The parameters of CopyVolumes.
package struct CopyVolumes: Hashable, Sendable {
    package var source: Volume.ID
    package var size: Int?
    package var type: String?
    package var clientToken: String?

    package init(source: Volume.ID, size: Int? = nil, type: String? = nil) {
        self.source = source
        self.size = size
        self.type = type
    }
}

extension EC2 {
    /// Copies a volume within its zone, as it is at this instant and without a snapshot.
    package mutating func copyVolumes(_ request: CopyVolumes) throws(EC2Fault) -> Volume {
        try call("CopyVolumes", on: request.source.rawValue, answer: { $0.id.rawValue }) { ec2 throws(EC2Fault) in
            if let token = request.clientToken, let earlier = ec2.replays[token] {
                guard case .volumeCopy(let asked, let id) = earlier, asked == request, let made = ec2.volumes[id] else {
                    throw .inconsistentReplay
                }
                return made
            }
            let source = try ec2.volume(request.source)
            guard source.state == .available || source.state == .inUse else { throw .notAvailable(source.id) }
            let size = request.size ?? source.shape.size
            guard size >= source.shape.size else {
                throw EC2Fault(.invalidParameterValue, "The size of a copy cannot be smaller than its source.")
            }
            let shape = try Volume.Shape(size: size, type: try ec2.volumeType(request.type)).settled()
            try ec2.checkVolumeQuotas(adding: shape)
            var copy = ec2.emptyVolume(shape, in: source.zone, key: source.key)
            copy.contents = ec2.contents(of: source)
            copy.contents.grow(to: .gibibytes(size))
            copy.sourceVolume = source.id
            copy.software = source.software
            ec2.put(copy, tags: [])
            ec2.enter(.volumeCreated(copy.id), in: ec2.settings.timings.volumeCreation)
            if let token = request.clientToken { ec2.replays[token] = .volumeCopy(request, copy.id) }
            return copy
        }
    }
}

import HashTreeCollections
import LabCore
import SimulatedMachine

extension EC2 {
    /// Makes an id for a new resource.
    ///
    /// Rule: AWS-161.
    mutating func makeID<Resource>(_: Resource.Type) -> ResourceID<Resource> {
        ResourceID(rawValue: Resource.prefix + world.names.hexadecimal(digits: 17))
    }

    /// Whether calls that name a resource made at `created` find it already.
    ///
    /// Rule: AWS-155.
    func isKnown(since created: Instant) -> Bool { created + settings.visibilityDelay <= now }

    /// Finds an instance by its id.
    ///
    /// Rule: AWS-161.
    func instance(_ id: Instance.ID) throws(EC2Fault) -> Instance {
        guard id.isWellFormed else { throw .malformed(id) }
        guard let instance = instances[id], isKnown(since: instance.created) else {
            throw .unknown([id])
        }
        return instance
    }

    /// Finds several instances; one that is unknown makes all of them fail.
    ///
    /// Rule: AWS-111.
    func allInstances(_ ids: [Instance.ID]) throws(EC2Fault) -> [Instance] {
        if let malformed = ids.first(where: { !$0.isWellFormed }) { throw .malformed(malformed) }
        let found = ids.compactMap { instances[$0] }.filter { isKnown(since: $0.created) }
        guard found.count == ids.count else {
            throw .unknown(ids.filter { id in !found.contains { $0.id == id } })
        }
        return found
    }

    /// Finds a volume by its id.
    ///
    /// Rule: AWS-161.
    func volume(_ id: Volume.ID) throws(EC2Fault) -> Volume {
        guard id.isWellFormed else { throw .malformed(id) }
        guard let volume = volumes[id], isKnown(since: volume.created) else { throw .unknown(id) }
        return volume
    }

    /// Finds a snapshot of this region or another by its id; what lies in the Recycle Bin is not found.
    ///
    /// Rule: AWS-043.
    func snapshot(_ id: EBSSnapshot.ID, in region: String? = nil) throws(EC2Fault) -> EBSSnapshot {
        guard id.isWellFormed else { throw .malformed(id) }
        guard let snapshot = snapshots[id], snapshot.state.isVisible, isKnown(since: snapshot.start)
        else {
            throw .unknown(id)
        }
        guard snapshot.region == region ?? settings.region else { throw .inAnotherRegion(id) }
        return snapshot
    }

    /// Finds an image by its id, deregistered ones included while their record lasts.
    func image(_ id: Image.ID) throws(EC2Fault) -> Image {
        guard id.isWellFormed else { throw .malformed(id) }
        guard let image = images[id], image.state != .recoverable, isKnown(since: image.created) else {
            throw .unknown(id)
        }
        return image
    }
}

extension EC2Fault {
    static func malformed(_ id: Instance.ID) -> EC2Fault {
        EC2Fault("InvalidInstanceID.Malformed", "Invalid id: \"\(id)\"", rule: "AWS-161")
    }
    static func malformed(_ id: Volume.ID) -> EC2Fault {
        EC2Fault(
            .invalidParameterValue,
            "Value (\(id)) for parameter volumeId is invalid. Expected: 'vol-...'.",
            rule: "AWS-161")
    }
    static func malformed(_ id: EBSSnapshot.ID) -> EC2Fault {
        EC2Fault(
            "InvalidSnapshotID.Malformed", "Invalid id: \"\(id)\" (expecting \"snap-...\")",
            rule: "AWS-062")
    }
    static func malformed(_ id: Image.ID) -> EC2Fault {
        EC2Fault(
            "InvalidAMIID.Malformed", "Invalid id: \"\(id)\" (expecting \"ami-...\")", rule: "AWS-161")
    }

    static func unknown(_ ids: [Instance.ID]) -> EC2Fault {
        let list = ids.map(\.rawValue).joined(separator: ", ")
        let message =
            ids.count == 1
            ? "The instance ID '\(list)' does not exist" : "The instance IDs '\(list)' do not exist"
        return EC2Fault("InvalidInstanceID.NotFound", message, rule: "AWS-111")
    }
    static func unknown(_ id: Volume.ID) -> EC2Fault {
        EC2Fault("InvalidVolume.NotFound", "The volume '\(id)' does not exist.", rule: "AWS-086")
    }
    static func unknown(_ id: EBSSnapshot.ID) -> EC2Fault {
        EC2Fault("InvalidSnapshot.NotFound", "The snapshot '\(id)' does not exist.", rule: "AWS-039")
    }
    static func inAnotherRegion(_ id: EBSSnapshot.ID) -> EC2Fault {
        EC2Fault("InvalidSnapshot.NotFound", "The snapshot '\(id)' does not exist.", rule: "AWS-050")
    }
    static func unknown(_ id: Image.ID) -> EC2Fault {
        EC2Fault("InvalidAMIID.NotFound", "The image id '[\(id)]' does not exist", rule: "AWS-130")
    }
}

import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension EC2 {
    /// How long an image would be kept after it is deregistered.
    func retention(of image: Image) -> Duration? { retention(of: .image, image.id.rawValue) }

    /// Keeps a deregistered image for a while.
    mutating func putIntoBin(_ image: Image, for period: Duration) {
        var image = image
        image.binExit = now + period
        images[image.id] = image
        enter(.imageExpired(image.id), in: period)
        note(image.id.rawValue, "available -> recoverable")
    }

    /// ListImagesInRecycleBin, by id.
    package func listImagesInRecycleBin() -> [Image] {
        images.values.filter { $0.state == .recoverable }.sorted { $0.id < $1.id }
    }

    /// RestoreImageFromRecycleBin, once all of its snapshots are back; without them it is lost.
    ///
    /// Rule: AWS-148.
    package mutating func restoreImageFromRecycleBin(_ id: Image.ID) throws(EC2Fault) {
        try call("RestoreImageFromRecycleBin", on: id.rawValue) { ec2 throws(EC2Fault) in
            guard var image = ec2.images[id] else { throw .unknown(id) }
            do throws(NotInState<ImageState>) { try image.state.restore() } catch { throw .unknown(id) }
            for source in image.mappings.compactMap(\.snapshot) where ec2.snapshots[source]?.state != .completed {
                throw EC2Fault(
                    ec2.settings.inferred.imageWithoutSnapshots,
                    "The image '\(id)' cannot be restored before its snapshot '\(source)'.", rule: "AWS-148")
            }
            image.binExit = nil
            image.deregistered = nil
            ec2.images[id] = image
        }
    }

    /// The time of an image in the bin is over, unless it was taken out and put in again.
    mutating func expire(_ id: Image.ID) {
        guard var image = images[id], let exit = image.binExit, exit <= now, image.state.expired() else { return }
        images[id] = nil
        tagSets[id.rawValue] = nil
        note(id.rawValue, "expired")
    }
}

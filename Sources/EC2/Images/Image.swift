import Hypervisor
package import LabCore
import SimulatedMachine

/// An Amazon Machine Image: snapshots, and what instances are made of them.
package struct Image: Hashable, Sendable, Identified {
    package static let prefix = "ami-"
    package typealias ID = ResourceID<Image>

    package var id: ID
    package var name: String
    package var description = ""
    package var state = ImageState.pending
    package var owner: String
    package var created: Instant
    package var rootDevice: String
    package var mappings: [Mapping]
    package var architecture: String
    package var virtualization = "hvm"
    package var productCodes: [String] = []
    package var sourceInstance: Instance.ID?
    package var isDeregistrationProtected = false
    /// Whether switching the protection off takes a day to act.
    ///
    /// Rule: AWS-131.
    package var hasProtectionCoolDown = false
    /// Until when the protection still holds after it was switched off.
    var protectedUntil: Instant?
    /// When it leaves the Recycle Bin; nothing when it is not there.
    ///
    /// Rule: AWS-148.
    package internal(set) var binExit: Instant?
    /// When it was deregistered.
    var deregistered: Instant?
    /// Whether it was made without a reboot, which only so many can be at a time.
    ///
    /// Rule: AWS-125.
    var isWithoutReboot = false
    /// Whether it is the vendor's, from which the lab's machines are launched.
    var isVendors = false
    /// The root disk of an image whose instances have it on their host, in no volume; nothing for one backed by EBS.
    ///
    /// Rule: AWS-096.
    var instanceStoreRoot: Disk?
    var software: Software
    var roles: [String: DiskRole]

    /// One device of an image.
    package struct Mapping: Hashable, Sendable {
        package var device: String
        /// The snapshot; not shown while the image is pending.
        ///
        /// Rule: AWS-122.
        package var snapshot: EBSSnapshot.ID?
        /// The size in GiB; not shown while the image is pending.
        package var size: Int
        package var type: VolumeType
        package var iops: Int?
        package var deleteOnTermination: Bool

        package init(
            device: String, snapshot: EBSSnapshot.ID?, size: Int = 0, type: VolumeType = .gp2,
            iops: Int? = nil,
            deleteOnTermination: Bool = true
        ) {
            self.device = device
            self.snapshot = snapshot
            self.size = size
            self.type = type
            self.iops = iops
            self.deleteOnTermination = deleteOnTermination
        }
    }

    /// The bucket-like place that answers give.
    ///
    /// Rule: AWS-126.
    package var location: String { "\(owner)/\(name)" }

    /// What answers show of it.
    var shown: Image {
        guard state == .pending else { return self }
        var shown = self
        for index in shown.mappings.indices {
            shown.mappings[index].snapshot = nil
            shown.mappings[index].size = 0
        }
        return shown
    }
}

extension Image: Booked {
    /// What can be asked of all images.
    package enum Query: Hashable, Sendable {
        /// Which of them have a device on a snapshot?
        case using(EBSSnapshot.ID)
    }

    package var questions: [Query] { mappings.compactMap { $0.snapshot.map { .using($0) } } }
}

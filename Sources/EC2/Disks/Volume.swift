package import Hypervisor
package import LabCore
import SimulatedMachine

/// An EBS volume: its shape, its state, and its contents while no machine has them.
package struct Volume: Hashable, Sendable, Identified {
    package static let prefix = "vol-"
    package typealias ID = ResourceID<Volume>

    package var id: ID
    package var shape: Shape
    package var state: VolumeState
    package var zone: String
    /// The snapshot it was made from; nothing shows as an empty text.
    ///
    /// Rule: AWS-068.
    package var snapshot: EBSSnapshot.ID?
    /// The volume it was copied from.
    package var sourceVolume: ID?
    package var created: Instant
    /// The key that encrypts it; nothing when it is not encrypted.
    package var key: String?
    package var attachment: Attachment?
    /// Whether other instances may have it too.
    ///
    /// Rule: AWS-093.
    package var isMultiAttach = false
    /// The attachments to instances besides the first, whose guests see the bare device.
    ///
    /// Rule: AWS-093.
    package internal(set) var furtherAttachments: [Attachment] = []
    /// Why it is in error.
    package var statusMessage: String?
    package var isFastRestored = false
    /// The loading of its blocks from the snapshot; nothing when all are there.
    package var loading: Loading?
    package var productCodes: [String] = []
    package var modifications: [VolumeModification] = []

    /// What has reached the volume; while a guest uses it, the contents live in the machine.
    var contents: Disk
    /// The newest snapshot from which the next one can be incremental.
    ///
    /// Rule: AWS-031.
    var lineage: EBSSnapshot.ID?
    /// When its last snapshot was asked for.
    ///
    /// Rule: AWS-007.
    var lastSnapshot: Instant?
    /// The snapshots whose copies are not done, deleted ones included.
    ///
    /// Rule: AWS-008.
    var slots: [Slot] = []
    /// What is installed on it.
    var software: Software?

    /// What can be modified of a volume.
    package struct Shape: Hashable, Sendable {
        /// The size in GiB.
        package var size: Int
        package var type: VolumeType
        package var iops: Int?
        package var throughput: Int?

        package init(size: Int, type: VolumeType, iops: Int? = nil, throughput: Int? = nil) {
            self.size = size
            self.type = type
            self.iops = iops
            self.throughput = throughput
        }
    }

    /// The tie between a volume and an instance.
    package struct Attachment: Hashable, Sendable {
        package var instance: Instance.ID
        package var device: String
        package var state: AttachmentState
        package var since: Instant
        package var deleteOnTermination: Bool
        /// Tells one attachment of a volume from the next.
        var number: Int
        /// Whether the contents live in the machine.
        var isInMachine = false
    }

    /// The loading of a restored volume's blocks in the background.
    ///
    /// Rule: AWS-047.
    package struct Loading: Hashable, Sendable {
        /// When it began.
        package var start: Instant
        /// How much there is to load.
        package var amount: ByteCount
        /// How much is loaded in a second.
        package var rate: ByteCount

        /// When every block is there.
        package var end: Instant { amount == .zero ? start : start + amount.time(at: rate) }

        /// How much is loaded, in percent.
        package func progress(at now: Instant) -> Int {
            let whole = (end - start).nanoseconds
            guard now < end, whole > 0 else { return 100 }
            return Int(max(0, (now - start).nanoseconds) / max(1, whole / 100))
        }
    }

    /// A snapshot whose copy is not done with.
    struct Slot: Hashable, Sendable {
        var snapshot: EBSSnapshot.ID
        var due: Instant
    }
}

/// What is installed on a disk: the machine it belongs to, in whose eyes it has a role.
package struct Software: Hashable, Sendable {
    package var spec: MachineSpec
    package var role: DiskRole
    /// What machines share that take each other's place, and with it the services outside.
    package var family: String
}

extension Volume: Booked {
    /// What can be asked of all volumes.
    package enum Query: Hashable, Sendable {
        /// Which of them count against the quota of volumes?
        case counted
        /// Which of them count against the quota of storage of a type?
        case storage(VolumeType)
        /// Which of them wait for the copy of a snapshot?
        case copying(EBSSnapshot.ID)
    }

    package var questions: [Query] {
        let isCounted = state != .deleted && state != .deleting
        return (isCounted ? [.counted, .storage(shape.type)] : []) + slots.map { .copying($0.snapshot) }
    }
    /// The gibibytes.
    package var weight: Int { shape.size }
}

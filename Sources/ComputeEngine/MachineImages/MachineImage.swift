import Hypervisor
package import LabCore
package import SimulatedMachine

/// The configuration of an instance and the contents of all its disks at one point in time; it never changes.
///
/// Rules: GCE-088 and GCE-091.
package struct MachineImage: Hashable, Sendable, Identified {
    package typealias ID = ResourceID<MachineImage>
    package static let collection = Collection.machineImages

    package let id: ID
    package let path: ResourcePath
    package let created: Instant
    /// How far it has come, as a snapshot does; ``status`` is the vendor's word.
    package internal(set) var state = SnapshotState.creating
    package let sourceInstance: Instance.ID
    package internal(set) var labels: Labels
    package let storageLocation: String
    /// The configuration at the point in time.
    package internal(set) var properties: InstanceProperties
    /// The disks, boot disk first; their contents are there from the point in time on.
    package internal(set) var disks: [SavedDisk]
    let guestFlush: Bool
    /// The point in time of all disks; nothing before it is fixed.
    ///
    /// Rule: GCE-088.
    package internal(set) var cut: Instant?
    /// What it stores, once it is ready.
    package internal(set) var storageBytes: ByteCount?
    /// The creation of instances from it.
    ///
    /// Rule: GCE-092.
    var launches = RateWindow()
    /// The operation that ends when it is ready or has failed.
    var creation: Operation.Name?
    /// Whether it is to end in error.
    var isToFail = false

    /// The state as machineImages.get names it, where what came to nothing is invalid and not failed.
    ///
    /// Rule: https://compute.googleapis.com/$discovery/rest?version=v1 (MachineImage.status)
    package var status: String { state == .failed ? "INVALID" : state.rawValue }

    /// One disk in a machine image.
    package struct SavedDisk: Hashable, Sendable {
        package let deviceName: String
        package let isBoot: Bool
        package let autoDelete: Bool
        package let type: String
        package internal(set) var sizeGB: Int
        package internal(set) var contents: Disk?
        package internal(set) var guest: Guest?
        let disk: PersistentDisk.ID
    }
}

package import Hypervisor
package import LabCore

/// The arguments of `ReconfigVM_Task`: what is to change; the rest stays.
package struct ConfigSpec: Hashable, Sendable {
    /// The version that the writer read; a newer one is a conflict.
    package var changeVersion: String?
    package var numCPUs: Int?
    package var memory: ByteCount?
    package var annotation: String?
    package var guestID: String?
    /// Settings to merge in; an empty value takes one out.
    package var extraConfig: [String: String] = [:]
    package var snapshotLocked: Bool?
    package var snapshotDisabled: Bool?
    package var powerOffBehavior: Configuration.PowerOffBehavior?
    package var tracksChanges: Bool?
    /// The directory for the files of snapshots.
    package var snapshotDirectory: String?
    package var encryption: EncryptionChange?
    package var vAppProperties: [String: String]?
    package var persistentMemorySnapshotMode: String?
    /// What to do with devices, in this order.
    package var devices: [DeviceChange] = []

    /// Makes arguments that change nothing.
    package init() {}

    /// Makes arguments that change devices.
    package init(devices: [DeviceChange]) { self.devices = devices }
}

/// A change of one device.
package enum DeviceChange: Hashable, Sendable {
    /// Adds a new disk.
    case addDisk(size: ByteCount, role: DiskRole? = nil, mode: DiskMode = .persistent, thin: Bool = true)
    /// Adds a disk whose file exists.
    case attachDisk(FilePath, role: DiskRole? = nil, mode: DiskMode = .persistent)
    /// Maps a device of the storage.
    case mapDevice(size: ByteCount, physical: Bool, mode: DiskMode = .persistent)
    /// Takes a disk out, and destroys its file where that is asked for.
    case removeDisk(key: Int, destroyFile: Bool)
    /// Extends a disk.
    case resizeDisk(key: Int, to: ByteCount)
    /// Changes how a disk takes part in snapshots.
    case setDiskMode(key: Int, DiskMode)
    /// Lets other machines write to a disk, or not.
    case setMultiWriter(key: Int, Bool)
    /// Adds a controller.
    case addController(VirtualController.Sharing)
    /// Takes a controller out.
    case removeController(key: Int)
    /// Gives the machine a device of the host.
    case addPassthrough(String)
    /// Adds a network interface with an address that the server makes, or with this one.
    case addNIC(network: String, hardwareAddress: String? = nil)
    /// Takes a network interface out.
    case removeNIC(key: Int)
}

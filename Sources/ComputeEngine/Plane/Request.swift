/// A call that changes something, with all that it says: what tells a repeat from another call.
///
/// Rule: GCE-026.
enum Request: Hashable, Sendable {
    case insertDisk(InsertDisk, zone: String)
    case deleteDisk(String, zone: String)
    case resizeDisk(String, zone: String, sizeGB: Int)
    case moveDisk(String, zone: String, to: String)
    case startReplication(String, zone: String, secondary: String)
    case stopReplication(String, zone: String)
    case setDiskLabels(String, zone: String, [String: String], fingerprint: String)
    case addResourcePolicies([String], disk: String, zone: String)
    case removeResourcePolicies([String], disk: String, zone: String)

    case createSnapshot(InsertSnapshot, disk: String, zone: String)
    case insertSnapshot(InsertSnapshot)
    case deleteSnapshot(String)
    case setSnapshotLabels(String, [String: String], fingerprint: String)
    case insertInstantSnapshot(name: String, sourceDisk: String, zone: String, labels: [String: String])
    case deleteInstantSnapshot(String, zone: String)
    case insertInstantSnapshotGroup(name: String, group: String, zone: String)
    case deleteInstantSnapshotGroup(String, zone: String)

    case insertImage(InsertImage)
    case deleteImage(String)
    case insertMachineImage(InsertMachineImage)
    case deleteMachineImage(String)
    case insertPolicy(name: String, ResourcePolicy.Kind)
    case deletePolicy(String)
    case insertAddress(name: String)
    case deleteAddress(String)

    case insertInstance(InsertInstance, zone: String)
    case bulkInsert(BulkInsert, zone: String)
    case deleteInstance(String, zone: String)
    case start(String, zone: String, keys: [EncryptionKey])
    case stop(String, zone: String, discardLocalSSD: Bool?, noGracefulShutdown: Bool)
    case reset(String, zone: String)
    case suspend(String, zone: String, discardLocalSSD: Bool?)
    case resume(String, zone: String)
    case attachDisk(AttachDisk, instance: String, zone: String)
    case detachDisk(deviceName: String, instance: String, zone: String)
    case setDiskAutoDelete(Bool, deviceName: String, instance: String, zone: String)
    case setMachineType(String, instance: String, zone: String)
    case setMetadata([String: String], fingerprint: String, instance: String, zone: String)
    case setLabels([String: String], fingerprint: String, instance: String, zone: String)
    case setDeletionProtection(Bool, instance: String, zone: String)
    case addAccessConfig(AccessConfig, instance: String, zone: String)
    case deleteAccessConfig(instance: String, zone: String)

    /// The native verb.
    var verb: String {
        switch self {
        case .insertDisk: "disks.insert"
        case .deleteDisk: "disks.delete"
        case .resizeDisk: "disks.resize"
        case .moveDisk: "projects.moveDisk"
        case .startReplication: "disks.startAsyncReplication"
        case .stopReplication: "disks.stopAsyncReplication"
        case .setDiskLabels: "disks.setLabels"
        case .addResourcePolicies: "disks.addResourcePolicies"
        case .removeResourcePolicies: "disks.removeResourcePolicies"
        case .createSnapshot: "disks.createSnapshot"
        case .insertSnapshot: "snapshots.insert"
        case .deleteSnapshot: "snapshots.delete"
        case .setSnapshotLabels: "snapshots.setLabels"
        case .insertInstantSnapshot: "instantSnapshots.insert"
        case .deleteInstantSnapshot: "instantSnapshots.delete"
        case .insertInstantSnapshotGroup: "instantSnapshotGroups.insert"
        case .deleteInstantSnapshotGroup: "instantSnapshotGroups.delete"
        case .insertImage: "images.insert"
        case .deleteImage: "images.delete"
        case .insertMachineImage: "machineImages.insert"
        case .deleteMachineImage: "machineImages.delete"
        case .insertPolicy: "resourcePolicies.insert"
        case .deletePolicy: "resourcePolicies.delete"
        case .insertAddress: "addresses.insert"
        case .deleteAddress: "addresses.delete"
        case .insertInstance: "instances.insert"
        case .bulkInsert: "instances.bulkInsert"
        case .deleteInstance: "instances.delete"
        case .start(_, _, let keys): keys.isEmpty ? "instances.start" : "instances.startWithEncryptionKey"
        case .stop: "instances.stop"
        case .reset: "instances.reset"
        case .suspend: "instances.suspend"
        case .resume: "instances.resume"
        case .attachDisk: "instances.attachDisk"
        case .detachDisk: "instances.detachDisk"
        case .setDiskAutoDelete: "instances.setDiskAutoDelete"
        case .setMachineType: "instances.setMachineType"
        case .setMetadata: "instances.setMetadata"
        case .setLabels: "instances.setLabels"
        case .setDeletionProtection: "instances.setDeletionProtection"
        case .addAccessConfig: "instances.addAccessConfig"
        case .deleteAccessConfig: "instances.deleteAccessConfig"
        }
    }
}

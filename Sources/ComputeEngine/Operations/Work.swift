import Hypervisor

/// What an operation does when its turn comes, and when its time is over.
enum Work: Hashable, Sendable {
    /// Nothing is left to do when the operation is over; something else ends it, or its time.
    case nothing
    /// It failed already, which is told a little later.
    case fails(OperationError)

    case insertInstance(Instance.ID)
    case start(Instance.ID)
    case stop(Instance.ID)
    case reset(Instance.ID)
    case suspend(Instance.ID)
    case resume(Instance.ID)
    case deleteInstance(Instance.ID)
    case attachDisk(Instance.ID, AttachDisk)
    case detachDisk(Instance.ID, deviceName: String)
    case change(Instance.ID, InstanceChange)

    case insertDisk(PersistentDisk.ID)
    case deleteDisk(PersistentDisk.ID)
    case resizeDisk(PersistentDisk.ID, sizeGB: Int)
    case moveDisk(PersistentDisk.ID, ResourcePath)
    case deleteSnapshot(DiskSnapshot.ID)
    case insertImage(Image.ID)
    case deleteImage(Image.ID)
    case deleteMachineImage(MachineImage.ID)
    case deleteInstantSnapshot(InstantSnapshot.ID)
    case deleteInstantSnapshotGroup(InstantSnapshotGroup.ID)
    case insertPolicy(ResourcePolicy.ID)
    case deletePolicy(ResourcePolicy.ID)

    /// The instance that is changed, whose changes come one after the other.
    ///
    /// Rule: GCE-124.
    var instance: Instance.ID? {
        switch self {
        case .insertInstance(let id), .start(let id), .stop(let id), .reset(let id), .suspend(let id), .resume(let id),
            .deleteInstance(let id), .attachDisk(let id, _), .detachDisk(let id, _), .change(let id, _):
            id
        default: nil
        }
    }
}

/// A change in the books of an instance.
package enum InstanceChange: Hashable, Sendable {
    case machineType(String)
    case metadata([String: String], fingerprint: String)
    case labels([String: String], fingerprint: String)
    case autoDelete(Bool, deviceName: String)
    case deletionProtection(Bool)
    case accessConfig(AccessConfig?)
}

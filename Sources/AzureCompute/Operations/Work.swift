/// What is to be done when an operation's time is over.
enum Work: Hashable, Sendable {
    /// Nothing is left to do.
    case nothing
    case createMachine(ResourceID)
    case updateMachine(ResourceID, MachineChange)
    case start(ResourceID)
    case restart(ResourceID)
    case powerOff(ResourceID)
    case deallocate(ResourceID)
    case reapply(ResourceID)
    case deleteMachine(ResourceID)
    case createExtension(ResourceID, name: String)
    case createDisk(ResourceID)
    case updateDisk(ResourceID, DiskChange)
    case deleteDisk(ResourceID)
    case createSnapshot(ResourceID)
    case updateSnapshot(ResourceID)
    case deleteSnapshot(ResourceID)
    case grant(ResourceID, AccessGrant)
    case revoke(ResourceID)
    case createRestorePoint(ResourceID)
    case deleteRestorePoint(ResourceID)
    case deleteCollection(ResourceID)
    case settleNetwork(ResourceID)
    case deleteNetwork(ResourceID)
    case deleteGroup(String)

    /// The machine that is changed, which takes one change at a time.
    ///
    /// Rule: AZ-088.
    var machine: ResourceID? {
        switch self {
        case .createMachine(let id), .updateMachine(let id, _), .start(let id), .restart(let id), .powerOff(let id),
            .deallocate(let id), .reapply(let id), .deleteMachine(let id), .createExtension(let id, _):
            id
        default: nil
        }
    }
}

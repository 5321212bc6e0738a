import LabCore

extension AzureFault {
    static func attached(_ disk: ResourceID, to machine: ResourceID) -> AzureFault {
        .notAllowed("Disk \(disk.name) is attached to VM \(machine).", rule: "AZ-046")
    }
    static func sharedAccess(_ disk: ResourceID) -> AzureFault {
        .notAllowed(
            "There is an active shared access signature outstanding for disk \(disk.name). Call EndGetAccess before "
                + "attaching or deleting the disk. Learn more here: aka.ms/revokeaccessapi.", rule: "AZ-047")
    }
    static func shrinks(_ name: String, rule: RuleID) -> AzureFault {
        AzureFault(
            .badRequest,
            "The disk \(name) cannot be resized down. Reducing disk/snapshot size is not supported in Azure to prevent "
                + "data loss.", rule: rule)
    }
    static func owned(_ disk: ResourceID, by owner: ResourceID, _ machine: ResourceID) -> AzureFault {
        AzureFault(
            "ConflictingUserInput",
            "Cannot attach the disk \(disk.name) to VM \(machine.name) because it is already attached to VM "
                + "\(owner.name). A disk can be attached to only one VM at a time.", status: 409, rule: "AZ-061")
    }
    static func beingDetached(_ disk: ResourceID, _ machine: ResourceID) -> AzureFault {
        AzureFault(
            "AttachDiskWhileBeingDetached",
            "Cannot attach data disk '\(disk.name)' to VM '\(machine.name)' because the disk is currently being "
                + "detached or the last detach operation failed. Please wait until the disk is completely detached and "
                + "then try again or delete/detach the disk explicitly again.", status: 409, rule: "AZ-065")
    }
    /// The name belongs to something that is on its way out.
    static func beingDeleted(_ id: ResourceID, code: Code) -> AzureFault {
        AzureFault(code, "The resource '\(id.name)' is being deleted.", status: 409, rule: "AZ-044")
    }
}

import LabCore

extension AzureFault {
    static func point(_ message: String, rule: RuleID) -> AzureFault {
        AzureFault(.restorePointClientError, message, status: 409, rule: rule)
    }
    static func marked(_ collection: ResourceID, _ verb: Verb) -> AzureFault {
        .notAllowed(
            "Operation '\(verb.word)' is not allowed as Restore point collection '\(collection.name)' is marked for "
                + "deletion.", rule: "AZ-111")
    }
    static func pointExported(_ id: ResourceID) -> AzureFault {
        AzureFault(
            "DiskRestorePointUsedByCustomer",
            "There is an active shared access signature outstanding for disk restore point. Call EndGetAccess before "
                + "deleting the restore point.", status: 409, target: id.name, rule: "AZ-110")
    }
    static func pointPace(wait: Duration) -> AzureFault {
        var fault = AzureFault(
            .operationNotAllowed, "The rate of restore points of one virtual machine was exceeded.", status: 429,
            rule: "AZ-099")
        fault.detail = "TooManyRequests"
        fault.retryAfter = wait
        return fault
    }
}

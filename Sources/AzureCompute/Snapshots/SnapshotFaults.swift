import LabCore

extension AzureFault {
    /// Rule: AZ-024.
    static let tooManySnapshots = AzureFault(
        "SnapshotsLimitReached",
        "The snapshot count was exceeded for a disk. Please retry the request after sometime", status: 409,
        rule: "AZ-024")
    static func tooFast(wait: Duration) -> AzureFault {
        var fault = AzureFault(
            .operationNotAllowed, "The rate of incremental snapshots of one disk was exceeded.", status: 429,
            rule: "AZ-025")
        fault.detail = "TooManyRequests"
        fault.retryAfter = wait
        return fault
    }
    static func snapshotExported(_ id: ResourceID) -> AzureFault {
        .notAllowed(
            "There is an active shared access signature outstanding for snapshot \(id.name). Call EndGetAccess before "
                + "deleting the snapshot.", rule: "AZ-040")
    }
    static let notIncremental = AzureFault(
        .invalidParameter, "Entity not of expected type", target: "creationData.sourceResourceId", rule: "AZ-032")
}

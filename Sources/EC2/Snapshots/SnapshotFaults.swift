import LabCore

extension EC2Fault {
    static func volumeNotReady(_ id: Volume.ID) -> EC2Fault {
        EC2Fault(.incorrectState, "Volume '\(id)' is not in the 'available' or 'in-use' state.", rule: "AWS-005")
    }
    static let tooManyPendingOfVolume = EC2Fault(
        "ConcurrentSnapshotLimitExceeded", "Maximum allowed in-progress snapshots for a single volume exceeded.",
        rule: "AWS-006")
    static let tooSoonForVolume = EC2Fault(
        "SnapshotCreationPerVolumeRateExceeded",
        "The maximum per volume CreateSnapshot request rate has been exceeded. "
            + "Use an increasing or variable sleep interval between requests.", rule: "AWS-007")
    static let tooManyPending = EC2Fault(
        "PendingSnapshotLimitExceeded", "You have exceeded the maximum number of pending snapshots.", rule: "AWS-010")
    static let tooManySnapshots = EC2Fault(
        "SnapshotLimitExceeded", "You have exceeded the maximum number of snapshots.", rule: "AWS-011")
    static func notCompleted(_ id: EBSSnapshot.ID) -> EC2Fault {
        EC2Fault(.incorrectState, "Snapshot '\(id)' is not 'completed'.", rule: "AWS-046")
    }
    static func usedBy(_ id: EBSSnapshot.ID, _ image: Image.ID) -> EC2Fault {
        EC2Fault("InvalidSnapshot.InUse", "The snapshot \(id) is currently in use by \(image)", rule: "AWS-036")
    }
    static func fastRestored(_ id: EBSSnapshot.ID, in zone: String) -> EC2Fault {
        EC2Fault(
            "InvalidSnapshot.InUse",
            "The snapshot \(id) is currently enabled for fast restores in \(zone). Fast snapshot restores must be "
                + "disabled within all Availability Zones before the snapshot may be deleted.", rule: "AWS-041")
    }
    static func notASCII(_ description: String) -> EC2Fault {
        EC2Fault(
            .invalidParameterValue,
            "Value (\(description)) for parameter description is invalid. Character sets beyond ASCII are not supported.",
            rule: "AWS-016")
    }
    static func longDescription(_ length: Int) -> EC2Fault {
        EC2Fault(
            .invalidParameterValue, "The parameter description has \(length) characters; the maximum is 255.",
            rule: "AWS-016")
    }
}

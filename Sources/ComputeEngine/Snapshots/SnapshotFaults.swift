import Hypervisor
import LabCore
import SimulatedMachine

extension ComputeFault {
    /// A snapshot is stored in one place, which must be one of the vendor's.
    ///
    /// Rule: GCE-065.
    static func badLocations(_ locations: [String]) -> ComputeFault {
        .invalid(
            "resource.storageLocations", locations.joined(separator: ","), "Exactly one known location may be given.",
            rule: "GCE-065")
    }

    /// Neither a disk nor an instant snapshot, or both.
    static let snapshotSources = ComputeFault(
        .invalid, "Exactly one of 'resource.sourceDisk' and 'resource.sourceInstantSnapshot' must be given.")
}

extension OperationError {
    /// The project has no room for another snapshot.
    ///
    /// Rule: GCE-080.
    static func snapshotQuota(_ limit: Int) -> OperationError {
        OperationError(
            .quotaExceeded, "Quota 'SNAPSHOTS' exceeded.  Limit: \(limit).0 globally.", rule: "GCE-080")
    }

    private static let unsupportedGuest =
        "You can only use guest-flush on disks attached to instances with supported operating systems. Make sure you "
        + "have the latest image version and agent installed with required services (e.g. VSS for Windows)."

    /// The guest has no agent that knows of flushes.
    ///
    /// Rule: GCE-071.
    static let flushNeedsAgent = OperationError(.unsupported, unsupportedGuest, rule: "GCE-071")
    /// The agent in the guest is not set to run the scripts.
    ///
    /// Rule: GCE-073.
    static let flushIsSwitchedOff = OperationError(.unsupported, unsupportedGuest, rule: "GCE-073")
    /// Nobody is there to be asked.
    ///
    /// Rule: GCE-075.
    static let flushNeedsGuest = OperationError(.unsupported, unsupportedGuest, rule: "GCE-075")

    /// The scripts in the guest failed, or did not end in time.
    ///
    /// Rule: GCE-072.
    static func flushFailed(_ fault: GuestFault) -> OperationError {
        OperationError(
            .unsupported, "The guest flush failed, no snapshot was made: \(fault).", rule: "GCE-072")
    }

    /// Something inside the platform failed after everything had been accepted.
    static let internalError = OperationError(.internalError, "Internal error. Please try again or contact support.")
}

import LabCore

extension ComputeFault {
    /// The boot disk may be detached from a stopped instance alone.
    ///
    /// Rule: GCE-100.
    static func bootDiskIsHeld(oldWording: Bool) -> ComputeFault {
        let sentence =
            oldWording
            ? "Hot-remove of the root disk is not supported."
            : "To detach the boot disk, the instance must be in TERMINATED state."
        return ComputeFault(.invalidResourceUsage, "Invalid resource usage: '\(sentence)'.", rule: "GCE-100")
    }

    /// The instance has a boot disk already.
    ///
    /// Rule: GCE-104.
    static let secondBootDisk = ComputeFault.invalid(
        "resource.boot", "true", "The instance already has a boot disk.", rule: "GCE-104")

    /// Two disks under one name.
    ///
    /// Rule: GCE-103.
    static func duplicateDevice(_ name: String) -> ComputeFault {
        .invalid("resource.deviceName", name, "The device name is used by another disk.", rule: "GCE-103")
    }

    /// forceAttach is for regional disks.
    ///
    /// Rule: GCE-045.
    static let forceAttachOfZonalDisk = ComputeFault.invalid(
        "forceAttach", "true", "Only regional disks can be attached by force.", rule: "GCE-045")

    /// The instance is protected against deletion.
    ///
    /// Rule: GCE-121.
    static let protectedFromDeletion = ComputeFault(
        .invalidResourceUsage,
        "Invalid resource usage: 'Resource cannot be deleted if it's protected against deletion.'.", rule: "GCE-121")

    /// What is to become of the disks in the host was left open.
    ///
    /// Rule: GCE-117.
    static let localSSDUndecided = ComputeFault.invalid(
        "discardLocalSsd", "", "It must be given for an instance with a local SSD.", rule: "GCE-117")

    /// Nothing to boot from.
    ///
    /// Rule: GCE-106.
    static func noBootDisk(_ instance: ResourcePath) -> ComputeFault {
        ComputeFault(.invalid, "The instance '\(instance)' has no boot disk.", rule: "GCE-106")
    }

    /// The metadata were changed since they were read.
    ///
    /// Rule: GCE-030.
    static func metadataChanged(late: Bool) -> ComputeFault {
        .conditionNotMet(
            "Supplied fingerprint does not match current metadata fingerprint.", rule: late ? "GCE-031" : "GCE-030")
    }
}

extension OperationError {
    /// An address has another holder.
    ///
    /// Rule: GCE-095.
    static func addressInUse(_ address: String) -> OperationError {
        OperationError(
            .addressInUse, "IP '\(address)' is already being used by another resource.", rule: "GCE-095")
    }

    /// What does not run cannot be suspended.
    ///
    /// Rule: GCE-114.
    static func cannotSuspend(_ state: PowerState) -> OperationError {
        let what =
            switch state {
            case .terminated, .stopping, .pendingStop: "an instance that is stopped or terminated"
            case .repairing: "an instance that is being repaired"
            case .suspended, .suspending: "an already suspended instance"
            case .provisioning, .staging, .running: "an instance that is not running yet"
            }
        return OperationError(.unsupported, "You cannot suspend \(what).", rule: "GCE-114")
    }

    /// The type of a machine changes while it is stopped.
    ///
    /// Rule: GCE-122.
    static func notStopped(_ instance: ResourcePath) -> OperationError {
        OperationError(.resourceNotReady, "The resource '\(instance)' is not ready", rule: "GCE-122")
    }
}

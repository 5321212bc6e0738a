import Hypervisor
package import LabCore

/// A fault of the Web Services API: the vendor's name, the facts it carries and the sentence shown to users.
package struct MethodFault: Error, Hashable, Sendable {
    /// What was wrong, with its facts.
    package var reason: Reason
    /// The rule that demands the fault, where one does.
    package var rule: RuleID?

    /// Makes a fault.
    package init(_ reason: Reason, rule: RuleID? = nil) {
        self.reason = reason
        self.rule = rule
    }

    /// The faults that this model raises.
    ///
    /// Rule: the fault types of `urn:vim25`, https://developer.broadcom.com/xapis/vsphere-web-services-api/.
    package enum Reason: Hashable, Sendable {
        // Callers and objects.
        case notAuthenticated(object: String)
        case invalidLogin
        case noPermission(object: String, privilege: Privilege)
        case managedObjectNotFound(object: String)
        case notSupported(why: String)
        case methodDisabled(why: String)
        case invalidArgument(property: String)
        case invalidName(name: String)
        case duplicateName(name: String)
        case notFound
        // Concurrency and state.
        case taskInProgress(task: Moref<TaskInfo>)
        case invalidPowerState(requested: PowerState, existing: PowerState)
        case invalidState(why: String)
        case invalidHostState(host: String)
        case questionPending(text: String)
        case requestCanceled
        case concurrentAccess
        case toolsUnavailable
        // Snapshots.
        case snapshotFault(why: String)
        case snapshotNoChange
        case snapshotLocked
        case tooManySnapshotLevels
        case multipleSnapshotsNotSupported
        case memorySnapshotOnIndependentDisk
        case snapshotIncompatibleDevice(device: String, cause: String)
        case applicationQuiesceFault(why: String)
        case filesystemQuiesceFault
        case invalidSnapshotFormat
        // Files and room.
        case noDiskSpace(datastore: String, file: String)
        case insufficientStorageSpace
        case fileAlreadyExists(file: String)
        case fileNotFound(file: String)
        case fileLocked(file: String)
        case insufficientMemory(unreserved: ByteCount, requested: ByteCount)
        case insufficientCPU(available: Int, requested: Int)
        // Configuration and placement.
        case genericVMConfigFault(why: String)
        case invalidVMConfig(property: String)
        case invalidDeviceSpec(device: Int, why: String)
        case invalidDeviceOperation(device: Int, why: String)
        case sharedBusControllerNotSupported(device: Int)
        case virtualDiskModeNotSupported(mode: String)
        case hotSnapshotMoveNotSupported(snapshot: String)
        case snapshotMoveNotSupported(snapshot: String)
        case snapshotMoveFromNonHomeNotSupported(snapshot: String)
        case systemError(why: String)
        // The way to the server, not the server.
        case serviceUnavailable
        case replyLost(verb: String)
        case other(code: String)
    }
}

extension MethodFault {
    /// Whether the verb was done and only its reply was lost on the way.
    var isReplyLost: Bool {
        if case .replyLost = reason { true } else { false }
    }
}

extension MethodFault: CustomStringConvertible {
    /// The fault as one line: `InvalidPowerState: The attempted operation ... (VMW-009)`.
    package var description: String { "\(name): \(message)" + (rule.map { " (\($0))" } ?? "") }
}

extension Refusal {
    /// Makes a refusal of a fault.
    ///
    /// When the work had begun, something may be left of it.
    init(_ fault: MethodFault, verb: String, isBegun: Bool = false) {
        let kind: Kind =
            switch fault.reason {
            case .replyLost: .unknown
            case .notSupported, .methodDisabled: .unsupported
            default: isBegun ? .failed : .refused
            }
        self.init(kind, code: fault.name, message: fault.message, rule: fault.rule, verb: verb)
    }
}

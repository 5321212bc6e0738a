extension MethodFault {
    /// The name of the fault's type in `urn:vim25`; a word of the lab's for what happens on the way to the server.
    package var name: String {
        switch reason {
        case .notAuthenticated: "NotAuthenticated"
        case .invalidLogin: "InvalidLogin"
        case .noPermission: "NoPermission"
        case .managedObjectNotFound: "ManagedObjectNotFound"
        case .notSupported: "NotSupported"
        case .methodDisabled: "MethodDisabled"
        case .invalidArgument: "InvalidArgument"
        case .invalidName: "InvalidName"
        case .duplicateName: "DuplicateName"
        case .notFound: "NotFound"
        case .taskInProgress: "TaskInProgress"
        case .invalidPowerState: "InvalidPowerState"
        case .invalidState: "InvalidState"
        case .invalidHostState: "InvalidHostState"
        case .questionPending: "QuestionPending"
        case .requestCanceled: "RequestCanceled"
        case .concurrentAccess: "ConcurrentAccess"
        case .toolsUnavailable: "ToolsUnavailable"
        case .snapshotFault: "SnapshotFault"
        case .snapshotNoChange: "SnapshotNoChange"
        case .snapshotLocked: "SnapshotLocked"
        case .tooManySnapshotLevels: "TooManySnapshotLevels"
        case .multipleSnapshotsNotSupported: "MultipleSnapshotsNotSupported"
        case .memorySnapshotOnIndependentDisk: "MemorySnapshotOnIndependentDisk"
        case .snapshotIncompatibleDevice: "SnapshotIncompatibleDeviceInVm"
        case .applicationQuiesceFault: "ApplicationQuiesceFault"
        case .filesystemQuiesceFault: "FilesystemQuiesceFault"
        case .invalidSnapshotFormat: "InvalidSnapshotFormat"
        case .noDiskSpace: "NoDiskSpace"
        case .insufficientStorageSpace: "InsufficientStorageSpace"
        case .fileAlreadyExists: "FileAlreadyExists"
        case .fileNotFound: "FileNotFound"
        case .fileLocked: "FileLocked"
        case .insufficientMemory: "InsufficientMemoryResourcesFault"
        case .insufficientCPU: "InsufficientCpuResourcesFault"
        case .genericVMConfigFault: "GenericVmConfigFault"
        case .invalidVMConfig: "InvalidVmConfig"
        case .invalidDeviceSpec: "InvalidDeviceSpec"
        case .invalidDeviceOperation: "InvalidDeviceOperation"
        case .sharedBusControllerNotSupported: "SharedBusControllerNotSupported"
        case .virtualDiskModeNotSupported: "VirtualDiskModeNotSupported"
        case .hotSnapshotMoveNotSupported: "HotSnapshotMoveNotSupported"
        case .snapshotMoveNotSupported: "SnapshotMoveNotSupported"
        case .snapshotMoveFromNonHomeNotSupported: "SnapshotMoveFromNonHomeNotSupported"
        case .systemError: "SystemError"
        case .serviceUnavailable: "ServiceUnavailable"
        case .replyLost: "NoReply"
        case .other(let code): code
        }
    }

    /// The localized message, in the vendor's words where a rule gives them.
    package var message: String {
        switch reason {
        case .notAuthenticated: "The session is not authenticated."
        case .invalidLogin: "Cannot complete login due to an incorrect user name or password."
        case .noPermission(_, let privilege): "Permission to perform this operation was denied: \(privilege.rawValue)."
        case .managedObjectNotFound(let object):
            "The object '\(object)' has already been deleted or has not been completely created"
        case .notSupported(let why): "The operation is not supported on the object: \(why)."
        case .methodDisabled(let why): "The method is disabled: \(why)."
        case .invalidArgument(let property): "A specified parameter was not correct: \(property)"
        case .invalidName(let name): "The name '\(name)' is not valid."
        case .duplicateName(let name): "The name '\(name)' already exists."
        case .notFound: "The object or item referred to could not be found."
        case .taskInProgress: "Another task is already in progress."
        case .invalidPowerState(_, let existing):
            "The attempted operation cannot be performed in the current state (\(existing.words))."
        case .invalidState(let why): "The operation is not allowed in the current state: \(why)."
        case .invalidHostState: "The operation is not allowed in the current state of the host."
        case .questionPending(let text): "The virtual machine has a question pending: \(text)"
        case .requestCanceled: "The task was canceled by a user."
        case .concurrentAccess: "The object has been changed by another operation since it was read."
        case .toolsUnavailable:
            "Cannot complete operation because VMware Tools is not running in this virtual machine."
        case .snapshotFault(let why): "An error occurred while taking a snapshot: \(why)."
        case .snapshotNoChange: "The virtual machine has not changed since the last snapshot."
        case .snapshotLocked: "The snapshots of this virtual machine are locked."
        case .tooManySnapshotLevels: "The virtual machine has too many levels of snapshots."
        case .multipleSnapshotsNotSupported: "The virtual machine can have one snapshot only."
        case .memorySnapshotOnIndependentDisk:
            "Cannot take a memory snapshot, since the virtual machine is configured with independent disks."
        case .snapshotIncompatibleDevice(let device, let cause): "Cannot snapshot device '\(device)': \(cause)."
        case .applicationQuiesceFault(let why): why
        case .filesystemQuiesceFault:
            "The guest's file systems could not be held at rest for the time that the snapshot takes."
        case .invalidSnapshotFormat: "Detected an invalid snapshot configuration."
        case .noDiskSpace(let datastore, let file):
            "Insufficient disk space on datastore '\(datastore)' for \(file)."
        case .insufficientStorageSpace: "The datastore has not enough room for the virtual machine's swap file."
        case .fileAlreadyExists(let file): "Cannot complete the operation because the file \(file) already exists"
        case .fileNotFound(let file): "File \(file) was not found"
        case .fileLocked(let file): "Unable to access file \(file) since it is locked"
        case .insufficientMemory: "The host does not have sufficient memory resources to satisfy the request."
        case .insufficientCPU: "The host does not have sufficient CPU resources to satisfy the request."
        case .genericVMConfigFault(let why): why
        case .invalidVMConfig(let property): "Invalid virtual machine configuration: \(property)."
        case .invalidDeviceSpec(let device, let why): "Invalid configuration for device '\(device)': \(why)"
        case .invalidDeviceOperation(let device, let why): "Invalid operation for device '\(device)'. \(why)"
        case .sharedBusControllerNotSupported: "A controller with bus sharing does not go with snapshots."
        case .virtualDiskModeNotSupported(let mode): "A virtual disk of mode '\(mode)' cannot be moved."
        case .hotSnapshotMoveNotSupported(let snapshot):
            "Snapshot '\(snapshot)' of the running virtual machine cannot be moved there."
        case .snapshotMoveNotSupported(let snapshot):
            "Snapshot '\(snapshot)' of the virtual machine cannot be moved there."
        case .snapshotMoveFromNonHomeNotSupported(let snapshot):
            "Snapshot '\(snapshot)' has a disk outside of the virtual machine's home, which cannot be moved with it."
        case .systemError(let why): "A general system error occurred: \(why)"
        case .serviceUnavailable: "503 Service Unavailable"
        case .replyLost(let verb): "The connection ended before \(verb) was answered."
        case .other(let code): "The operation failed: \(code)."
        }
    }
}

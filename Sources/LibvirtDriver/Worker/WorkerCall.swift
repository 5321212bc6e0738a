/// One call that the driver has its worker make: a line of JSON with a number, answered by a line with the same number.
package enum WorkerCall: Hashable, Sendable, Codable {
    /// Open the connection; must come first.
    case open
    /// End at once and leave every domain as it is.
    case leave
    /// The versions of libvirt and of the hypervisor.
    case versions
    /// The capabilities of host and hypervisor.
    case capabilities
    /// Whether the connection still answers.
    case isAlive
    /// The names of all domains.
    case domains
    case define(xml: String)
    case start(String)
    case destroy(String)
    case undefine(String)
    case rename(String, to: String)
    case state(String)
    case uuid(String)
    case suspend(String)
    case resume(String)
    case shutDown(String, throughAgent: Bool)
    case describe(String, migratable: Bool)
    case restore(file: String, xml: String)
    case managedSave(String)
    case hasManagedSave(String)
    case removeManagedSave(String)
    case hasCheckpoint(String)
    case createCheckpoint(String, xml: String)
    case hasJob(String)
    case beginBackup(String, xml: String)
    case abortJob(String)
    case createSnapshot(String, xml: String, flags: SnapshotCreation)
    case snapshots(String)
    case describeSnapshot(String, snapshot: String)
    case revert(String, snapshot: String, flags: SnapshotRevert)
    /// A revert of a machine that is in nobody's way, for which QEMU is ended first.
    case endAndRevert(String, snapshot: String, flags: SnapshotRevert)
    case deleteSnapshot(String, snapshot: String, flags: SnapshotDeletion)
    case commit(String, disk: String)
    case blockJob(String, disk: String)
    case endBlockJob(String, disk: String, pivot: Bool)
    case agent(String, command: String, limit: Int)
    case agentTimeout(String, seconds: Int)
    case freeze(String)
    case thaw(String)
    case setTime(String, nanoseconds: Int64)

    /// The C function behind the call, the verb by which faults and reports name it.
    package var function: String {
        switch self {
        case .open: "virConnectOpen"
        case .leave: "virConnectClose"
        case .versions: "virConnectGetVersion"
        case .capabilities: "virConnectGetCapabilities"
        case .isAlive: "virConnectIsAlive"
        case .domains: "virConnectListAllDomains"
        case .define: "virDomainDefineXMLFlags"
        case .start: "virDomainCreate"
        case .destroy: "virDomainDestroy"
        case .undefine: "virDomainUndefineFlags"
        case .rename: "virDomainRename"
        case .state: "virDomainGetState"
        case .uuid: "virDomainGetUUIDString"
        case .suspend: "virDomainSuspend"
        case .resume: "virDomainResume"
        case .shutDown: "virDomainShutdownFlags"
        case .describe: "virDomainGetXMLDesc"
        case .restore: "virDomainRestoreFlags"
        case .managedSave: "virDomainManagedSave"
        case .hasManagedSave: "virDomainHasManagedSaveImage"
        case .removeManagedSave: "virDomainManagedSaveRemove"
        case .hasCheckpoint: "virDomainListAllCheckpoints"
        case .createCheckpoint: "virDomainCheckpointCreateXML"
        case .hasJob: "virDomainGetJobInfo"
        case .beginBackup: "virDomainBackupBegin"
        case .abortJob: "virDomainAbortJob"
        case .createSnapshot: "virDomainSnapshotCreateXML"
        case .snapshots: "virDomainListAllSnapshots"
        case .describeSnapshot: "virDomainSnapshotGetXMLDesc"
        case .revert, .endAndRevert: "virDomainRevertToSnapshot"
        case .deleteSnapshot: "virDomainSnapshotDelete"
        case .commit: "virDomainBlockCommit"
        case .blockJob: "virDomainGetBlockJobInfo"
        case .endBlockJob: "virDomainBlockJobAbort"
        case .agent: "virDomainQemuAgentCommand"
        case .agentTimeout: "virDomainAgentSetResponseTimeout"
        case .freeze: "virDomainFSFreeze"
        case .thaw: "virDomainFSThaw"
        case .setTime: "virDomainSetTime"
        }
    }

    /// The domain that the call is about; nothing when it is about none or finds it in a description.
    package var domain: String? {
        switch self {
        case .open, .leave, .versions, .capabilities, .isAlive, .domains, .define, .restore: nil
        case .start(let name), .destroy(let name), .undefine(let name), .state(let name), .uuid(let name),
            .suspend(let name), .resume(let name), .shutDown(let name, _), .describe(let name, _),
            .managedSave(let name), .hasManagedSave(let name), .removeManagedSave(let name), .hasCheckpoint(let name),
            .createCheckpoint(let name, _), .rename(let name, _), .hasJob(let name), .beginBackup(let name, _),
            .abortJob(let name), .createSnapshot(let name, _, _), .snapshots(let name), .describeSnapshot(let name, _),
            .revert(let name, _, _), .endAndRevert(let name, _, _), .deleteSnapshot(let name, _, _),
            .commit(let name, _),
            .blockJob(let name, _), .endBlockJob(let name, _, _), .agent(let name, _, _),
            .agentTimeout(let name, _), .freeze(let name), .thaw(let name), .setTime(let name, _):
            name
        }
    }

    /// Whether the call changes a domain, so that a report mentions it and a fault can meet it.
    package var changesSomething: Bool {
        switch self {
        case .define, .start, .destroy, .undefine, .suspend, .resume, .shutDown, .restore, .managedSave,
            .removeManagedSave, .createCheckpoint, .rename, .beginBackup, .abortJob,
            .createSnapshot, .revert, .endAndRevert, .deleteSnapshot, .commit, .endBlockJob, .freeze, .thaw:
            true
        case .open, .leave, .versions, .capabilities, .isAlive, .domains, .state, .uuid, .describe, .hasManagedSave,
            .hasCheckpoint, .hasJob,
            .snapshots, .describeSnapshot, .blockJob, .agent, .agentTimeout, .setTime:
            false
        }
    }
}

/// What the worker found out.
package enum WorkerAnswer: Hashable, Sendable, Codable {
    case done
    case text(String)
    case texts([String])
    case number(Int)
    case flag(Bool)
    case state(DomainState)
    case job(BlockJob?)
    case opened(library: Int, hypervisor: Int)
}

/// A line from the driver to its worker.
struct WorkerRequest: Codable {
    var id: Int
    var call: WorkerCall
}

/// A line from the worker to its driver.
enum WorkerLine: Codable {
    /// The call with this number is done.
    case answer(id: Int, WorkerAnswer)
    /// libvirt refused the call with this number.
    case failure(id: Int, LibvirtError)
    /// Something happened to a domain.
    case event(domain: String, event: Int, detail: Int)
}

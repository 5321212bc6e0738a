public import Hypervisor
internal import LabCore

extension LibvirtDriver {
    /// Makes something go wrong later, for real where a real machine allows it.
    public func inject(_ fault: Fault, into machine: MachineID) async throws(Refusal) {
        _ = try record(of: machine)
        switch fault {
        case .call(let verb, let occurrence, _):
            guard verb == "*" || WorkerCall.isFunctionThatChanges(verb) else {
                throw Refusal(
                    .unsupported, code: "UnknownVerb", message: "the driver never calls a function named \(verb)")
            }
            guard occurrence > 0 else {
                throw Refusal(.refused, code: "BadOccurrence", message: "calls are counted from 1, found \(occurrence)")
            }
            faults.append(fault)
        case .snapshotEndsInError:
            throw Refusal(
                .unsupported, code: "NoPendingSnapshots",
                message: "libvirt's snapshots are complete when the call returns: none can end in error later")
        case .agentHangs: try await makeAgentHang(on: machine)
        case .quiesceRefused: try await refuseNextFreeze(on: machine)
        }
    }
}

extension WorkerCall {
    /// The functions that change something; faults are addressed by them.
    static func isFunctionThatChanges(_ name: String) -> Bool { functionsThatChange.contains(name) }

    private static let functionsThatChange: Set<String> = [
        "virDomainDefineXMLFlags", "virDomainCreate", "virDomainDestroy", "virDomainUndefineFlags", "virDomainSuspend",
        "virDomainResume", "virDomainShutdownFlags", "virDomainRestoreFlags", "virDomainManagedSaveRemove",
        "virDomainSnapshotCreateXML", "virDomainRevertToSnapshot", "virDomainSnapshotDelete", "virDomainBlockCommit",
        "virDomainBlockJobAbort", "virDomainFSFreeze", "virDomainFSThaw", "virDomainManagedSave",
        "virDomainCheckpointCreateXML", "virDomainRename", "virDomainBackupBegin", "virDomainAbortJob",
    ]
}

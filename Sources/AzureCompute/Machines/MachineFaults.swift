import LabCore

extension AzureFault {
    static func deallocated(_ verb: Verb, _ machine: ResourceID) -> AzureFault {
        .notAllowed(
            "Operation '\(verb.word)' is not allowed on VM '\(machine.name)' since the VM is either deallocated or marked "
                + "to be deallocated.", rule: "AZ-085")
    }
    static func markedForDeletion(_ verb: Verb, _ machine: ResourceID) -> AzureFault {
        .notAllowed(
            "Operation '\(verb.word)' is not allowed on VM '\(machine.name)' since the VM is marked for deletion. You can "
                + "only retry the Delete operation (or wait for an ongoing one to complete).", rule: "AZ-086")
    }
    static func generalized(_ verb: Verb, _ machine: ResourceID) -> AzureFault {
        .notAllowed(
            "Operation '\(verb.word)' is not allowed on VM '\(machine.name)' since the VM is generalized.",
            rule: "AZ-086")
    }
    static func concurrent(_ machine: ResourceID) -> AzureFault {
        AzureFault(
            .conflict, "The request failed due to conflict with a concurrent request on VM '\(machine.name)'.",
            status: 409, rule: "AZ-088")
    }
    static func running(_ verb: Verb, _ machine: ResourceID, rule: RuleID) -> AzureFault {
        .notAllowed(
            "Operation '\(verb.word)' is not allowed on VM '\(machine.name)' since the VM is running. Please "
                + "stop/deallocate the VM and retry the operation.", rule: rule)
    }
    static let notAllocated = AzureFault(
        .allocationFailed,
        "Allocation failed. We do not have sufficient capacity for the requested VM size in this region.", status: 200,
        rule: "AZ-091")
}

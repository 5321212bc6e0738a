import LabCore

extension HyperVFault {
    /// There is no checkpoint with such a GUID.
    static func noCheckpoint(_ id: String) -> HyperVFault {
        HyperVFault(.objectNotFound, "Hyper-V was unable to find a virtual machine checkpoint with id \"\(id)\".")
    }

    /// Checkpoints are switched off for a machine.
    static func checkpointsDisabled(_ machine: Boxed<VirtualMachine>) -> HyperVFault {
        checkpoint("Checkpoints have been disabled", machine, rule: "HV-006")
    }

    /// The guest cannot bring its disks to rest, and nothing less was asked for.
    static func productionImpossible(_ machine: Boxed<VirtualMachine>, rule: RuleID) -> HyperVFault {
        checkpoint("Production checkpoints cannot be created", machine, rule: rule)
    }

    /// A refusal in the words that every cmdlet for checkpoints uses.
    static func checkpoint(_ why: String, _ machine: Boxed<VirtualMachine>, rule: RuleID) -> HyperVFault {
        let (name, id) = (machine.config.name, machine.id)
        let lines = [
            "Checkpoint operation failed.", "\(why).",
            "Checkpoint operation for '\(name)' failed. (Virtual machine ID \(id))",
            "\(why) for '\(name)'. (Virtual machine ID \(id))",
        ]
        return HyperVFault(.operationFailed, lines.joined(separator: "\n"), rule: rule)
    }

    /// Somebody else changes the machine at this moment, and nothing is queued.
    ///
    /// Rule: HV-016.
    static func busy(_ machine: Boxed<VirtualMachine>, rule: RuleID = "HV-016") -> HyperVFault {
        HyperVFault(
            .invalidState,
            "'\(machine.config.name)' is being modified by another operation. (Virtual machine ID \(machine.id))",
            rule: rule)
    }
}

import LabCore

extension HyperVFault {
    /// There is no machine with such a GUID.
    static func noMachine(_ id: String) -> HyperVFault {
        HyperVFault(.objectNotFound, "Hyper-V was unable to find a virtual machine with id \"\(id)\".")
    }

    /// The management service could not do something to a machine.
    static func failed(
        _ machine: Boxed<VirtualMachine>, to verb: String, because why: String, hresult: UInt32? = nil,
        rule: RuleID? = nil
    ) -> HyperVFault {
        HyperVFault(
            .operationFailed,
            "'\(machine.config.name)' failed to \(verb).\n\(why) (Virtual machine ID \(machine.id))", hresult: hresult,
            rule: rule)
    }

    /// The module of this generation does not know a parameter.
    static func unknownParameter(_ name: String) -> HyperVFault {
        HyperVFault(
            .namedParameterNotFound, "A parameter cannot be found that matches parameter name '\(name)'.",
            rule: "HV-031")
    }
}

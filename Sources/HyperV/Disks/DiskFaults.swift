import LabCore

extension HyperVFault {
    /// Somebody else has the file open.
    static func inUse(_ path: FilePath, by whom: String, rule: RuleID) -> HyperVFault {
        HyperVFault(
            .operationFailed,
            "The process cannot access the file '\(path)': it is being used by another process (\(whom)).",
            hresult: HResult.sharingViolation, rule: rule)
    }

    /// A place on a controller that is not there, or is taken.
    static func noPlace(_ why: String, rule: RuleID) -> HyperVFault {
        HyperVFault(.operationFailed, "The device cannot be attached: \(why).", rule: rule)
    }
}

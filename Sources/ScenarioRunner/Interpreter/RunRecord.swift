import Hypervisor

/// What a run has found so far.
package struct RunRecord: Hashable, Sendable {
    /// Every expectation that was looked at.
    package var checks: [Check] = []
    /// What became of the machine.
    package var verdict: Verdict?
    /// Every snapshot that was taken, in this order.
    package var snapshots: [TakenSnapshot] = []
    /// Every revert that was done, in this order.
    package var reverts: [DoneRevert] = []
    /// Why the platform does not do what is asked.
    var unsupported: Conclusion.Reason?
    /// Steps that went wrong and were caught by nobody.
    var troubles: [Conclusion.Reason] = []
    /// What the lab itself could not do.
    var labTroubles: [String] = []
    /// What is still there after everything was removed; nothing when nobody looked.
    package var leftovers: [String]?
    /// Why the run was ended before its time.
    var interruption: String?

    /// How the run ended: the worst that happened is the outcome, and all of it is said.
    var conclusion: Conclusion {
        let lab =
            labTroubles.map { Conclusion.Reason($0) }
            + (leftovers.map { $0.isEmpty ? [] : [Conclusion.Reason("left behind: \($0.joined(separator: ", "))")] }
                ?? [])
        let failures =
            troubles
            + checks.filter { !$0.holds }.map { Conclusion.Reason($0.sentence, at: $0.position) }
        if !lab.isEmpty { return Conclusion(.errored, lab + failures) }
        if let unsupported { return Conclusion(.unsupported, [unsupported]) }
        if let interruption { return Conclusion(.notRun, [Conclusion.Reason(interruption)]) }
        return failures.isEmpty ? Conclusion(.passed) : Conclusion(.failed, failures)
    }
}

import Hypervisor
import LabCore

extension SimulatedMachine {
    /// Commits records of users, who keep what they push to a git server in clones of their own.
    ///
    /// Rule: GHES-026.
    mutating func push(records count: Int) -> ApplianceAnswer {
        let answer = write(records: count)
        if spec.appliance == .gitHubEnterpriseServer, settings.clonesKeepPushes {
            outside.nextInClones = max(outside.nextInClones, tables?.nextKey(in: "records") ?? 0)
        }
        return answer
    }

    /// The keys of records that clones have and the machine has not.
    ///
    /// Rule: GHES-026.
    var clonesAhead: Range<Int> {
        let next = tables?.nextKey(in: "records") ?? 0
        return next..<max(next, outside.nextInClones)
    }

    /// Users push what their clones have and the machine has not.
    ///
    /// Rule: GHES-026.
    mutating func pushAgain() -> ApplianceAnswer { write(records: clonesAhead.count) }
}

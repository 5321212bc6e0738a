package import LabCore

extension SnapshotRequest.Scope {
    /// The disks that are meant, of those that a machine has.
    ///
    /// - Throws: a refusal with the platform's `code` and `rule` when one of them is not there, or none is meant.
    package func roles(among present: [DiskRole], code: String, rule: RuleID) throws(Refusal) -> [DiskRole] {
        switch self {
        case .machine: return present
        case .disks(let roles), .disksInSuccession(let roles):
            if !roles.isEmpty, roles.allSatisfy(present.contains) { return roles }
            let names = present.map(\.rawValue).joined(separator: ", ")
            throw Refusal(.refused, code: code, message: "The machine has the disks \(names) only.", rule: rule)
        }
    }
}

extension Snapshot.State {
    /// The state of a snapshot whose members are in `states`: it is as little usable as the worst of them.
    package static func worst(of states: [Self]) -> Self {
        states.contains(.failed) ? .failed : states.contains(.pending) ? .pending : .ready
    }
}

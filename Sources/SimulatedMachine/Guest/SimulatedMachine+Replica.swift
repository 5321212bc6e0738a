import Hypervisor
import LabCore

extension SimulatedMachine {
    /// How long the replica takes for anything.
    static let replicaPause = Duration.seconds(10)

    /// Has the replica follow, or not; one that follows again takes over all that the machine has.
    mutating func setReplication(_ isOn: Bool) throws(GuestFault) -> ApplianceAnswer {
        guard spec.layout.replica else { throw GuestFault(.refused("no replica is configured")) }
        guard !outside.isPromoted else { throw GuestFault(.refused("the replica serves the users and follows nobody")) }
        spend(Self.replicaPause)
        outside.isReplicating = isOn
        outside.replicate(tables)
        return said("replication is \(isOn ? "on" : "stopped")")
    }

    /// What the replica answers by itself, whether the machine runs or not; nothing where the machine has to answer.
    ///
    /// Once it is promoted and the name leads to it, users write to it. Rule: GHES-023.
    mutating func answerOfReplica(to command: ApplianceCommand) throws(GuestFault) -> ApplianceAnswer? {
        switch command {
        case .promoteReplica: return try promoteReplica()
        case .write(let count) where outside.isPromoted, .writeAsAdministrator(let count) where outside.isPromoted:
            outside.writeToReplica(count, Self.value(of:))
            return ApplianceAnswer(succeeded: true, output: ["\(count) records committed on the replica"])
        default: return nil
        }
    }

    /// Makes the replica serve the users: the way back that needs no snapshot, from the moment replication stopped.
    ///
    /// A replica that followed the failed upgrade has its half-migrated schema and cannot take over. Rule: GHES-023.
    private mutating func promoteReplica() throws(GuestFault) -> ApplianceAnswer {
        guard spec.layout.replica, let replica = outside.replica, let version = outside.replicaVersion else {
            throw GuestFault(.refused("no replica is configured"))
        }
        let (found, wanted) = (Self.schema(of: replica) ?? "nothing", plan.schema(for: version))
        guard found == wanted else {
            return ApplianceAnswer(
                succeeded: false, output: ["the replica followed the upgrade: schema \(found), want \(wanted)"])
        }
        outside.isPromoted = true
        outside.isReplicating = false
        return ApplianceAnswer(succeeded: true, output: ["the replica serves with version \(version)"])
    }
}

extension Outside {
    /// Commits records of users to the promoted replica.
    fileprivate mutating func writeToReplica(_ count: Int, _ value: (Int) -> UInt64) {
        guard var tables = replica else { return }
        let first = tables.nextKey(in: "records")
        // The replica counts on from the last change that it took over.
        let last = tables.tables.values.flatMap(\.pages).map(\.lastChange).max() ?? 0
        for place in 0..<count {
            let key = first + place
            tables.apply(.put(table: "records", key: key, value: value(key)), at: last + 1 + place)
        }
        replica = tables
    }
}

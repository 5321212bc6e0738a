import HashTreeCollections
package import LabCore
import SimulatedMachine

extension HyperV {
    /// The checkpoints of a machine; a name without wildcards that is not there is an error.
    ///
    /// `Get-VMSnapshot`. Rules: HV-050, HV-051 and HV-056.
    ///
    /// Whoever wants the latest sorts by the time of creation. Rule: HV-053.
    package func vmSnapshots(
        of id: VirtualMachine.ID, named name: String? = nil, type: SnapshotType? = nil
    ) throws(HyperVFault) -> [Boxed<Checkpoint>] {
        let isByCreation = settings.inferred.listsCheckpointsByCreation
        let all = try machine(id).tree.inOrder.compactMap { checkpoints[$0] }
            .filter { type == nil || $0.type == type }
            .sorted { isByCreation ? ($0.created, $0.id) < ($1.created, $1.id) : $0.id < $1.id }
        guard let name else { return all }
        let found = all.filter { Wildcard(name).matches($0.name) }
        guard found.isEmpty, !Wildcard(name).isPattern else { return found }
        throw HyperVFault(
            .objectNotFound, "Hyper-V was unable to find a virtual machine checkpoint named \"\(name)\".",
            rule: "HV-051")
    }

    /// The checkpoint directly above one.
    ///
    /// `Get-VMSnapshot -ParentOf`. Rule: HV-052.
    package func vmSnapshot(parentOf id: Checkpoint.ID) throws(HyperVFault) -> Boxed<Checkpoint>? {
        let checkpoint = try checkpoint(id)
        return try machine(checkpoint.machine).tree.nodes[id]?.parent.flatMap { checkpoints[$0] }
    }

    /// The checkpoints directly under one.
    ///
    /// `Get-VMSnapshot -ChildOf`. Rule: HV-052.
    package func vmSnapshots(childOf id: Checkpoint.ID) throws(HyperVFault) -> [Boxed<Checkpoint>] {
        let checkpoint = try checkpoint(id)
        return try machine(checkpoint.machine).tree.nodes[id]?.children.compactMap { checkpoints[$0] }
            ?? []
    }

    /// All settings that WMI knows of a machine: its own, which have a parent too, and those of its checkpoints.
    ///
    /// Rule: HV-175.
    package func settingData(
        of id: VirtualMachine.ID
    ) throws(HyperVFault) -> [(instance: String, virtualSystemType: String, parent: Checkpoint.ID?)] {
        let machine = try machine(id)
        var rows = [(instance: "Microsoft:\(id)", virtualSystemType: Self.realized, parent: machine.tree.current)]
        for checkpoint in try vmSnapshots(of: id) {
            rows.append(
                (
                    "Microsoft:\(checkpoint.id)", checkpoint.type.virtualSystemType,
                    machine.tree.nodes[checkpoint.id]?.parent
                ))
        }
        return rows
    }

    private static let realized = "Microsoft:Hyper-V:System:Realized"
}

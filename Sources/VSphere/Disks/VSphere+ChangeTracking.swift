import HashTreeCollections
import LabCore
import SimulatedMachine

extension VSphere {
    /// The name of a disk's state at a snapshot, from which changes can be asked for later.
    ///
    /// `changeId`.
    package func changeID(
        of key: Int, at id: Moref<VirtualMachineSnapshot>
    ) throws(MethodFault) -> String? {
        let (snapshot, _) = try self.snapshot(id)
        guard snapshot.config.tracksChanges, snapshot.config.disks.contains(where: { $0.key == key }) else {
            return nil
        }
        return "\(snapshot.changeHistory)/\(id)"
    }

    /// The blocks of a disk that changed from an earlier snapshot to a later one.
    ///
    /// `QueryChangedDiskAreas`.
    ///
    /// - Throws: a file fault for a change id of another history of changes: a revert begins a new one.
    package func queryChangedDiskAreas(
        of key: Int, at id: Moref<VirtualMachineSnapshot>, since changeID: String
    ) throws(MethodFault) -> [Int] {
        let snapshot = try self.snapshot(id).snapshot
        guard let content = content(of: key, at: snapshot) else {
            throw MethodFault(.invalidArgument(property: "deviceKey"))
        }
        let whole = { Array(0..<content.blockCount).filter { content[$0] != nil } }
        guard changeID != "*" else { return whole() }
        let parts = changeID.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2, let history = Int(parts[0]) else {
            throw MethodFault(.invalidArgument(property: "changeId"))
        }
        let earlier = Moref<VirtualMachineSnapshot>(parts[1])
        guard history == snapshot.changeHistory, owners[earlier] == snapshot.virtualMachine,
            let before = self.content(of: key, at: try self.snapshot(earlier).snapshot)
        else {
            guard settings.inferred.oldChangeIDIsRefused else { return whole() }
            throw MethodFault(.fileNotFound(file: "changeId \(changeID)"), rule: "VMW-086")
        }
        return content.changedBlocks(since: before)
    }

    private func content(of key: Int, at snapshot: VirtualMachineSnapshot) -> Disk? {
        snapshot.config.disks.first { $0.key == key }.flatMap { store.content(of: $0.path) }
    }
}

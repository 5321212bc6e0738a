import HashTreeCollections
import LabCore
import SimulatedMachine

extension HyperV {
    /// Has the machine's node fail: another node starts it, if it reaches all of the machine's files.
    ///
    /// A checkpoint whose files went to a volume of the one node alone is taken without a word, and the next failover fails.
    /// Rule: HV-036.
    package mutating func failOver(_ id: VirtualMachine.ID) throws(HyperVFault) {
        let wasRunning = try machine(id).state == .running
        if wasRunning {
            let answer = try turnOffVM(id)
            if case .job(let job) = answer { try wait(for: job) }
        }
        try call("Move-ClusterVirtualMachineRole", on: id.rawValue) { (plane) throws(HyperVFault) in
            let machine = try plane.machine(id)
            guard let local = plane.localFile(of: machine), plane.settings.inferred.failoverNeedsSharedFiles else {
                return
            }
            throw HyperVFault(
                .operationFailed,
                "The virtual machine cannot be brought online: '\(local)' is not on storage of the cluster.",
                hresult: HResult.fileNotFound, rule: "HV-036")
        }
        guard wasRunning else { return }
        if case .job(let job) = try startVM(id) { try wait(for: job) }
    }

    /// Makes a volume one that all nodes of the cluster reach.
    package mutating func addClusterSharedVolume(_ name: String) throws(HyperVFault) {
        try call("Add-ClusterSharedVolume", on: name) { (plane) throws(HyperVFault) in
            guard plane.volumes[name] != nil else {
                throw HyperVFault(.objectNotFound, "There is no volume '\(name)'.")
            }
            plane.volumes.change(name) { $0.isShared = true }
        }
    }

    /// A file of a machine or of its checkpoints that only its own node reaches.
    private func localFile(of machine: Boxed<VirtualMachine>) -> FilePath? {
        let kept = machine.tree.inOrder.compactMap { checkpoints[$0] }
        let disks = (machine.configBox.drives.files + kept.flatMap { $0.configBox.drives.files })
            .flatMap { chain(from: $0) }
        let settings = kept.map { FilePath($0.config.snapshotFileLocation, "\($0.id).vmcx") }
        return Set(disks + settings + kept.compactMap(\.stateFile)).sorted().first { path in
            volumes[of: path]?.isShared != true
        }
    }
}

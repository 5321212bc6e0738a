import HashTreeCollections
import LabCore
import SimulatedMachine

extension HyperV {
    /// Refuses what no checkpoint can be taken of, before anything is touched.
    func validate(_ request: CheckpointRequest, of machine: Boxed<VirtualMachine>) throws(HyperVFault) {
        if machine.state.isTransitional, settings.inferred.transitionsRefuseCheckpoints { throw .state("HV-015") }
        if machine.state.isCritical {
            throw HyperVFault(.operationFailed, "The storage of the virtual machine cannot be written to.")
        }
        if machine.job != nil { throw .busy(machine) }
        if let name = request.name { try checkName(name, ofCheckpointOf: machine) }
        if machine.config.checkpointType == .disabled, request.type == .standard, !request.isAutomatic {
            throw .checkpointsDisabled(machine)
        }
        if machine.isReplica, request.type == .standard, settings.inferred.replicasRefuseCheckpoints {
            throw .state("HV-037")
        }
        guard machine.tree.nodes.count < settings.quotas.checkpoints else {
            throw .checkpoint(
                "The maximum number of checkpoints (\(settings.quotas.checkpoints)) has been reached", machine,
                rule: "HV-025")
        }
        try checkDisks(of: machine, request)
    }

    /// Rules: HV-003 and HV-004.
    func checkName(_ name: String, ofCheckpointOf machine: Boxed<VirtualMachine>) throws(HyperVFault) {
        let id = settings.inferred.badName
        if name.allSatisfy(\.isWhitespace) {
            throw HyperVFault(id, "Cannot validate argument on parameter 'SnapshotName': it is blank.", rule: "HV-003")
        }
        guard name.count <= settings.quotas.nameLength else {
            throw HyperVFault(
                id, "The name of a checkpoint has at most \(settings.quotas.nameLength) characters.", rule: "HV-003")
        }
        guard !settings.inferred.checkpointNamesRepeat else { return }
        if machine.tree.inOrder.contains(where: { checkpoints[$0]?.name == name }) {
            throw HyperVFault(id, "There is a checkpoint '\(name)' already.")
        }
    }

    /// Refuses a machine with a disk that cannot be forked, unless it may be passed over.
    private func checkDisks(of machine: Boxed<VirtualMachine>, _ request: CheckpointRequest) throws(HyperVFault) {
        for drive in machine.configBox.drives {
            switch drive.source {
            case .physical(let number):
                if request.ignoresNonSnapshottableDisks { continue }
                throw .checkpoint(
                    "The physical disk \(number) is attached and cannot be part of a checkpoint", machine,
                    rule: "HV-018")
            case .fibreChannel(let unit):
                if request.ignoresNonSnapshottableDisks { continue }
                throw .checkpoint(
                    "The Fibre Channel unit \(unit) is attached and cannot be part of a checkpoint", machine,
                    rule: "HV-022")
            case .file(let path):
                if drive.isShared {
                    throw .checkpoint(
                        "One or more shareable VHDX are attached and this VM is not part of a Hyper-V Collection",
                        machine, rule: "HV-020")
                }
                if files[path]?.format == .vhdSet, settings.inferred.diskSetsNeedGroups {
                    throw .checkpoint("A VHD Set is attached and this VM is in no group", machine, rule: "HV-021")
                }
                if let fault = fault(inChainOf: path) { throw fault }
            }
        }
    }

    /// Refuses a checkpoint for whose files there is no room.
    ///
    /// Rule: HV-026.
    func checkRoom(for machine: Boxed<VirtualMachine>, holdsMemory: Bool) throws(HyperVFault) {
        var needed = machine.configBox.drives.files.map { ($0, VirtualHardDisk.header) }
        if holdsMemory {
            needed.append((FilePath(rawValue: machine.config.snapshotFileLocation), machine.config.memory))
        }
        try requireRoom(needed, rule: "HV-026")
    }

    /// Refuses to keep the memory of a machine that cannot be saved.
    func checkMemoryCanBeKept(of machine: Boxed<VirtualMachine>) throws(HyperVFault) {
        if !machine.config.assignedDevices.isEmpty, settings.inferred.assignedDevicesBlockMemory {
            throw .checkpoint(
                "A device is assigned to the virtual machine, which cannot be saved", machine, rule: "HV-024")
        }
        if machine.config.exposesVirtualization, machine.runsInnerMachines,
            settings.inferred.innerHypervisorBlocksMemory
        {
            throw .checkpoint(
                "A hypervisor runs in the virtual machine, which cannot be saved", machine, rule: "HV-035")
        }
    }
}

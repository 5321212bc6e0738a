import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension HyperV {
    /// Writes a checkpoint out as a machine of its own, with disks in which all layers are folded together.
    ///
    /// `Export-VMSnapshot`. Rule: HV-160.
    package mutating func exportVMSnapshot(
        _ id: Checkpoint.ID, path: FilePath
    ) throws(HyperVFault) -> Job.ID {
        try call("Export-VMSnapshot", on: id.rawValue, answer: { $0.rawValue }) { (plane) throws(HyperVFault) in
            let checkpoint = try plane.checkpoint(id)
            let machine = try plane.machine(checkpoint.machine)
            if machine.job != nil { throw .busy(machine) }
            if let fault = plane.faultInChains(of: checkpoint) { throw fault }
            let size = try plane.checkFolder(path, for: checkpoint.config, holdsMemory: checkpoint.memory != nil)
            return plane.begin(
                .exportCheckpoint(id, path), on: machine.id, phases: [size.time(at: plane.settings.timings.copyRate)])
        }
    }

    /// Writes a machine out, with what `captureLiveState` says of one that runs.
    ///
    /// `Export-VM`. Rule: HV-161.
    package mutating func exportVM(
        _ id: VirtualMachine.ID, path: FilePath, captureLiveState: CaptureLiveState? = nil
    ) throws(HyperVFault) -> Job.ID {
        try call("Export-VM", on: id.rawValue, answer: { $0.rawValue }) { (plane) throws(HyperVFault) in
            plane.settle(id)
            let machine = try plane.machine(id)
            if machine.job != nil { throw .busy(machine) }
            if machine.state.isTransitional || machine.state.isCritical { throw .state("HV-161") }
            let usual = plane.settings.inferred.exportsKeepMemory ? CaptureLiveState.savedState : .crashConsistentState
            let live = captureLiveState ?? usual
            var elapsed = Duration.zero
            if machine.state == .running, live == .dataConsistentState {
                do throws(GuestFault) {
                    elapsed = try plane.machines[id]?.wrappedValue.hardware.freeze(at: plane.world.now) ?? .zero
                } catch {
                    throw .failed(machine, to: "export", because: "\(error).")
                }
            }
            let holdsMemory = machine.hardware.power != .off && live == .savedState || machine.state == .saved
            let size = try plane.checkFolder(path, for: machine.config, holdsMemory: holdsMemory)
            let capture = Capture(
                instant: plane.now + elapsed, disks: plane.contents(of: machine),
                memory: holdsMemory ? plane.machines[id]?.wrappedValue.hardware.memory : nil,
                consistency: holdsMemory ? .memory : .crash, configuration: machine.configBox)
            return plane.begin(
                .exportMachine(path, live), on: id,
                phases: [elapsed + size.time(at: plane.settings.timings.copyRate)], capture: Boxed(capture))
        }
    }

    private func checkFolder(
        _ folder: FilePath, for config: Configuration, holdsMemory: Bool
    ) throws(HyperVFault) -> ByteCount {
        guard exports[folder] == nil else {
            throw HyperVFault(
                .operationFailed, "The directory '\(folder)' exists already.", hresult: HResult.fileExists)
        }
        var size = holdsMemory ? config.memory : .zero
        for path in config.drives.files {
            size += VirtualHardDisk.header + (content(of: path)?.writtenBytes ?? .zero)
        }
        try requireRoom([(folder, size)], rule: "HV-160")
        return size
    }

    // MARK: The end of the jobs

    mutating func finishExport(of id: Checkpoint.ID, to folder: FilePath) throws(HyperVFault) -> FilePath {
        let checkpoint = try checkpoint(id)
        let machine = try machine(checkpoint.machine)
        let config = checkpoint.config
        let disks = config.drives.map { drive in drive.path.flatMap { files[$0]?.content } }
        writeOut(
            machine, to: folder, config, disks, memory: checkpoint.memory, savedOn: checkpoint.savedOn,
            created: checkpoint.created)
        return folder
    }

    mutating func finishExport(
        of id: VirtualMachine.ID, to folder: FilePath, _ live: CaptureLiveState, _ capture: Boxed<Capture>?
    ) throws(HyperVFault) -> FilePath {
        thaw(id)
        let machine = try machine(id)
        guard let capture = capture?.wrappedValue else { throw .state("HV-161") }
        let savedOn = machine.state == .saved ? machine.savedOn : processorFeatures
        writeOut(
            machine, to: folder, capture.configuration.wrappedValue, capture.disks, memory: capture.memory,
            savedOn: savedOn, created: capture.instant)
        return folder
    }

    private mutating func writeOut(
        _ machine: Boxed<VirtualMachine>, to folder: FilePath, _ config: Configuration, _ disks: [Disk?],
        memory: Memory?, savedOn: Set<String>, created: Instant
    ) {
        var config = config
        for index in config.drives.indices {
            guard let path = config.drives[index].path, let content = disks[index] else { continue }
            var base = path
            while base.isAVHDX, let next = files[base]?.parent { base = next }
            let copy = FilePath("\(folder)\\Virtual Hard Disks", base.name)
            place(
                VirtualHardDisk(
                    path: copy, format: files[base]?.format ?? .vhdx, type: .dynamic, content: content,
                    identifier: world.names.guid()))
            config.drives[index].source = .file(copy)
        }
        let export = ExportedMachine(
            folder: folder, machine: machine.id, spec: machine.spec, family: machine.family, config: config,
            memory: memory, savedOn: savedOn, created: created, privateAddress: machine.privateAddress,
            outside: machine.hardware.outside)
        if memory != nil { placeState(export.stateFile, config.memory) }
        exports[folder] = export
    }

    /// Deletes an exported machine with its files.
    ///
    /// `Remove-Item -Recurse`.
    package mutating func removeExport(_ folder: FilePath) throws(HyperVFault) {
        try call("Remove-Item", on: folder.rawValue) { (plane) throws(HyperVFault) in
            guard let export = plane.exports[folder] else {
                throw HyperVFault(.objectNotFound, "Cannot find path '\(folder)' because it does not exist.")
            }
            for path in export.config.drives.files where plane.files[path]?.owner == nil {
                plane.erase(path)
            }
            plane.eraseState(export.stateFile)
            plane.exports[folder] = nil
        }
    }
}

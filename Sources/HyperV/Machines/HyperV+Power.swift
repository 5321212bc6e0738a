import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension HyperV {
    /// Switches a machine on, lets it go on from its saved state, or resumes it.
    ///
    /// `Start-VM`.
    package mutating func startVM(_ id: VirtualMachine.ID) throws(HyperVFault) -> CmdletAnswer {
        try power("Start-VM", id) { (plane, machine) throws(HyperVFault) in
            if plane.settings.inferred.startResumesPaused || machine.state != .paused {
                for path in machine.configBox.drives.files {
                    if let fault = plane.fault(inChainOf: path) { throw fault }
                }
            }
            let resumesPaused = plane.settings.inferred.startResumesPaused
            let effect = try plane.moveState(of: id) { (state) throws(NotInState<PowerState>) in
                try state.start(resumesPaused: resumesPaused)
            }
            let timings = plane.settings.timings
            switch effect {
            case .boots:
                plane.interruptMerges(of: id)
                return plane.begin(.start, on: id, phases: [timings.power])
            case .restoresMemory:
                guard plane.canRestore(machine.savedOn) else {
                    throw .failed(
                        machine, to: "start", because: "The saved state is incompatible with the processor.",
                        rule: "HV-074")
                }
                plane.interruptMerges(of: id)
                let reading = machine.config.memory.time(at: timings.memoryRate)
                return plane.begin(.start, on: id, phases: [timings.save + reading])
            case .resumes: return plane.begin(.resume, on: id, phases: [timings.pause])
            default: return nil
            }
        }
    }

    /// Lets a paused machine go on.
    ///
    /// `Resume-VM`.
    package mutating func resumeVM(_ id: VirtualMachine.ID) throws(HyperVFault) -> CmdletAnswer {
        try power("Resume-VM", id) { (plane, machine) throws(HyperVFault) in
            let effect = try plane.moveState(of: id) { (state) throws(NotInState<PowerState>) in try state.resume() }
            return effect == .nothing ? nil : plane.begin(.resume, on: id, phases: [plane.settings.timings.pause])
        }
    }

    /// Makes a machine stand still with its memory in the host's.
    ///
    /// `Suspend-VM`.
    package mutating func suspendVM(_ id: VirtualMachine.ID) throws(HyperVFault) -> CmdletAnswer {
        try power("Suspend-VM", id) { (plane, machine) throws(HyperVFault) in
            let effect = try plane.moveState(of: id) { (state) throws(NotInState<PowerState>) in try state.pause() }
            return effect == .nothing ? nil : plane.begin(.pause, on: id, phases: [plane.settings.timings.pause])
        }
    }

    /// Puts a machine's memory into a file.
    ///
    /// `Save-VM`, `Stop-VM -Save`.
    package mutating func saveVM(_ id: VirtualMachine.ID) throws(HyperVFault) -> CmdletAnswer {
        try power("Save-VM", id) { (plane, machine) throws(HyperVFault) in
            try plane.checkMemoryCanBeKept(of: machine)
            let effect = try plane.moveState(of: id) { (state) throws(NotInState<PowerState>) in try state.save() }
            guard effect == .begins else { return nil }
            try plane.requireRoom([(FilePath(rawValue: machine.folder), machine.config.memory)], rule: "HV-026")
            let timings = plane.settings.timings
            plane.halt(id)
            return plane.begin(
                .save, on: id, phases: [timings.save + machine.config.memory.time(at: timings.memoryRate)])
        }
    }

    /// Asks the guest to shut down; with force it has five minutes, and then the power goes.
    ///
    /// `Stop-VM`. Rules: HV-128 and HV-129.
    package mutating func stopVM(
        _ id: VirtualMachine.ID, force: Bool = false
    ) throws(HyperVFault) -> CmdletAnswer {
        try power("Stop-VM", id) { (plane, machine) throws(HyperVFault) in
            let effect = try plane.moveState(of: id) { (state) throws(NotInState<PowerState>) in
                try state.shutDown()
            }
            guard effect == .begins else { return nil }
            let isOffered = machine.config.integrationServices.contains(.shutdown)
            let isAnswered = plane.status(of: .shutdown, in: machine) == .ok
            guard isOffered && isAnswered || !plane.settings.inferred.shutdownNeedsService else {
                guard force else {
                    throw .failed(
                        machine, to: "shut down", because: "The device is not ready for use.",
                        hresult: HResult.notReady, rule: "HV-128")
                }
                let limit = plane.settings.timings.forcedShutdown
                plane.enter(.forcedOff(id, epoch: machine.epoch), in: limit)
                return plane.begin(.shutDown(forced: true), on: id, phases: [limit + plane.settings.timings.power])
            }
            return try plane.askGuestToShutDown(machine)
        }
    }

    /// Cuts a machine's power, or throws its saved state away.
    ///
    /// `Stop-VM -TurnOff`.
    package mutating func turnOffVM(_ id: VirtualMachine.ID) throws(HyperVFault) -> CmdletAnswer {
        try call("Stop-VM", on: id.rawValue, answer: Self.words) { (plane) throws(HyperVFault) in
            let machine = try plane.machine(id)
            if let job = machine.job {
                guard machine.state == .stopping else { throw .busy(machine) }
                plane.terminate(job)
                plane.setState(of: id, .stopping)
            }
            plane.settle(id)
            let dropsSaved = plane.settings.inferred.turnOffDropsSavedState
            let effect = try plane.moveState(of: id) { (state) throws(NotInState<PowerState>) in
                try state.turnOff(dropsSaved: dropsSaved)
            }
            if effect == .nothing { return try plane.satisfied(machine) }
            plane.goOff(id)
            return .warning("")
        }
    }

    /// Presses the reset button.
    ///
    /// `Restart-VM -Force`. Rule: HV-130.
    package mutating func restartVM(_ id: VirtualMachine.ID) throws(HyperVFault) -> CmdletAnswer {
        try power("Restart-VM", id) { (plane, machine) throws(HyperVFault) in
            do throws(NotInState<PowerState>) { try machine.state.restart() } catch { throw .state() }
            plane.machines[id]?.wrappedValue.hardware.cutPower(at: plane.world.now)
            plane.setState(of: id, .starting)
            return plane.begin(.start, on: id, phases: [plane.settings.timings.power])
        }
    }

    /// Throws the saved state of a machine away, which is off then.
    ///
    /// `Remove-VMSavedState`.
    package mutating func removeVMSavedState(of id: VirtualMachine.ID) throws(HyperVFault) {
        try call("Remove-VMSavedState", on: id.rawValue) { (plane) throws(HyperVFault) in
            let machine = try plane.machine(id)
            guard machine.state == .saved else { throw .state() }
            if machine.job != nil { throw .busy(machine) }
            plane.setState(of: id, .off)
            plane.goOff(id)
        }
    }

    // MARK: Steps

    /// One verb of power: it answers with a job, or warns that there was nothing to do.
    private mutating func power(
        _ cmdlet: String, _ id: VirtualMachine.ID,
        _ body: (inout HyperV, Boxed<VirtualMachine>) throws(HyperVFault) -> Job.ID?
    ) throws(HyperVFault) -> CmdletAnswer {
        try call(cmdlet, on: id.rawValue, answer: Self.words) { (plane) throws(HyperVFault) in
            plane.settle(id)
            let machine = try plane.machine(id)
            if machine.state.isCritical {
                throw HyperVFault(.operationFailed, "The storage of the virtual machine cannot be written to.")
            }
            if machine.job != nil { throw machine.state.isTransitional ? .state() : .busy(machine) }
            guard let job = try body(&plane, machine) else { return try plane.satisfied(machine) }
            return .job(job)
        }
    }

    /// The machine is as it was to be already.
    ///
    /// Rule: HV-131.
    private func satisfied(_ machine: Boxed<VirtualMachine>) throws(HyperVFault) -> CmdletAnswer {
        guard settings.inferred.satisfiedVerbsWarn else { throw .state("HV-131") }
        return .warning("The virtual machine is already in the specified state.")
    }

    private static func words(_ answer: CmdletAnswer) -> String {
        switch answer {
        case .job(let id): id.rawValue
        case .warning(let text): text.isEmpty ? "done" : "warning: \(text)"
        }
    }

    /// Whether a memory that was taken on a processor can go on here.
    ///
    /// Rule: HV-074.
    func canRestore(_ features: Set<String>) -> Bool {
        !settings.inferred.memoryNeedsItsProcessor || features.isSubset(of: processorFeatures)
    }
}

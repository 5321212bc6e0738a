import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension HyperV {
    // MARK: States

    /// Has a machine's state take an event, and writes down from what to what.
    ///
    /// - Returns: whether it took it.
    @discardableResult
    mutating func changeState(
        of id: VirtualMachine.ID, _ event: (inout PowerState) throws(NotInState<PowerState>) -> Void
    ) -> Bool {
        guard var state = machines[id]?.state else { return false }
        do throws(NotInState<PowerState>) { try event(&state) } catch { return false }
        setState(of: id, state)
        return true
    }

    /// Has a machine's state take an event that a caller asks for.
    mutating func moveState(
        of id: VirtualMachine.ID, _ event: (inout PowerState) throws(NotInState<PowerState>) -> PowerState.Effect
    ) throws(HyperVFault) -> PowerState.Effect {
        var state = try machine(id).state
        let effect: PowerState.Effect
        do throws(NotInState<PowerState>) { effect = try event(&state) } catch { throw .state() }
        setState(of: id, state)
        return effect
    }

    /// Gives a machine a state, and writes down from what to what.
    mutating func setState(of id: VirtualMachine.ID, _ state: PowerState) {
        guard let old = machines[id]?.state, old != state else { return }
        machines[id]?.state = state
        note(id.rawValue, "\(old.rawValue) -> \(state.rawValue)")
    }

    // MARK: The guest

    /// Makes the guest stand still.
    mutating func halt(_ id: VirtualMachine.ID) {
        guard let machine = machines[id] else { return }
        machines[id]?.run.before = machine.wrappedValue.uptime(at: world.now)
        machines[id]?.run.since = nil
        if machine.hardware.power == .on { machines[id]?.wrappedValue.hardware.suspend(at: world.now) }
    }

    /// Lets a guest that stood still go on.
    mutating func goOn(_ id: VirtualMachine.ID) {
        guard let machine = machines[id], machine.hardware.power == .suspended else { return }
        machines[id]?.wrappedValue.hardware.resume(at: world.now)
        machines[id]?.run.since = world.now
        machines[id]?.run.isRestored = true
        machines[id]?.run.readyAt = world.now + settings.timings.heartbeatAfterRestore
        enter(.clockSynchronised(id, epoch: machine.epoch), in: settings.timings.clockCorrection)
    }

    /// Boots the guest from what is on its disks.
    private mutating func boot(_ id: VirtualMachine.ID) {
        guard let machine = machines[id], machine.hardware.power == .off else { return }
        let known = machines
        let outside = surroundings.speaks(id, of: machine.family) { known[$0]?.hardware.outside }
        if let outside { machines[id]?.wrappedValue.hardware.outside = outside }
        let duration = machines[id]?.wrappedValue.hardware.boot(as: machine.identity, at: world.now) ?? .zero
        machines[id]?.epoch += 1
        machines[id]?.run = VirtualMachine.Run(since: world.now, readyAt: world.now + duration)
    }

    /// The guest is off: what was in memory is gone, and so is an automatic checkpoint.
    mutating func goOff(_ id: VirtualMachine.ID) {
        if machines[id]?.wrappedValue.hardware.power != .off {
            machines[id]?.wrappedValue.hardware.cutPower(at: world.now)
        }
        dropSavedState(of: id)
        machines[id]?.run = VirtualMachine.Run()
        machines[id]?.epoch += 1
        for path in machines[id]?.configBox.drives.files ?? [] { measure(path) }
        waiting.remove(id)
        removeAutomaticCheckpoints(of: id)
        requeueMerges(of: id)
        pumpMerges()
    }

    /// Whatever a machine was at, it is off.
    mutating func leaveOff(_ id: VirtualMachine.ID) {
        setState(of: id, .off)
        goOff(id)
    }

    /// Asks the guest to shut down; the job ends when it has.
    mutating func askGuestToShutDown(_ machine: Boxed<VirtualMachine>) throws(HyperVFault) -> Job.ID {
        do throws(GuestFault) {
            guard let duration = try machines[machine.id]?.wrappedValue.hardware.shutDown(at: world.now) else {
                throw GuestFault(.isNotRunning)
            }
            return begin(.shutDown(forced: false), on: machine.id, phases: [duration + settings.timings.power])
        } catch {
            throw .failed(machine, to: "shut down", because: "\(error).", hresult: HResult.notReady)
        }
    }

    /// A guest that did not answer has had its five minutes.
    ///
    /// Rule: HV-129.
    mutating func forceOff(_ id: VirtualMachine.ID, _ epoch: Int) {
        guard let machine = machines[id], machine.epoch == epoch, machine.state == .stopping else { return }
        machines[id]?.wrappedValue.hardware.cutPower(at: world.now)
        note(id.rawValue, "power cut: the guest was still running")
    }

    /// The guest went off by itself, or lost its power in the middle of something.
    mutating func noticePowerLoss(of id: VirtualMachine.ID) {
        guard let machine = machines[id], machine.state == .running, machine.hardware.power == .off else { return }
        changeState(of: id) { (state) throws(NotInState<PowerState>) in try state.losePower() }
        goOff(id)
    }

    // MARK: Saved states

    /// Writes a machine's memory into a file.
    mutating func keepSavedState(of id: VirtualMachine.ID, _ size: ByteCount) {
        guard let folder = machines[id]?.folder else { return }
        let path = FilePath(folder, "Virtual Machines\\\(id).vmrs")
        placeState(path, size)
        machines[id]?.stateFile = path
    }

    /// Throws the file with a machine's memory away.
    mutating func dropSavedState(of id: VirtualMachine.ID) {
        guard let path = machines[id]?.stateFile else { return }
        eraseState(path)
        machines[id]?.stateFile = nil
    }

    // MARK: The end of jobs

    mutating func finishStart(_ id: VirtualMachine.ID) throws(HyperVFault) {
        let machine = try machine(id)
        let isRestored = machine.hardware.power == .suspended
        if !isRestored { takeAutomaticCheckpoint(of: id) }
        changeState(of: id) { (state) throws(NotInState<PowerState>) in try state.settle() }
        if isRestored {
            dropSavedState(of: id)
            machines[id]?.run.clockLag += world.now - (machine.savedAt ?? world.now)
            goOn(id)
        } else {
            boot(id)
        }
    }

    mutating func finishShutDown(_ id: VirtualMachine.ID) {
        changeState(of: id) { (state) throws(NotInState<PowerState>) in try state.settle() }
        goOff(id)
    }

    mutating func finishSave(_ id: VirtualMachine.ID) throws(HyperVFault) {
        let memory = try machine(id).config.memory
        changeState(of: id) { (state) throws(NotInState<PowerState>) in try state.settle() }
        keepSavedState(of: id, memory)
        machines[id]?.savedOn = processorFeatures
        machines[id]?.savedAt = world.now
    }

    mutating func finishPause(_ id: VirtualMachine.ID) {
        halt(id)
        changeState(of: id) { (state) throws(NotInState<PowerState>) in try state.settle() }
    }

    mutating func finishResume(_ id: VirtualMachine.ID) {
        changeState(of: id) { (state) throws(NotInState<PowerState>) in try state.settle() }
        goOn(id)
    }

    // MARK: Automatic checkpoints

    /// Keeps the state of the last start of a machine that is set to.
    ///
    /// Rules: HV-040 and HV-041.
    private mutating func takeAutomaticCheckpoint(of id: VirtualMachine.ID) {
        guard let machine = machines[id], machine.config.automaticCheckpoints,
            !machine.tree.inOrder.contains(where: { checkpoints[$0]?.isAutomatic == true })
        else { return }
        guard machine.tree.nodes.count < settings.quotas.checkpoints else {
            return note(id.rawValue, "no automatic checkpoint: there is no room for another")
        }
        let capture = Capture(
            instant: now, disks: contents(of: machine), memory: nil, consistency: .off,
            configuration: machine.configBox)
        let name = "Automatic Checkpoint - \(Self.usualName(of: machine, at: now))"
        let request = CheckpointRequest(name: name, isAutomatic: true)
        // A checkpoint of a machine that is known, with what was captured of it, is always taken.
        _ = try? finishCheckpoint(request, of: id, Boxed(capture))
    }

    /// Removes and merges what the last start left.
    ///
    /// Rule: HV-041.
    private mutating func removeAutomaticCheckpoints(of id: VirtualMachine.ID) {
        let targets = (machines[id]?.tree.inOrder ?? []).filter { checkpoints[$0]?.isAutomatic == true }
        if !targets.isEmpty { finishRemoval(of: targets, from: id) }
    }
}

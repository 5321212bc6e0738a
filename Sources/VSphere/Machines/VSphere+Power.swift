import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension VSphere {
    /// Switches a machine on, or resumes it.
    ///
    /// `PowerOnVM_Task`.
    package mutating func powerOnVM(
        _ vm: Moref<VirtualMachine>, host: Moref<HostSystem>? = nil
    ) throws(MethodFault) -> Moref<TaskInfo> { try submit(.powerOn(host: host), to: vm) }

    /// Cuts the power.
    ///
    /// `PowerOffVM_Task`.
    package mutating func powerOffVM(_ vm: Moref<VirtualMachine>) throws(MethodFault) -> Moref<TaskInfo> {
        try submit(.powerOff, to: vm)
    }

    /// Puts the memory into a file and stops.
    ///
    /// `SuspendVM_Task`.
    package mutating func suspendVM(_ vm: Moref<VirtualMachine>) throws(MethodFault) -> Moref<TaskInfo> {
        try submit(.suspend, to: vm)
    }

    /// Presses the reset button.
    ///
    /// `ResetVM_Task`.
    package mutating func resetVM(_ vm: Moref<VirtualMachine>) throws(MethodFault) -> Moref<TaskInfo> {
        try submit(.reset, to: vm)
    }
}

// MARK: The work of the tasks

extension VSphere {
    mutating func beginPowerOn(_ id: Moref<VirtualMachine>, host: Moref<HostSystem>?) throws(MethodFault) -> Duration {
        var vm = try virtualMachine(id)
        _ = try vm.power.powerOn(at: now)
        try admitToHost(vm, host: host)
        if store[vm.swapPath] == nil {
            let room = store.datastores[vm.home.datastore]?.freeSpace ?? .zero
            guard room >= vm.config.memory else {
                throw MethodFault(.insufficientStorageSpace, rule: "VMW-132")
            }
        }
        let memory = vm.power.state == .suspended ? vm.config.memory : .zero
        return settings.timings.power + memory.time(at: settings.timings.memoryReadRate)
    }

    mutating func finishPowerOn(_ id: Moref<VirtualMachine>, host: Moref<HostSystem>?) throws(MethodFault) {
        let effect = try changePower(id) { (power, now) throws(MethodFault) in try power.powerOn(at: now) }
        if let host { try change(id) { vm in vm.host = host } }
        switch effect {
        case .boot: try boot(id)
        case .resume: try resume(id)
        case .cut, .dropMemory, .suspend, .reboot: preconditionFailure("powering on cannot \(effect)")
        }
    }

    mutating func beginPowerOff(_ id: Moref<VirtualMachine>) throws(MethodFault) -> Duration {
        var vm = try virtualMachine(id)
        _ = try vm.power.powerOff(dropsSuspended: settings.eras.powersOffSuspended)
        return settings.timings.power
    }

    mutating func finishPowerOff(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        let drops = settings.eras.powersOffSuspended
        _ = try changePower(id) { (power, _) throws(MethodFault) in try power.powerOff(dropsSuspended: drops) }
        try cut(id)
        try actAtPowerOff(id)
    }

    /// Does what the machine is configured to do when it is powered off.
    ///
    /// Rule: VMW-089.
    private mutating func actAtPowerOff(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        let vm = try virtualMachine(id)
        switch vm.config.powerOffBehavior {
        case .powerOff: break
        case .revert:
            if let current = vm.tree.current {
                _ = try finishRevert(id, to: current, host: nil, suppressPowerOn: false)
            }
        case .take:
            let spec = SnapshotSpec(name: "Taken at power-off", memory: false, quiesce: false)
            _ = try beginCreateSnapshot(spec, of: id)
            _ = try finishCreateSnapshot(spec, of: id)
        }
    }

    mutating func beginSuspend(_ id: Moref<VirtualMachine>) throws(MethodFault) -> Duration {
        var vm = try virtualMachine(id)
        _ = try vm.power.suspend(at: now)
        try store.demand(vm.config.memory, for: vm.suspendPath)
        return settings.timings.power + vm.config.memory.time(at: settings.timings.memoryWriteRate)
    }

    mutating func finishSuspend(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        _ = try changePower(id) { (power, now) throws(MethodFault) in try power.suspend(at: now) }
        try putToSleep(id)
    }

    mutating func beginReset(_ id: Moref<VirtualMachine>) throws(MethodFault) -> Duration {
        var vm = try virtualMachine(id)
        _ = try vm.power.reset(at: now)
        return settings.timings.power
    }

    mutating func finishReset(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        _ = try changePower(id) { (power, now) throws(MethodFault) in try power.reset(at: now) }
        try change(id) { vm in vm.hardware.cutPower(at: vm.hardwareClock) }
        try boot(id)
    }

    /// Changes the power and writes down from what to what.
    mutating func changePower(
        _ id: Moref<VirtualMachine>,
        _ event: (inout RuntimePower, Instant) throws(MethodFault) -> RuntimePower.Effect
    ) throws(MethodFault) -> RuntimePower.Effect {
        let before = try virtualMachine(id).power.state
        let now = now
        let effect = try change(id) { (vm) throws(MethodFault) in
            vm.suspensionIsHeld = false
            return try event(&vm.power, now)
        }
        note(id, "\(before.rawValue) -> \(try virtualMachine(id).power.state.rawValue)")
        return effect
    }

    /// Refuses a machine for which the host has no room, or which it cannot run.
    ///
    /// Rule: VMW-068.
    func admitToHost(_ vm: VirtualMachine, host: Moref<HostSystem>?) throws(MethodFault) {
        let host = try self.host(host, or: vm.host)
        guard host.isConnected else { throw MethodFault(.invalidHostState(host: host.id.value), rule: "VMW-053") }
        let own = virtualMachines[vm.id].map { $0.host == host.id && $0.power.state == .poweredOn ? $0.weight : 0 }
        let taken = ByteCount(Int64(virtualMachines.weight(.running(on: host.id)) - (own ?? 0)))
        let free = taken < host.memory ? ByteCount(host.memory.bytes - taken.bytes) : .zero
        guard vm.config.memory <= free else {
            throw MethodFault(.insufficientMemory(unreserved: free, requested: vm.config.memory), rule: "VMW-068")
        }
        guard vm.config.numCPUs <= host.processors else {
            throw MethodFault(
                .insufficientCPU(available: host.processors, requested: vm.config.numCPUs), rule: "VMW-068")
        }
    }
}

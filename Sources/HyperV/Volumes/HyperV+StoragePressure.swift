import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension HyperV {
    /// Lets the guest's timers run, writes down how far its disks have grown, and looks whether there is room for more.
    mutating func settle(_ id: VirtualMachine.ID) {
        guard let machine = machines[id], machine.state == .running || machine.state == .stopping else { return }
        machines[id]?.wrappedValue.hardware.advance(to: world.now)
        for path in machine.configBox.drives.files { measure(path) }
        for volume in Set(machine.configBox.drives.files.map(\.volume)).sorted() { lookAtRoom(of: volume) }
    }

    /// Pauses the machines that write to a volume that is full, and lets them go on when it no longer is.
    ///
    /// Rule: HV-137.
    mutating func lookAtRoom(of name: String) {
        guard let volume = volumes[name] else { return }
        let isFull = !volume.isAvailable || volume.free < settings.inferred.lowSpacePause
        guard isFull || !waiting.isEmpty else { return }
        for id in writers(to: name, waiting: !isFull) {
            if isFull { loseStorage(id) } else { regainStorage(id) }
        }
    }

    /// The machines that write to a volume, or wait for it.
    private func writers(to volume: String, waiting: Bool) -> [VirtualMachine.ID] {
        machines.values.filter { machine in
            guard waiting ? machine.state.isCritical : !machine.state.isCritical else { return false }
            return machine.configBox.drives.files.contains { $0.isOn(volume: volume) }
        }.map(\.id).sorted()
    }

    private mutating func loseStorage(_ id: VirtualMachine.ID) {
        guard let machine = machines[id] else { return }
        let isAway = machine.configBox.drives.files.contains { volumes[of: $0]?.isAvailable == false }
        // A machine that is off, or between two states, does not write.
        guard isAway || machine.state == .running,
            changeState(of: id, { (state) throws(NotInState<PowerState>) in try state.loseStorage() })
        else { return }
        waiting.insert(id)
        guard machine.state == .running || machine.state == .paused else { return }
        halt(id)
        // Rule: HV-138.
        guard machine.config.criticalErrorAction == .pause else { return leaveOff(id) }
        let epoch = machines[id]?.epoch ?? 0
        enter(.criticalTimeout(id, epoch: epoch), in: .minutes(machine.config.criticalErrorTimeout))
    }

    private mutating func regainStorage(_ id: VirtualMachine.ID) {
        guard let machine = machines[id],
            machine.configBox.drives.files.allSatisfy({ path in
                volumes[of: path].map { $0.isAvailable && $0.free >= settings.inferred.lowSpacePause } ?? false
            })
        else { return }
        let wasPaused = machine.state == .pausedCritical
        changeState(of: id) { (state) throws(NotInState<PowerState>) in try state.regainStorage() }
        waiting.remove(id)
        if wasPaused { goOn(id) }
    }

    /// A machine has waited for its storage as long as it was to.
    ///
    /// Rule: HV-138.
    mutating func criticalTimeout(of id: VirtualMachine.ID, _ epoch: Int) {
        guard let machine = machines[id], machine.epoch == epoch, machine.state == .pausedCritical else { return }
        leaveOff(id)
    }

    /// The health of a machine as WMI gives it: 5 as it should be, 20 when its storage runs low, 25 when it is full.
    ///
    /// Rule: HV-137.
    package func healthState(of id: VirtualMachine.ID) throws(HyperVFault) -> Int {
        let machine = try machine(id)
        if machine.state.isCritical { return 25 }
        let isLow = machine.configBox.drives.files.contains { path in
            volumes[of: path].map { $0.free < settings.inferred.lowSpaceWarning } ?? false
        }
        return isLow && machine.state == .running ? 20 : 5
    }

    /// Refuses what a volume has no room for.
    func requireRoom(_ needed: [(path: FilePath, size: ByteCount)], rule: LabCore.RuleID) throws(HyperVFault) {
        guard let name = volumes.tooSmall(for: needed) else { return }
        throw HyperVFault(
            .operationFailed, "There is not enough space on the disk (\(name)).", hresult: HResult.diskFull, rule: rule)
    }
}

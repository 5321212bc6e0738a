import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension VirtualMachine {
    /// A file beside the machine's configuration file.
    func file(_ ending: String) -> FilePath { home.sibling(home.stem + ending) }

    /// A file of a snapshot, which has a directory of its own where one is configured.
    func snapshotFile(_ ending: String) -> FilePath {
        var path = file(ending)
        path.directory = config.snapshotDirectory ?? path.directory
        return path
    }
    /// The file behind memory that the host runs out of.
    var swapPath: FilePath { file(".vswp") }
    /// The file with the memory of a suspended machine.
    var suspendPath: FilePath { file(".vmss") }
    /// The log.
    var logPath: FilePath { home.sibling("vmware.log") }
}

/// The hardware behind the power verbs; the state of the power is changed by the caller.
extension VSphere {
    /// Asks a question, which blocks the machine until it is answered.
    ///
    /// Rule: VMW-011.
    mutating func pose(_ text: String, choices: [String], to vm: inout VirtualMachine) {
        let question = Question(id: "_vmx\(world.names.number("question"))", text: text, choices: choices)
        vm.question = question
        note(vm.id, "question \(question.id): \(text)")
    }

    /// Boots a machine that is off.
    mutating func boot(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        let vm = try virtualMachine(id)
        if store[vm.swapPath] == nil { try store.create(vm.swapPath, StoredFile(.swap, size: vm.config.memory)) }
        growLog(of: vm)
        let (identity, now) = (identity(of: vm), now)
        let duration = try change(id) { vm in
            let duration = vm.hardware.boot(as: identity, at: now)
            vm.hardwareClock = now + duration
            vm.tools = Tools(isInstalled: vm.tools.isInstalled, answersFrom: now + duration)
            vm.guest = GuestInfo()
            return duration
        }
        agenda.enter(.guestAnswers(id, boot: now), at: now + duration)
    }

    /// Lets a suspended machine go on.
    mutating func resume(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        let vm = try virtualMachine(id)
        store.delete(vm.suspendPath)
        if store[vm.swapPath] == nil { try store.create(vm.swapPath, StoredFile(.swap, size: vm.config.memory)) }
        let now = now
        try change(id) { vm in
            vm.hardware.resume(at: max(now, vm.hardwareClock))
            vm.hardwareClock = max(now, vm.hardwareClock)
        }
        try wakeGuest(id)
    }

    /// Lets a guest that was stopped with its memory answer again, after a while.
    ///
    /// Rule: VMW-087.
    mutating func wakeGuest(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        let answers = now + settings.timings.guestAnswersAfterResume
        try change(id) { vm in vm.tools.answersFrom = answers }
        guard let boot = try virtualMachine(id).power.bootTime else { return }
        agenda.enter(.guestAnswers(id, boot: boot), at: answers)
        agenda.enter(.toolsStepClock(id, boot: boot), at: answers + settings.timings.clockStep)
    }

    /// Takes the power away from a machine that runs or is suspended.
    mutating func cut(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        let now = now
        try change(id) { vm in
            if vm.hardware.power != .off { vm.hardware.cutPower(at: max(now, vm.hardwareClock)) }
            vm.hardwareClock = max(now, vm.hardwareClock)
        }
        try leaveGuest(id)
    }

    /// What a machine that went off leaves behind: no guest, no swap file, nothing on disks that forget.
    mutating func leaveGuest(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        settle(id)
        let vm = try virtualMachine(id)
        store.delete(vm.swapPath)
        store.delete(vm.suspendPath)
        growLog(of: vm)
        for disk in vm.config.disks where disk.mode.forgetsAtPowerOff {  // Rules: VMW-074 and VMW-075.
            guard let role = disk.role, let content = store.content(of: disk.path) else { continue }
            try change(id) { vm in vm.hardware.replaceDisk(role, with: content) }
        }
        try change(id) { vm in
            vm.guest = GuestInfo()
            vm.tools = Tools(isInstalled: vm.tools.isInstalled)
        }
    }

    /// Puts a running machine's memory into a file.
    mutating func putToSleep(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        let vm = try virtualMachine(id)
        let now = now
        try change(id) { vm in
            vm.hardware.suspend(at: max(now, vm.hardwareClock))
            vm.hardwareClock = max(now, vm.hardwareClock)
            vm.tools.answersFrom = nil
        }
        store.delete(vm.swapPath)
        try store.create(vm.suspendPath, StoredFile(.suspendMemory, size: vm.config.memory))
    }

    /// Adds a run's worth of lines to the log, which no snapshot captures and no revert takes back.
    ///
    /// Rule: VMW-054.
    mutating func growLog(of vm: VirtualMachine) {
        guard let log = store[vm.logPath] else { return }
        store.resize(vm.logPath, to: log.size + .kibibytes(64))
    }

    /// What the guest knows itself by.
    func identity(of vm: VirtualMachine) -> GuestIdentity {
        let address = vm.config.nics.first?.hardwareAddress ?? ""
        return GuestIdentity(
            machine: MachineID(rawValue: vm.id.value), privateAddress: leases[address] ?? "", hardwareAddress: address)
    }
}

import Hypervisor
import HashTreeCollections
package import LabCore
import SimulatedMachine

extension VSphere {
    /// Asks the guest to shut down, and does not wait.
    ///
    /// `ShutdownGuest`.
    package mutating func shutdownGuest(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        try askGuest(id, verb: "ShutdownGuest", privilege: .powerOff, restarts: false)
    }

    /// Asks the guest to reboot, and does not wait.
    ///
    /// `RebootGuest`.
    package mutating func rebootGuest(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        try askGuest(id, verb: "RebootGuest", privilege: .reset, restarts: true)
    }

    private mutating func askGuest(
        _ id: Moref<VirtualMachine>, verb: String, privilege: Privilege, restarts: Bool
    ) throws(MethodFault) {
        try call(verb, on: id, needs: privilege) { (plane) throws(MethodFault) in
            let vm = try plane.virtualMachine(id)
            if let task = vm.activeTask { throw MethodFault(.taskInProgress(task: task), rule: "VMW-007") }
            try vm.power.askGuest()
            guard plane.toolsAreRunning(in: vm), let boot = vm.power.bootTime else {
                throw MethodFault(.toolsUnavailable)
            }
            plane.agenda.enter(
                .guestShutsDown(id, boot: boot, restarts: restarts),
                at: plane.now + plane.settings.timings.guestShutdown)
        }
    }

    /// Whether the server counts Tools as running: installed, answering, and not silent for too long.
    package func toolsAreRunning(in vm: VirtualMachine) -> Bool {
        guard vm.tools.isInstalled, vm.power.state == .poweredOn, let from = vm.tools.answersFrom, now >= from else {
            return false
        }
        return vm.tools.silentSince.map { now - $0 < settings.timings.toolsSilence } ?? true
    }

    /// What the guest told through Tools; unset while the machine is off.
    ///
    /// `vm.guest`.
    package func guestInfo(of id: Moref<VirtualMachine>) throws(MethodFault) -> GuestInfo {
        let vm = try virtualMachine(id)
        var info = vm.guest
        info.toolsRunning = toolsAreRunning(in: vm)
        return info
    }

    /// The time on the guest's own clock; nothing while it is off.
    package func guestTime(of id: Moref<VirtualMachine>) throws(MethodFault) -> Instant? {
        let vm = try virtualMachine(id)
        return vm.power.state == .poweredOff ? nil : now - vm.tools.clockLag
    }

    /// Answers what a machine asked.
    ///
    /// `AnswerVM`.
    package mutating func answerVM(
        _ id: Moref<VirtualMachine>, question: String, choice: Int
    ) throws(MethodFault) {
        try call("AnswerVM", on: id, needs: .answerQuestion) { (plane) throws(MethodFault) in
            let vm = try plane.virtualMachine(id)
            guard let asked = vm.question, asked.id == question else { throw MethodFault(.concurrentAccess) }
            guard asked.choices.indices.contains(choice) else {
                throw MethodFault(.invalidArgument(property: "answerChoice"))
            }
            try plane.change(id) { vm in vm.question = nil }
            if asked.choices[choice] == "Retry" {
                plane.settle(id)
                plane.watchGuest(id)
            } else {
                try plane.powerFailed(id)
            }
        }
    }

    // MARK: What falls due

    mutating func guestAnswers(_ id: Moref<VirtualMachine>, boot: Instant) {
        guard let vm = virtualMachines[id], vm.power == .poweredOn(boot: boot), vm.tools.isInstalled else { return }
        let identity = identity(of: vm)
        virtualMachines[id]?.guest = GuestInfo(
            ipAddress: identity.privateAddress, hostName: vm.spec.name, toolsRunning: true)
        note(id, "guest answers")
    }

    mutating func guestShutsDown(_ id: Moref<VirtualMachine>, boot: Instant, restarts: Bool) {
        guard let vm = virtualMachines[id], vm.power == .poweredOn(boot: boot), vm.question == nil else { return }
        settle(id)
        let moment = max(now, vm.hardwareClock)
        do throws(GuestFault) {
            guard var machine = virtualMachines[id] else { return }
            _ = try machine.hardware.shutDown(at: moment)
            machine.hardwareClock = moment
            virtualMachines[id] = machine
        } catch {
            note(id, "guest does not shut down: \(error)")
            return
        }
        do throws(MethodFault) {
            if restarts {
                _ = try changePower(id) { (power, now) throws(MethodFault) in try power.reset(at: now) }
                try self.boot(id)
                watchGuest(id)
            } else {
                try guestStopped(id)
            }
        } catch {
            note(id, "guest does not come up: \(error.name)")
        }
    }

    /// The guest went off by itself: nothing cut it.
    mutating func guestStopped(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        try change(id) { vm in
            vm.power.guestStopped()
            vm.suspensionIsHeld = false
        }
        note(id, "poweredOn -> poweredOff")
        try leaveGuest(id)
    }

    /// The power failed: what was in memory is gone.
    mutating func powerFailed(_ id: Moref<VirtualMachine>) throws(MethodFault) {
        try change(id) { vm in vm.power.guestStopped() }
        note(id, "poweredOn -> poweredOff")
        try cut(id)
    }

    /// Tools step a clock that lies behind, and leave one alone that does not.
    ///
    /// Rule: VMW-082.
    mutating func toolsStepClock(_ id: Moref<VirtualMachine>, boot: Instant) {
        guard let vm = virtualMachines[id], vm.power == .poweredOn(boot: boot), toolsAreRunning(in: vm),
            vm.config.extraConfig["time.synchronize.resume.disk"] != "FALSE",
            vm.tools.clockLag > settings.timings.clockTolerance
        else { return }
        virtualMachines[id]?.tools.clockLag = .zero
        note(id, "guest clock stepped forward by \(vm.tools.clockLag.inWords)")
    }
}

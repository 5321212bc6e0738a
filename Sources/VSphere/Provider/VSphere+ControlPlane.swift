import HashTreeCollections
public import Hypervisor
import LabCore
import SimulatedMachine

extension VSphere: ControlPlane {
    /// VMware vSphere.
    public static var platform: Platform { .vsphere }

    /// What vSphere can do: everything but snapshots of one disk after the other.
    public static var capabilities: Capabilities {
        Capabilities(missing: [
            .successiveSnapshots: Note(
                "A snapshot holds all dependent disks of a machine at one instant; disks cannot be taken one by one.",
                rule: "VMW-055"),
            .pendingSnapshot: Note("A snapshot can be used as soon as its task has ended."),
            .reservedAddress: Note("The addresses of a guest are its own affair; vCenter Server reserves none."),
        ])
    }

    /// Makes a machine, switches it on, and waits until its guest answers.
    public mutating func makeMachine(_ spec: MachineSpec) throws(Refusal) -> MachineID {
        try spec.requireUsualDisks()
        let contents = SimulatedMachine.installedDisks(for: spec, seed: world.dice.next())
        var named = spec
        var number = 1
        while virtualMachines.count(.named(named.name)) > 0 {
            number += 1
            named.name = "\(spec.name)-\(number)"
        }
        openSession()
        let id: Moref<VirtualMachine>
        do throws(MethodFault) {
            id = try createVM(named, contents: contents)
        } catch {
            throw Refusal(error, verb: "CreateVM_Task")
        }
        try run("PowerOnVM_Task", on: id) { (plane) throws(MethodFault) in try plane.powerOnVM(id) }
        waitUntilReady(id)
        return MachineID(rawValue: id.value)
    }

    /// Changes a machine's power and waits until that is done.
    public mutating func setPower(_ action: PowerAction, of machine: MachineID) throws(Refusal) {
        let id = try labMachine(machine).id
        switch action {
        case .on:
            try run("PowerOnVM_Task", on: id) { (plane) throws(MethodFault) in try plane.powerOnVM(id) }
            waitUntilReady(id)
        case .cut: try run("PowerOffVM_Task", on: id) { (plane) throws(MethodFault) in try plane.powerOffVM(id) }
        case .shutDown: try shutDownAndWait(id)
        case .reboot:
            let boot = virtualMachines[id]?.power.bootTime
            try call("RebootGuest") { (plane) throws(MethodFault) in try plane.rebootGuest(id) }
            try poll(id, verb: "RebootGuest") { $0.power.bootTime != boot }
            waitUntilReady(id)
        }
    }

    /// Has the appliance in the guest do something.
    public mutating func perform(
        _ command: ApplianceCommand, on machine: MachineID
    ) throws(Refusal) -> ApplianceAnswer {
        let id = try labMachine(machine).id
        waitUntilReady(id)
        settle(id)
        var vm = try labMachine(machine)
        if let question = vm.question {
            let fault = MethodFault(.questionPending(text: question.text), rule: "VMW-011")
            throw Refusal(fault, verb: "StartProgramInGuest")
        }
        let before = vm
        let answer: ApplianceAnswer
        let elapsed: Duration
        do throws(GuestFault) {
            (answer, elapsed) = try vm.hardware.perform(command, at: max(now, vm.hardwareClock))
        } catch {
            if error.reason == .agentHangs { vm.tools.silentSince = nil }
            virtualMachines[id] = vm
            advance(by: error.elapsed)
            throw Refusal(error)
        }
        vm.hardwareClock = max(now, vm.hardwareClock) + elapsed
        keepBooks(of: &vm, since: before)
        virtualMachines[id] = vm
        watchGuest(id)
        if let question = vm.question {
            throw Refusal(.failed, code: "QuestionPending", message: question.text, rule: "VMW-131")
        }
        advance(by: elapsed)
        try noticePower(of: id)
        return answer
    }

    /// Plans that a call of the server, a snapshot or the guest's agent goes wrong.
    public mutating func inject(_ fault: Fault, into machine: MachineID) throws(Refusal) {
        let id = try labMachine(machine).id
        let now = now
        switch fault {
        case .call(let verb, let occurrence, let effect):
            faults.plan(Self.stem(of: verb), occurrence: occurrence, effect)
        case .snapshotEndsInError: doomedSnapshots.plan(id)
        case .agentHangs:
            tamper(with: id) { vm in
                vm.hardware.inject(.agentHangs)
                vm.tools.silentSince = now
            }
        case .quiesceRefused: tamper(with: id) { $0.hardware.inject(.quiesceRefused) }
        }
    }

    /// Notices that a guest went off by itself.
    private mutating func noticePower(of id: Moref<VirtualMachine>) throws(Refusal) {
        guard let vm = virtualMachines[id], vm.hardware.power == .off, vm.power.state == .poweredOn else { return }
        do throws(MethodFault) {
            try guestStopped(id)
        } catch {
            throw Refusal(error, verb: "PowerOff")
        }
    }
}

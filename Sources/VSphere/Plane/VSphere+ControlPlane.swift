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
                rule: "VMW-055")
        ])
    }

    /// Makes a machine, switches it on, and waits until its guest answers.
    public mutating func makeMachine(_ spec: MachineSpec) throws(Refusal) -> MachineID {
        let contents = SimulatedMachine.installedDisks(for: spec, seed: world.dice.next())
        var named = spec
        var number = 1
        while virtualMachines.values.contains(where: { $0.name == named.name }) {
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
        awaitGuest(id)
        return MachineID(rawValue: id.value)
    }

    /// Changes a machine's power and waits until that is done.
    public mutating func setPower(_ action: PowerAction, of machine: MachineID) throws(Refusal) {
        let id = try labMachine(machine).id
        switch action {
        case .on:
            try run("PowerOnVM_Task", on: id) { (plane) throws(MethodFault) in try plane.powerOnVM(id) }
            awaitGuest(id)
        case .cut: try run("PowerOffVM_Task", on: id) { (plane) throws(MethodFault) in try plane.powerOffVM(id) }
        case .shutDown: try shutDownAndWait(id)
        case .reboot:
            let boot = virtualMachines[id]?.power.bootTime
            try call("RebootGuest") { (plane) throws(MethodFault) in try plane.rebootGuest(id) }
            try poll(id, verb: "RebootGuest") { $0.power.bootTime != boot }
            awaitGuest(id)
        }
    }

    /// Has the appliance in the guest do something.
    public mutating func perform(
        _ command: ApplianceCommand, on machine: MachineID
    ) throws(Refusal) -> ApplianceAnswer {
        let id = try labMachine(machine).id
        awaitGuest(id)
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
        case .call(let verb, let occurrence, let effect): plan(effect, on: verb, occurrence: occurrence)
        case .snapshotEndsInError: nextSnapshotFails = true
        case .agentHangs:
            tamper(with: id) { vm in
                vm.hardware.inject(.agentHangs)
                vm.tools.silentSince = now
            }
        case .quiesceRefused: tamper(with: id) { $0.hardware.inject(.quiesceRefused) }
        }
    }

    /// Looks at a machine: at its guest and disks, and at what the server says.
    public func facts(of machine: MachineID) throws(Refusal) -> Facts {
        let vm = try labMachine(machine)
        var hardware = vm.hardware
        if now > vm.hardwareClock, hardware.power == .on, vm.question == nil { hardware.advance(to: now) }
        var facts = hardware.facts()
        let identity = identity(of: vm)
        facts[.machine] = .text(vm.id.value)
        facts[.privateAddress] = .text(identity.privateAddress)
        facts[.hardwareAddress] = .text(identity.hardwareAddress)
        facts[.snapshots] = .number(vm.tree.nodes.count)
        switch vm.power.state {
        case .poweredOff: facts[.power] = "off"
        case .poweredOn: facts[.power] = "on"
        case .suspended: facts[.power] = "suspended"
        }
        for disk in vm.config.disks {
            if let role = disk.role { facts[.disk(role)] = .text(disk.path.description) }
        }
        return facts
    }

    /// Removes every machine with its snapshots, and then the files that are still there.
    public mutating func removeEverything() throws(Refusal) {
        for id in virtualMachines.keys.sorted().reversed() { try remove(id) }
        unregistered = [:]
        var paths = store.files.keys.sorted()
        while let path = paths.last(where: { store[$0]?.disk?.children.isEmpty ?? true }) {
            try call("DeleteDatastoreFile_Task") { (plane) throws(MethodFault) in try plane.deleteDatastoreFile(path) }
            paths.removeAll { $0 == path }
        }
    }

    /// The machines and files that are still there.
    public var leftovers: [String] {
        virtualMachines.values.map { "\($0.id) (\($0.name))" }.sorted()
            + store.files.keys.sorted().map(\.description)
    }

    // MARK: Steps

    private mutating func remove(_ id: Moref<VirtualMachine>) throws(Refusal) {
        while let task = virtualMachines[id]?.activeTask {
            if case .exportSnapshot = tasks[task]?.operation { complete(task) }
            // The task was read from the machine that it works on, so it is known.
            _ = try? wait(for: task)
        }
        if let question = virtualMachines[id]?.question {
            try call("AnswerVM") { (plane) throws(MethodFault) in
                try plane.answerVM(id, question: question.id, choice: question.choices.count - 1)
            }
        }
        if virtualMachines[id]?.power.state != .poweredOff {
            tamper(with: id) { $0.config.powerOffBehavior = .powerOff }
            try run("PowerOffVM_Task", on: id) { (plane) throws(MethodFault) in try plane.powerOffVM(id) }
        }
        try run("Destroy_Task", on: id) { (plane) throws(MethodFault) in try plane.destroy(id) }
        provider.independentRoots.remove(id)
    }

    /// Lets time pass until the guest of a running machine answers.
    mutating func awaitGuest(_ id: Moref<VirtualMachine>) {
        guard let vm = virtualMachines[id], vm.power.state == .poweredOn, let from = vm.tools.answersFrom else {
            return
        }
        if from > now { advance(to: from) }
    }

    /// Asks the guest to shut down and looks every second whether it has.
    mutating func shutDownAndWait(_ id: Moref<VirtualMachine>) throws(Refusal) {
        awaitGuest(id)
        try call("ShutdownGuest") { (plane) throws(MethodFault) in try plane.shutdownGuest(id) }
        try poll(id, verb: "ShutdownGuest") { $0.power.state == .poweredOff }
    }

    /// Looks every second, for five minutes, whether a machine is as it should be.
    private mutating func poll(
        _ id: Moref<VirtualMachine>, verb: String, until holds: (VirtualMachine) -> Bool
    ) throws(Refusal) {
        for _ in 0..<300 {
            if let vm = virtualMachines[id], holds(vm) { return }
            advance(by: .seconds(1))
        }
        throw Refusal(.unknown, code: "Timeout", message: "The guest did not do it within 5 minutes.", verb: verb)
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

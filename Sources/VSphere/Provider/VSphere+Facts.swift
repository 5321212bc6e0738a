import HashTreeCollections
public import Hypervisor
import LabCore
import SimulatedMachine

extension VSphere {
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
        faults = CallFaults()
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
        (virtualMachines.values.map { "\($0.id) (\($0.name))" } + store.files.keys.map(\.description)).sorted()
    }

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
        catalogue.independentRoots.remove(id)
    }
}

import HashTreeCollections
public import Hypervisor
import LabCore
import SimulatedMachine

extension HyperV {
    /// Looks at a machine: at its guest and disks, and at what the host says.
    public func facts(of machine: MachineID) throws(Refusal) -> Facts {
        let machine = try labMachine(machine)
        var hardware = machine.hardware
        if hardware.power == .on { hardware.advance(to: now) }
        var facts = hardware.facts()
        facts[.machine] = .text(machine.id.rawValue)
        facts[.privateAddress] = .text(machine.privateAddress)
        facts[.hardwareAddress] = machine.config.adapters.first.map { .text($0.hardwareAddress) }
        facts[.snapshots] = .number(machine.tree.nodes.count)
        switch machine.state {
        case .running, .stopping: facts[.power] = hardware.power == .on ? "on" : "off"
        case .off, .starting, .offCritical: facts[.power] = "off"
        default: facts[.power] = "suspended"
        }
        for drive in machine.config.drives {
            if let role = drive.role { facts[.disk(role)] = drive.path.map { .text($0.rawValue) } }
        }
        return facts
    }

    /// Removes every machine, and then the files that are still there.
    public mutating func removeEverything() throws(Refusal) {
        faults = CallFaults()
        for name in volumes.names { changeVolume(name) { $0.isAvailable = true } }
        for id in machines.keys.sorted() {
            if let job = machines[id]?.job { terminate(job) }
            leaveOff(id)
            try native { plane throws(HyperVFault) in try plane.removeVM(id) }
        }
        for folder in exports.keys.sorted() {
            try native { plane throws(HyperVFault) in try plane.removeExport(folder) }
        }
        // What is deleted need not be merged before.
        merges = []
        for path in files.keys.sorted() {
            try native { plane throws(HyperVFault) in try plane.removeItem(path) }
        }
    }

    /// The machines, exports and files that are still there, by the names of the host.
    public var leftovers: [String] {
        machines.values.map { "\($0.id) (\($0.config.name))" }.sorted() + exports.keys.map(\.rawValue).sorted()
            + files.keys.map(\.rawValue).sorted() + stateFiles.keys.map(\.rawValue).sorted()
    }
}

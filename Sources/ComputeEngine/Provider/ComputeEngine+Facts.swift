import HashTreeCollections
public import Hypervisor
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// Looks at a machine: at what is on its disks, in its memory and in the project's books.
    public func facts(of machine: MachineID) throws(Refusal) -> Facts {
        let id = try instanceID(machine)
        guard let instance = instances[id] else { throw unknown(id) }
        var guest = instance.machine
        guest?.advance(to: now)
        var facts = guest?.facts() ?? Facts()
        switch instance.state {
        case .running: facts[.power] = guest?.power == .on ? "on" : "off"
        case .suspended, .suspending: facts[.power] = "suspended"
        default: facts[.power] = "off"
        }
        facts[.machine] = .text(machine.rawValue)
        facts[.privateAddress] = .text(instance.networkIP)
        facts[.publicAddress] = instance.natIP.map(FactValue.text)
        facts[.hardwareAddress] = .text(instance.hardwareAddress)
        for attached in instance.disks {
            guard let role = attached.role else { continue }
            facts[.disk(role)] = disks[attached.disk].map { .text($0.path.name) }
        }
        // A snapshot of which nothing is left is one that the project does not keep. Rule: GCE-085.
        let kept = catalogue.entries(of: id).filter { set in set.roles.contains { state(of: set, $0) != .failed } }
        facts[.snapshots] = .number(kept.count)
        return facts
    }

    /// What the project still has, by path, sorted.
    public var leftovers: [String] {
        names.keys.filter { $0.project == settings.project }.map(\.description).sorted()
    }

    /// Removes all that the project has, as its owner would; protections are taken off first.
    public mutating func removeEverything() throws(Refusal) {
        faults = CallFaults()
        caller = Caller()
        for id in disks.keys.sorted() {
            disks[id]?.replicationSecondary = nil
            disks[id]?.isReplicationSecondary = false
        }
        let isMetering = settings.isMetering
        settings.isMetering = false
        defer { settings.isMetering = isMetering }
        for id in instances.keys.sorted() {
            try waitUntilSettled(id)
            guard let zone = instances[id]?.zone else { continue }
            instances[id]?.deletionProtection = false
            try done { plane, request throws(ComputeFault) in
                try plane.deleteInstance(id.description, zone: zone, requestID: request)
            }
        }
        // Whatever is still being made comes to rest before it is deleted.
        advance(until: now + .days(1)) { $0.operations.values.allSatisfy(\.isDone) }
        try removeSnapshots()
        for disk in disks.values.sorted(by: { $0.id < $1.id }) where disks[disk.id] != nil {
            try done { plane, request throws(ComputeFault) in
                try plane.deleteDisk(disk.path.name, zone: disk.zone, requestID: request)
            }
        }
        for image in images.values.filter({ $0.path.project == settings.project }).sorted(by: { $0.id < $1.id }) {
            try done { plane, request throws(ComputeFault) in
                try plane.deleteImage(image.path.name, requestID: request)
            }
        }
        for policy in policies.values.sorted(by: { $0.id < $1.id }) {
            try done { plane, request throws(ComputeFault) in
                try plane.deletePolicy(policy.path.name, requestID: request)
            }
        }
        for address in addresses.values.sorted(by: { $0.id < $1.id }) {
            try done { plane, request throws(ComputeFault) in
                try plane.deleteAddress(address.path.name, requestID: request)
            }
        }
        catalogue = Catalogue()
    }

    private mutating func removeSnapshots() throws(Refusal) {
        for image in machineImages.values.sorted(by: { $0.id < $1.id }) {
            try done { plane, request throws(ComputeFault) in
                try plane.deleteMachineImage(image.path.name, requestID: request)
            }
        }
        for snapshot in snapshots.values.sorted(by: { $0.id < $1.id }) {
            try done { plane, request throws(ComputeFault) in
                try plane.deleteSnapshot(snapshot.path.name, requestID: request)
            }
        }
        for group in instantGroups.values.sorted(by: { $0.id < $1.id }) {
            guard case .zone(let zone) = group.path.scope else { continue }
            try done { plane, request throws(ComputeFault) in
                try plane.deleteInstantSnapshotGroup(group.path.name, zone: zone, requestID: request)
            }
        }
    }
}

import HashTreeCollections
public import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// Looks at a machine: at what is on its disks, in its memory and in the subscription's books.
    public func facts(of machine: MachineID) throws(Refusal) -> Facts {
        let id = try machineID(machine)
        guard let found = virtualMachines[id] else { throw Refusal(missing(id)) }
        var guest = found.machine
        guest?.advance(to: now)
        var facts = guest?.facts() ?? Facts()
        facts[.power] = found.power == .running && guest?.power == .on ? "on" : "off"
        facts[.machine] = .text(machine.rawValue)
        let interface = found.interfaces.first.flatMap { networkInterfaces[$0.interface] }
        facts[.privateAddress] = interface.map { .text($0.privateAddress) }
        facts[.hardwareAddress] = interface.map { .text($0.hardwareAddress) }
        let address = interface?.publicAddress.flatMap { publicIPAddresses[$0]?.address }
        facts[.publicAddress] = address.map(FactValue.text)
        for (role, disk) in found.disksByRole { facts[.disk(role)] = .text(disk.name) }
        facts[.snapshots] = .number(catalogue.entries(of: id).count)
        return facts
    }

    /// What the subscription still has, by id, sorted.
    public var leftovers: [String] {
        (groups.values.map { id(ofGroup: $0.name).description } + members.values.joined().map(\.description)).sorted()
    }

    /// Removes all that the subscription has, as its owner would; locks and grants are taken off first.
    public mutating func removeEverything() throws(Refusal) {
        faults = CallFaults()
        let (isThrottling, caller) = (settings.isThrottling, caller)
        (settings.isThrottling, self.caller) = (false, Caller())
        defer { (settings.isThrottling, self.caller) = (isThrottling, caller) }
        (locks, fadingLocks) = ([], [])
        // Whatever is under way comes to rest before it is deleted.
        advance(until: now + .days(1)) { plane in plane.operations.values.allSatisfy(\.isOver) }
        endAllAccess()
        for name in groups.values.map(\.name).sorted() {
            try native { plane throws(AzureFault) in try plane.deleteGroup(name) }
        }
        // A disk that a machine of another group had is free by now.
        for name in groups.values.map(\.name).sorted() {
            try native { plane throws(AzureFault) in try plane.deleteGroup(name) }
        }
        catalogue = Catalogue()
    }

    private mutating func endAllAccess() {
        let exported =
            disks.values.filter { $0.grant != nil }.map(\.id) + snapshots.values.filter { $0.grant != nil }.map(\.id)
            + restorePoints.values.flatMap { $0.disks.filter { $0.grant != nil }.map(\.id) }
        for id in exported.sorted() { completeRevocation(of: id) }
    }
}

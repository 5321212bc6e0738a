public import Hypervisor
import HashTreeCollections
import LabCore
import SimulatedMachine

extension EC2 {
    /// Looks at a machine: its disks, its memory and the books of the platform.
    public func facts(of machine: MachineID) throws(Refusal) -> Facts {
        let id = Instance.ID(rawValue: machine.rawValue)
        guard let instance = instances[id] else { throw Refusal(EC2Fault.unknown([id])) }
        var guest = instance.machine
        guest.advance(to: now)
        var facts = guest.facts()
        facts[.power] = instance.state == .running && guest.power == .on ? "on" : "off"
        facts[.machine] = .text(id.rawValue)
        facts[.privateAddress] = .text(instance.privateAddress)
        facts[.publicAddress] = instance.publicAddress.map(FactValue.text)
        facts[.hardwareAddress] = .text(instance.hardwareAddress)
        for (device, role) in instance.roles {
            facts[.disk(role)] = instance.devices[device].map { .text($0.rawValue) }
        }
        facts[.snapshots] = .number(snapshotSets(of: id).count)
        return facts
    }

    /// What is still there, by the names of the platform.
    public var leftovers: [String] {
        var names = instances.values.filter { $0.state != .terminated }.map(\.id.rawValue)
        names += volumes.keys.map(\.rawValue)
        names += snapshots.values.filter { $0.owner == settings.account }.map(\.id.rawValue)
        names += images.values.filter { !$0.isVendors && $0.state != .deregistered }.map(\.id.rawValue)
        names += addresses.keys.map(\.rawValue)
        return names.sorted()
    }

    /// Removes all that the account has, as its owner would; locks and protections are taken off first.
    public mutating func removeEverything() throws(Refusal) {
        faults = CallFaults()
        caller = Caller()
        let isThrottling = settings.isThrottling
        settings.isThrottling = false
        defer { settings.isThrottling = isThrottling }
        takeProtectionsOff()
        account.retentionRules = []
        let living = instances.values.filter { $0.state != .terminated }.map(\.id).sorted()
        _ = try native { ec2 throws(EC2Fault) in try ec2.terminateInstances(living) }
        for id in living { try waitUntilSettled(id) }
        advance(by: settings.timings.volumeDeletion)
        for id in images.values.filter({ $0.state == .recoverable }).map(\.id).sorted() { images[id] = nil }
        for id in images.values.filter({ !$0.isVendors && $0.state != .deregistered }).map(\.id).sorted() {
            _ = try native { ec2 throws(EC2Fault) in try ec2.deregisterImage(id) }
        }
        for snapshot in snapshots.values.filter({ $0.owner == settings.account }).sorted(by: { $0.id < $1.id }) {
            bury(snapshot)
        }
        for id in volumes.values.filter({ $0.state != .deleting }).map(\.id).sorted() {
            try native { ec2 throws(EC2Fault) in try ec2.deleteVolume(id) }
        }
        advance(by: settings.timings.volumeDeletion)
        for id in addresses.keys.sorted() {
            try native { ec2 throws(EC2Fault) in try ec2.releaseAddress(id) }
        }
    }

    private mutating func takeProtectionsOff() {
        for id in instances.keys.sorted() {
            instances[id]?.disableAPITermination = false
            instances[id]?.disableAPIStop = false
        }
        for id in images.keys.sorted() {
            images[id]?.isDeregistrationProtected = false
            images[id]?.protectedUntil = nil
        }
    }
}

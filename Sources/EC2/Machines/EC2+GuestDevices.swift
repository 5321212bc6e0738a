import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// A disk as a guest on Nitro hardware finds it.
package struct GuestDevice: Hashable, Sendable {
    /// The name the guest gave it at its boot, as `/dev/nvme1n1`.
    package var name: String
    /// The id of the volume without its hyphen.
    package var serial: String
}

extension EC2 {
    /// The volumes as a running guest sees them: by a name that says nothing, and by the serial number that says all.
    ///
    /// Rule: AWS-120. https://docs.aws.amazon.com/ebs/latest/userguide/nvme-ebs-volumes.html
    package func guestDevices(of id: Instance.ID) throws(EC2Fault) -> [GuestDevice] {
        let found = try instance(id)
        guard found.machine.power == .on else { return [] }
        let present = found.devices.values.filter { volumes[$0]?.attachment?.state != .attaching }.sorted()
        let order = found.enumeration.filter(present.contains)
        let later = present.filter { !order.contains($0) }
        return (order + later).enumerated().map { number, volume in
            GuestDevice(name: "/dev/nvme\(number)n1", serial: volume.rawValue.replacing("-", with: ""))
        }
    }

    /// The guest finds its volumes in an order that another boot can change.
    ///
    /// Rule: AWS-120.
    mutating func enumerateDevices(of id: Instance.ID) {
        guard let instance = instances[id] else { return }
        let keys = instance.devices.values.map { volume in
            var hasher = StableHasher()
            hasher.combine(volume.rawValue)
            hasher.combine(instance.launchTime.nanoseconds.magnitude)
            hasher.combine(instance.epoch)
            return (hasher.finalize(), volume)
        }
        instances[id]?.enumeration = keys.sorted { $0 < $1 }.map(\.1)
    }

    /// Of several attached disks with one file system's label the guest boots from any, whatever device each stands at.
    ///
    /// Disks share their labels when they come from one installation, as an old root beside the one restored from its
    /// snapshot does. Rule: AWS-120.
    mutating func chooseRoot(of id: Instance.ID) {
        guard let instance = instances[id], let usual = instance.devices[instance.rootDevice],
            let software = volumes[usual]?.software, software.role == .root
        else { return }
        let twins = instance.devices.keys.sorted().filter { device in
            let other = instance.devices[device].flatMap { volumes[$0]?.software }
            return other?.family == software.family && other?.role == .root
        }
        let chosen = twins.count > 1 ? twins[world.dice.roll(below: twins.count)] : instance.rootDevice
        guard instance.roles[chosen] != .root else { return }
        for (device, role) in instance.roles where role == .root {
            if let volume = instance.devices[device] { moveContentsOutOfMachine(volume) }
            instances[id]?.roles[device] = nil
        }
        instances[id]?.roles[chosen] = .root
        if let volume = instance.devices[chosen] { moveContentsIntoMachine(volume) }
        note(id.rawValue, "guest: boots from the volume at \(chosen)")
    }
}

import SimulatedMachine
import HashTreeCollections
import Hypervisor
import LabCore

extension ComputeEngine {
    /// instances.delete.
    ///
    /// Rule: GCE-121.
    package mutating func deleteInstance(
        _ name: String, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.deleteInstance(name, zone: zone)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let instance = try plane.changeable(name, zone: zone)
            if instance.deletionProtection { throw .protectedFromDeletion }
            plane.instances[instance.id]?.isBeingDeleted = true
            return plane.accept(
                call, in: .zone(zone), on: instance.path, id: instance.id.rawValue, .deleteInstance(instance.id))
        }
    }

    mutating func beginDeletion(of id: Instance.ID) -> Course {
        guard let instance = instances[id] else { return .lasts(.zero) }
        instances[id]?.epoch += 1
        let time = instance.state == .running ? shutDown(id) : .zero
        if instance.state.holdsCapacity { zones[instance.zone]?.taken -= 1 }
        instances[id]?.state.delete()
        note(instance.path.name, "\(instance.state.rawValue) -> STOPPING")
        return .lasts(time + settings.timings.instanceDelete)
    }

    /// The instance is gone, and with it the disks that are marked for that and used by nobody else.
    ///
    /// Rules: GCE-108 and GCE-109.
    mutating func completeDeletion(of id: Instance.ID) -> [Operation.Warning] {
        guard let instance = instances[id] else { return [] }
        cutPower(of: id)
        if let family = instance.guest?.family, let outside = instances[id]?.machine?.outside {
            surroundings.leaves(id, of: family, outside)
        }
        var warnings: [Operation.Warning] = []
        for attached in instance.disks {
            release(attached, of: id)
            guard attached.autoDelete, let disk = disks[attached.disk] else { continue }
            if disk.users.isEmpty, disk.snapshotsBeingCut == 0 {
                remove(disk.id)
            } else {
                warnings.append(
                    Operation.Warning(
                        code: "RESOURCE_NOT_DELETED", message: "The disk '\(disk.path)' is used elsewhere and was kept."
                    ))
            }
        }
        if case .reserved(let name) = instance.properties.accessConfig, let address = address(name),
            address.user == id
        {
            addresses[address.id]?.user = nil
        }
        if networkIPs[instance.networkIP] == id { networkIPs[instance.networkIP] = nil }
        instances[id] = nil
        free(instance.path, id.rawValue)
        note(instance.path.name, "STOPPING -> gone")
        return warnings
    }
}

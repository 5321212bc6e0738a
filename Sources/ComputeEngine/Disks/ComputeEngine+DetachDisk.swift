import HashTreeCollections
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// instances.detachDisk, by the name of the device.
    ///
    /// Rules: GCE-100 and GCE-102.
    package mutating func detachDisk(
        deviceName: String, from name: String, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.detachDisk(deviceName: deviceName, instance: name, zone: zone)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let instance = try plane.changeable(name, zone: zone)
            if instance.queue.isEmpty { _ = try plane.checkDetachment(of: deviceName, from: instance) }
            return plane.accept(
                call, in: .zone(zone), on: instance.path, id: instance.id.rawValue,
                .detachDisk(instance.id, deviceName: deviceName))
        }
    }

    private func checkDetachment(of deviceName: String, from instance: Instance) throws(ComputeFault) -> AttachedDisk {
        guard let attached = instance.disks.first(where: { $0.deviceName == deviceName }) else {
            throw .invalid("deviceName", deviceName, settings.inferred.unknownDevice, rule: "GCE-102")
        }
        if attached.isBoot, instance.state != .terminated {
            throw .bootDiskIsHeld(oldWording: settings.eras.hotRemoveWording)
        }
        return attached
    }

    mutating func beginDetachment(of deviceName: String, from id: Instance.ID) throws(ComputeFault) -> Course {
        guard let instance = instances[id] else { throw .notFound(id.description) }
        _ = try checkDetachment(of: deviceName, from: instance)
        return .lasts(settings.timings.detach)
    }

    /// The disk is free, whether the guest was done with it or not; nothing is deleted.
    ///
    /// Rules: GCE-101 and GCE-108.
    mutating func completeDetachment(of deviceName: String, from id: Instance.ID) {
        guard let attached = instances[id]?.disks.first(where: { $0.deviceName == deviceName }) else { return }
        release(attached, of: id)
    }

    /// Takes a disk from an instance, and with it the flag that would delete it.
    ///
    /// Rule: GCE-107.
    mutating func release(_ attached: AttachedDisk, of id: Instance.ID) {
        moveContentsOutOfMachine(attached, of: id)
        instances[id]?.disks.removeAll { $0 == attached }
        disks[attached.disk]?.users.removeAll { $0 == id }
        disks[attached.disk]?.lastDetach = world.now  // Rule: GCE-049
    }
}

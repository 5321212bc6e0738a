import HashTreeCollections
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// instances.attachDisk.
    package mutating func attachDisk(
        _ request: AttachDisk, to name: String, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.attachDisk(request, instance: name, zone: zone)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let instance = try plane.changeable(name, zone: zone)
            if instance.queue.isEmpty { _ = try plane.checkAttachment(request, to: instance) }
            return plane.accept(
                call, in: .zone(zone), on: instance.path, id: instance.id.rawValue, .attachDisk(instance.id, request))
        }
    }

    private func checkAttachment(
        _ request: AttachDisk, to instance: Instance
    ) throws(ComputeFault) -> PersistentDisk {
        let disk = try attachable(request, zone: instance.zone)
        guard [.running, .terminated].contains(instance.state) else { throw .notReady(instance.path) }
        let device = request.deviceName ?? instance.freeDeviceName
        guard !instance.disks.contains(where: { $0.deviceName == device }) else { throw .duplicateDevice(device) }
        if request.boot, instance.bootDisk != nil {
            // Rule: GCE-104
            guard !settings.inferred.refusesSecondBootDisk, instance.state == .terminated else { throw .secondBootDisk }
        }
        return disk
    }

    /// A disk that can be attached in this zone.
    ///
    /// Rules: GCE-042, GCE-043, GCE-044, GCE-045, GCE-046 and GCE-051.
    func attachable(_ request: AttachDisk, zone: String) throws(ComputeFault) -> PersistentDisk {
        let field = "resource.source"
        let (id, path) = try resolve(request.source, field: field, PersistentDisk.self)
        guard path.scope == .zone(zone), let disk = disks[id] else { throw .otherZone(field, request.source) }
        if request.forceAttach { throw .forceAttachOfZonalDisk }
        guard disk.state == .ready else { throw .notReady(disk.path, rule: "GCE-046") }
        if disk.isReplicationSecondary { throw .replicates(disk.path) }
        try check(disk.key, of: disk.path, brought: request.diskEncryptionKey)
        if let user = disk.users.first.flatMap({ instances[$0] }) {
            let mode = user.disks.first { $0.disk == disk.id }?.mode
            if request.mode == .readWrite, mode != .readOnly { throw .inUse(disk.path, by: user.path, rule: "GCE-042") }
            if request.mode == .readWrite || mode != .readOnly {
                throw .inUse(disk.path, by: user.path, rule: "GCE-043")
            }
        }
        return disk
    }

    /// How a disk stands among those of an instance.
    ///
    /// Rules: GCE-103 and GCE-107.
    func attached(_ request: AttachDisk, _ disk: PersistentDisk, to instance: Instance) -> AttachedDisk {
        let device = request.deviceName ?? instance.freeDeviceName
        return AttachedDisk(
            disk: disk.id, deviceName: device, isBoot: request.boot, mode: request.mode, autoDelete: request.autoDelete,
            role: instance.role(deviceName: device, isBoot: request.boot, mode: request.mode))
    }

    mutating func beginAttachment(of request: AttachDisk, to id: Instance.ID) throws(ComputeFault) -> Course {
        guard let instance = instances[id] else { throw .notFound(id.description) }
        let disk = try checkAttachment(request, to: instance)
        if let error = keyError(disk.key) { return .fails(error, after: settings.timings.lateFailure) }
        disks[disk.id]?.users.append(id)
        return .lasts(settings.timings.attach)
    }

    mutating func completeAttachment(of request: AttachDisk, to id: Instance.ID) {
        guard var instance = instances[id],
            let path = ResourcePath(reference: request.source, project: settings.project),
            let number = names[path] ?? UInt64(path.name), let disk = disks[.init(rawValue: number)]
        else { return }
        if request.boot {
            for boot in instance.disks where boot.isBoot { release(boot, of: id) }
            instance = instances[id] ?? instance
            if instance.guest == nil { instance.guest = disk.guest }
        }
        let attached = attached(request, disk, to: instance)
        // The boot disk is the first. Rule: GCE-104
        instance.disks.insert(attached, at: request.boot ? 0 : instance.disks.count)
        instances[id] = instance
        disks[disk.id]?.lastAttach = world.now  // Rule: GCE-049
        if !(request.boot && disk.guest?.spec != instance.guest?.spec && disk.guest != nil) {
            moveContentsIntoMachine(attached, of: id)
        }
    }
}

extension Instance {
    /// The name of the next disk that comes without one.
    ///
    /// Rule: GCE-103.
    var freeDeviceName: String {
        var number = disks.count
        while disks.contains(where: { $0.deviceName == "persistent-disk-\(number)" }) { number += 1 }
        return "persistent-disk-\(number)"
    }
}

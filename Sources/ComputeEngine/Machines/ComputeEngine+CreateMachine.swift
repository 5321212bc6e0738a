import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// What instances.insert is asked for.
package struct InsertInstance: Hashable, Sendable {
    package var name: String
    /// Nothing for what the machine image holds, or the defaults.
    ///
    /// Rule: GCE-091.
    package var properties: InstanceProperties?
    package var disks: [NewDisk] = []
    package var labels: [String: String] = [:]
    package var deletionProtection = false
    /// A machine image with configuration and disks.
    package var sourceMachineImage: String?

    package init(name: String) { self.name = name }

    /// A disk of a new instance: one that is there, or one that is made with the instance.
    package enum NewDisk: Hashable, Sendable {
        case existing(AttachDisk)
        /// `name` defaults to the instance's own; one that is taken by a disk attaches that disk.
        ///
        /// Rule: GCE-110.
        case initialize(name: String?, InsertDisk, AttachDisk)
    }
}

/// A disk that is ready to become part of a new instance.
private struct Plan {
    var attach: AttachDisk
    var existing: PersistentDisk?
    var path: ResourcePath?
    var sizeGB = 0
    var type = ""
    var source: DiskSource?
}

extension ComputeEngine {
    /// instances.insert.
    package mutating func insertInstance(
        _ request: InsertInstance, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.insertInstance(request, zone: zone)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            try plane.insert(request, zone: zone, call)
        }
    }

    /// Checks an instance that is asked for, and begins to make it.
    mutating func insert(
        _ request: InsertInstance, zone: String, _ call: Request
    ) throws(ComputeFault) -> Operation {
        let scope = try zoneScope(zone)
        let path = try newPath(.instances, scope, request.name)
        let image = try launchableImage(request.sourceMachineImage)
        let properties = request.properties ?? image?.properties ?? InstanceProperties()
        let plans =
            request.disks.isEmpty
            ? try plans(from: image, instance: request.name, scope) : try plans(for: request, scope)
        try check(plans)
        if let error = lateRefusal(of: properties, plans, image: image, zone: zone) {
            let isStockOut = error.code == .stockOut
            return accept(
                call, in: scope, on: path, id: 0, .fails(error),
                lasting: isStockOut ? settings.timings.stockOut : settings.timings.lateFailure)
        }
        return make(path, request, properties, plans, call)
    }

    private func launchableImage(_ reference: String?) throws(ComputeFault) -> MachineImage? {
        guard let reference else { return nil }
        let (id, path) = try resolve(reference, field: "sourceMachineImage", MachineImage.self)
        guard let image = machineImages[id], image.state == .ready else { throw .notReady(path, rule: "GCE-062") }
        return image
    }

    /// The disks of a machine image, all from one point in time.
    ///
    /// Rule: GCE-088.
    private func plans(
        from image: MachineImage?, instance: String, _ scope: Scope
    ) throws(ComputeFault) -> [Plan] {
        var plans: [Plan] = []
        for (index, saved) in (image?.disks ?? []).enumerated() {
            guard let image, let contents = saved.contents else { continue }
            let path = try newPath(.disks, scope, index == 0 ? instance : "\(instance)-\(index)")
            let attach = AttachDisk(
                source: path.description, deviceName: saved.deviceName, boot: saved.isBoot, autoDelete: saved.autoDelete
            )
            let source = DiskSource(
                origin: .machineImage(link: image.path.link, image.id), collection: .machineImages,
                sizeGB: saved.sizeGB, contents: contents, guest: saved.guest)
            plans.append(Plan(attach: attach, path: path, sizeGB: saved.sizeGB, type: saved.type, source: source))
        }
        return plans
    }

    /// The disks that a request names or describes.
    ///
    /// Rules: GCE-096 and GCE-110.
    private func plans(for request: InsertInstance, _ scope: Scope) throws(ComputeFault) -> [Plan] {
        guard case .zone(let zone) = scope else { return [] }
        var plans: [Plan] = []
        for (index, disk) in request.disks.enumerated() {
            switch disk {
            case .existing(let attach):
                plans.append(Plan(attach: attach, existing: try attachable(attach, zone: zone)))
            case .initialize(let name, let parameters, let attach):
                let diskName = name ?? (index == 0 ? request.name : "\(request.name)-\(index)")
                var attach = attach
                attach.source = path(.disks, scope, diskName).description
                if let number = names[path(.disks, scope, diskName)], disks[.init(rawValue: number)] != nil {
                    // Nothing is created: the disk of that name is taken as it is. Rule: GCE-110
                    plans.append(Plan(attach: attach, existing: try attachable(attach, zone: zone)))
                    continue
                }
                let path = try newPath(.disks, scope, diskName)
                let source = try source(of: parameters, zone: zone)
                let sizeGB = try size(of: parameters, from: source)
                plans.append(Plan(attach: attach, path: path, sizeGB: sizeGB, type: parameters.type, source: source))
            }
        }
        return plans
    }

    /// One boot disk, and a name of its own for each disk.
    ///
    /// Rules: GCE-103 and GCE-104.
    private func check(_ plans: [Plan]) throws(ComputeFault) {
        guard plans.contains(where: \.attach.boot) else {
            throw .invalid("resource.disks", "", "At least one boot disk must be given.")
        }
        guard plans.count(where: \.attach.boot) == 1 else { throw .secondBootDisk }
        var devices: Set<String> = []
        for (index, plan) in plans.enumerated() {
            let name = plan.attach.deviceName ?? "persistent-disk-\(index)"
            guard devices.insert(name).inserted else { throw .duplicateDevice(name) }
        }
    }

    /// What is only found out after the call was accepted.
    ///
    /// Rules: GCE-014, GCE-058, GCE-092, GCE-095 and GCE-123.
    private mutating func lateRefusal(
        of properties: InstanceProperties, _ plans: [Plan], image: MachineImage?, zone: String
    ) -> OperationError? {
        if let address = properties.fixedNetworkIP, networkIPs[address] != nil { return .addressInUse(address) }
        if case .reserved(let name) = properties.accessConfig, let address = address(name), address.user != nil {
            return .addressInUse(address.address)
        }
        if zones[zone]?.isFull == true { return .stockOut(zone, project: settings.project) }
        if var image {
            let isAllowed = admits(&image.launches)
            machineImages[image.id] = image
            if !isAllowed { return .rateExceeded(image.path, rule: "GCE-092") }
        }
        for plan in plans {
            if let error = countRestore(of: plan.source) { return error }
        }
        return nil
    }

    private mutating func make(
        _ path: ResourcePath, _ request: InsertInstance, _ properties: InstanceProperties, _ plans: [Plan],
        _ call: Request
    ) -> Operation {
        let hardwareAddress = world.names.hardwareAddress(under: "42:01:0a")
        var instance = Instance(
            id: .init(rawValue: makeNumber()), path: path, created: now, properties: properties,
            labels: Labels(request.labels), deletionProtection: request.deletionProtection,
            networkIP: properties.fixedNetworkIP ?? freeNetworkIP(), hardwareAddress: hardwareAddress)
        var longest = Duration.zero
        for plan in plans.sorted(by: { $0.attach.boot && !$1.attach.boot }) {
            let disk: PersistentDisk
            if let existing = plan.existing {
                disk = existing
            } else if let path = plan.path {
                disk = makeDisk(path, sizeGB: plan.sizeGB, type: plan.type, labels: [:], from: plan.source)
                let times = creationTimes(of: plan.source)
                longest = max(longest, times.restored ?? times.listed)
            } else {
                continue
            }
            if disk.guest != nil, plan.attach.boot { instance.guest = disk.guest }
            instance.disks.append(attached(plan.attach, disk, to: instance))
            disks[disk.id]?.users.append(instance.id)
            disks[disk.id]?.lastAttach = world.now
        }
        instances[instance.id] = instance
        names[path] = instance.id.rawValue
        networkIPs[instance.networkIP] = instance.id
        if case .reserved(let name) = properties.accessConfig, let address = address(name) {
            addresses[address.id]?.user = instance.id
        }
        zones[instance.zone, default: ZoneCapacity()].taken += 1
        enter(.staged(instance.id, epoch: 0), in: settings.timings.provisioning)
        let time = max(longest, settings.timings.provisioning) + settings.timings.staging
        return accept(
            call, in: path.scope, on: path, id: instance.id.rawValue, .insertInstance(instance.id), lasting: time)
    }

    /// An address inside the network that nobody has.
    ///
    /// Rule: GCE-120.
    private mutating func freeNetworkIP() -> String {
        var address = world.names.address(under: "10.128")
        while networkIPs[address] != nil { address = world.names.address(under: "10.128") }
        return address
    }

    /// The host is found.
    mutating func stage(_ id: Instance.ID, _ epoch: Int) {
        guard instances[id]?.epoch == epoch, instances[id]?.state.staged() == true else { return }
        note(instances[id]?.path.name ?? "", "PROVISIONING -> STAGING")
    }

    /// The disks are there, and the guest boots from them.
    mutating func completeInsert(of id: Instance.ID) {
        guard let instance = instances[id] else { return }
        for attached in instance.disks { finishRestore(of: attached.disk) }
        completeStart(of: id)
    }

    /// instances.get.
    package func getInstance(_ name: String, zone: String) throws(ComputeFault) -> Instance {
        try instance(name, zone: zone)
    }
}

import HashTreeCollections
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// An instance that takes changes now, or after those under way.
    ///
    /// Rule: GCE-124.
    func changeable(_ name: String, zone: String) throws(ComputeFault) -> Instance {
        let found = try instance(name, zone: zone)
        if found.isBeingDeleted || !found.queue.isEmpty && !settings.inferred.queuesChanges {
            throw .notReady(found.path, rule: "GCE-124")
        }
        return found
    }

    /// instances.setLabels, which replaces all of them.
    ///
    /// Rule: GCE-028.
    package mutating func setLabels(
        _ labels: [String: String], fingerprint: String, of name: String, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.setLabels(labels, fingerprint: fingerprint, instance: name, zone: zone)
        return try change(.labels(labels, fingerprint: fingerprint), of: name, zone, call, requestID) {
            instance throws(ComputeFault) in
            guard instance.labels.fingerprint == fingerprint else { throw .labelsChanged }
        }
    }

    /// instances.setMetadata, which replaces all of it.
    ///
    /// Rule: GCE-030.
    package mutating func setMetadata(
        _ metadata: [String: String], fingerprint: String, of name: String, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.setMetadata(metadata, fingerprint: fingerprint, instance: name, zone: zone)
        return try change(.metadata(metadata, fingerprint: fingerprint), of: name, zone, call, requestID) {
            instance throws(ComputeFault) in
            guard instance.properties.metadataFingerprint == fingerprint else { throw .metadataChanged(late: false) }
        }
    }

    /// instances.setMachineType; that the instance must be stopped shows in the operation.
    ///
    /// Rule: GCE-122.
    package mutating func setMachineType(
        _ type: String, of name: String, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.setMachineType(type, instance: name, zone: zone)
        return try change(.machineType(type), of: name, zone, call, requestID)
    }

    /// instances.setDiskAutoDelete.
    ///
    /// Rule: GCE-102.
    package mutating func setDiskAutoDelete(
        _ autoDelete: Bool, deviceName: String, of name: String, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.setDiskAutoDelete(autoDelete, deviceName: deviceName, instance: name, zone: zone)
        let unknown = settings.inferred.unknownDevice
        return try change(.autoDelete(autoDelete, deviceName: deviceName), of: name, zone, call, requestID) {
            instance throws(ComputeFault) in
            guard instance.disks.contains(where: { $0.deviceName == deviceName }) else {
                throw .invalid("deviceName", deviceName, unknown, rule: "GCE-102")
            }
        }
    }

    /// instances.setDeletionProtection.
    ///
    /// Rule: GCE-121.
    package mutating func setDeletionProtection(
        _ isProtected: Bool = true, of name: String, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.setDeletionProtection(isProtected, instance: name, zone: zone)
        return try change(.deletionProtection(isProtected), of: name, zone, call, requestID)
    }

    /// instances.addAccessConfig: another way to the outside.
    ///
    /// Rule: GCE-119.
    package mutating func addAccessConfig(
        _ config: AccessConfig, to name: String, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.addAccessConfig(config, instance: name, zone: zone)
        return try change(.accessConfig(config), of: name, zone, call, requestID) { instance throws(ComputeFault) in
            guard instance.properties.accessConfig == nil else {
                throw .invalid("networkInterface", "nic0", "It has an access config already.")
            }
        }
    }

    /// instances.deleteAccessConfig.
    package mutating func deleteAccessConfig(
        of name: String, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.deleteAccessConfig(instance: name, zone: zone)
        return try change(.accessConfig(nil), of: name, zone, call, requestID)
    }

    private mutating func change(
        _ change: InstanceChange, of name: String, _ zone: String, _ call: Request, _ requestID: String?,
        _ check: (Instance) throws(ComputeFault) -> Void = { _ throws(ComputeFault) in }
    ) throws(ComputeFault) -> Operation {
        try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let instance = try plane.changeable(name, zone: zone)
            try check(instance)
            return plane.accept(
                call, in: .zone(zone), on: instance.path, id: instance.id.rawValue, .change(instance.id, change))
        }
    }

    /// The turn of a change has come; what it was founded on can be gone by now.
    ///
    /// Rule: GCE-031.
    mutating func begin(_ change: InstanceChange, of id: Instance.ID) throws(ComputeFault) -> Course {
        guard let instance = instances[id] else { throw .notFound(id.description) }
        let (books, failure) = (settings.timings.books, settings.timings.lateFailure)
        switch change {
        case .machineType:
            guard instance.state == .terminated else { return .fails(.notStopped(instance.path), after: failure) }
        case .metadata(_, let fingerprint):
            guard instance.properties.metadataFingerprint == fingerprint else { throw .metadataChanged(late: true) }
        case .labels(_, let fingerprint):
            guard instance.labels.fingerprint == fingerprint else {
                var fault = ComputeFault.labelsChanged
                fault.rule = "GCE-031"
                throw fault
            }
        case .accessConfig(.reserved(let name)):
            guard let address = address(name) else { throw .invalid("natIP", name, "No such address is reserved.") }
            guard address.user == nil else { return .fails(.addressInUse(address.address), after: failure) }
            addresses[address.id]?.user = id
        case .autoDelete, .deletionProtection, .accessConfig: break
        }
        return .lasts(books)
    }

    mutating func complete(_ change: InstanceChange, of id: Instance.ID) {
        guard var instance = instances[id] else { return }
        switch change {
        case .machineType(let type): instance.properties.machineType = type
        case .metadata(let metadata, _): instance.properties.metadata = metadata
        case .labels(let labels, _): instance.labels = Labels(labels)
        case .deletionProtection(let isProtected): instance.deletionProtection = isProtected
        case .autoDelete(let autoDelete, let deviceName):
            guard let place = instance.disks.firstIndex(where: { $0.deviceName == deviceName }) else { return }
            instance.disks[place].autoDelete = autoDelete
        case .accessConfig(let config):
            if case .reserved(let name) = instance.properties.accessConfig, config == nil, let held = address(name) {
                addresses[held.id]?.user = nil
            }
            instance.properties.accessConfig = config
            instance.natIP = nil
        }
        instances[id] = instance
        if case .accessConfig = change, instance.state == .running { lendAddress(to: id) }
    }
}

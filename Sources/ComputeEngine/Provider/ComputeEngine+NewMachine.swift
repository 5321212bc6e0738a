import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// A new instance takes the place of the old one.
    ///
    /// The old one is stopped first: two machines that believe they own the same data must not run together.
    mutating func replaceInstance(_ plan: RestorePlan) throws(Refusal) -> RevertReport {
        guard let old = instances[plan.machine] else { throw unknown(plan.machine) }
        let isWhole = plan.set.image != nil && plan.sources.map(\.role) == plan.set.roles.sorted()
        let swaps = isWhole ? [] : try makeDisks(plan)
        var notes = plan.notes
        var new: Instance.ID?
        do throws(Refusal) {
            try stopForRevert(old.id)
            let request = try isWhole ? launchRequest(ofImage: plan, old) : launchRequest(of: swaps, old)
            let zone = old.zone
            try done { plane, id throws(ComputeFault) in try plane.insertInstance(request, zone: zone, requestID: id) }
            guard let number = names[path(.instances, .zone(zone), request.name)] else {
                throw .lab("instances.insert made no instance")
            }
            let launched = Instance.ID(rawValue: number)
            new = launched
            waitUntilReady(launched)
            try moveAddress(from: old, to: launched)
            catalogue.move(from: old.id, to: launched)
            notes += newInstanceNotes(old)
            if !settings.provider.keepsReplaced {
                // The way back is done: an old instance that stays does not undo it.
                do throws(Refusal) { try retire(old, replacedBy: launched, &notes) } catch {
                    notes.append(Note("The old instance could not be deleted: \(error)", rule: error.rule))
                }
            }
            return RevertReport(
                machine: MachineID(rawValue: launched.description), method: RevertMethod.newInstance.rawValue,
                leftRunning: true, notes: notes)
        } catch {
            if let new { giveUp(new, for: old) }
            discard(swaps.map(\.new.path.name), zone: old.zone)
            putBack(old)
            if old.state == .running { startAgain(old.id) }
            throw error.asFailure
        }
    }

    private func newInstanceNotes(_ old: Instance) -> [Note] {
        var notes = [Note("The machine is a new instance: id and addresses are its own.", rule: "GCE-120")]
        if settings.provider.keepsReplaced { notes.append(Note("The old instance \(old.path.name) is kept, stopped.")) }
        if old.properties.fixedNetworkIP != nil {
            notes.append(
                Note("The named internal address was not taken over: the old instance held it.", rule: "GCE-095"))
        }
        return notes
    }

    /// What the old instance was, as far as it does not collide with it.
    ///
    /// Rules: GCE-091 and GCE-095.
    private func properties(of old: Instance) -> InstanceProperties {
        var properties = old.properties
        properties.fixedNetworkIP = nil
        if case .reserved = properties.accessConfig { properties.accessConfig = .ephemeral }
        return properties
    }

    private func launchRequest(ofImage plan: RestorePlan, _ old: Instance) -> InsertInstance {
        var request = InsertInstance(name: freeName(old.path.name, zone: old.zone))
        request.sourceMachineImage = plan.set.image.map { path(.machineImages, .global, $0).description }
        request.properties = properties(of: old)
        request.labels = old.labels.values
        return request
    }

    /// The new disks, and of the old instance's those that the snapshot does not hold.
    private mutating func launchRequest(of swaps: [DiskSwap], _ old: Instance) throws(Refusal) -> InsertInstance {
        var request = InsertInstance(name: freeName(old.path.name, zone: old.zone))
        request.properties = properties(of: old)
        request.labels = old.labels.values
        request.disks = swaps.map { swap in
            .existing(
                AttachDisk(
                    source: swap.new.path.description, deviceName: swap.deviceName, boot: swap.role == .root,
                    autoDelete: swap.autoDelete))
        }
        for attached in old.disks where !swaps.contains(where: { $0.deviceName == attached.deviceName }) {
            guard let disk = disks[attached.disk] else { continue }
            try takeOff(attached.disk, old.id)
            request.disks.append(
                .existing(
                    AttachDisk(
                        source: disk.path.description, deviceName: attached.deviceName, autoDelete: attached.autoDelete)
                ))
        }
        return request
    }

    /// A reserved address goes from the old instance to the new one.
    private mutating func moveAddress(from old: Instance, to new: Instance.ID) throws(Refusal) {
        guard case .reserved = old.properties.accessConfig, let config = old.properties.accessConfig else { return }
        let zone = old.zone
        try done { plane, id throws(ComputeFault) in
            try plane.deleteAccessConfig(of: old.id.description, zone: zone, requestID: id)
        }
        try done { plane, id throws(ComputeFault) in
            try plane.deleteAccessConfig(of: new.description, zone: zone, requestID: id)
        }
        try done { plane, id throws(ComputeFault) in
            try plane.addAccessConfig(config, to: new.description, zone: zone, requestID: id)
        }
    }

    /// Deletes the old instance and what stays behind of it, unless it is protected.
    ///
    /// Rule: GCE-121.
    private mutating func retire(
        _ old: Instance, replacedBy new: Instance.ID, _ notes: inout [Note]
    ) throws(Refusal) {
        let (name, zone) = (old.id.description, old.zone)
        if instances[old.id]?.deletionProtection == true {
            notes.append(Note("The old instance was protected against deletion and is kept.", rule: "GCE-121"))
            return
        }
        let attached = (instances[old.id]?.disks ?? []).compactMap { disks[$0.disk] }
        // Instant snapshots would go with disks that are deleted with the instance. Rule: GCE-108
        for entry in instances[old.id]?.disks ?? [] where disks[entry.disk]?.instantSnapshots.isEmpty == false {
            try done { plane, id throws(ComputeFault) in
                try plane.setDiskAutoDelete(false, deviceName: entry.deviceName, of: name, zone: zone, requestID: id)
            }
        }
        try done { plane, id throws(ComputeFault) in try plane.deleteInstance(name, zone: zone, requestID: id) }
        retire(attached.filter { disks[$0.id] != nil }, of: new, &notes)
    }

    /// Gives a new instance up that could not take the old one's place.
    private mutating func giveUp(_ new: Instance.ID, for old: Instance) {
        catalogue.move(from: new, to: old.id)
        do throws(Refusal) {
            try waitUntilSettled(new)
            for attached in instances[new]?.disks ?? [] where old.disks.contains(where: { $0.disk == attached.disk }) {
                try stopForRevert(new)
                try takeOff(attached.disk, new)
            }
            guard let zone = instances[new]?.zone else { return }
            try done { plane, id throws(ComputeFault) in
                try plane.deleteInstance(new.description, zone: zone, requestID: id)
            }
        } catch { note(new.description, "could not be given up: \(error)") }
    }

    /// Gives the old instance back the disks that were to go along, and its reserved address.
    private mutating func putBack(_ old: Instance) {
        do throws(Refusal) {
            for attached in old.disks where instances[old.id]?.disks.contains(attached) == false {
                guard let disk = disks[attached.disk], disk.users.isEmpty else { continue }
                let attach = AttachDisk(
                    source: disk.path.description, deviceName: attached.deviceName, boot: attached.isBoot,
                    autoDelete: attached.autoDelete)
                try done { plane, id throws(ComputeFault) in
                    try plane.attachDisk(attach, to: old.id.description, zone: disk.zone, requestID: id)
                }
            }
            if let config = old.properties.accessConfig, instances[old.id]?.properties.accessConfig == nil {
                try done { plane, id throws(ComputeFault) in
                    try plane.addAccessConfig(config, to: old.id.description, zone: old.zone, requestID: id)
                }
            }
        } catch { note(old.path.name, "could not be put together again: \(error)") }
    }
}

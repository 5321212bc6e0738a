import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// instances.start, or instances.startWithEncryptionKey with the customer's keys of the disks.
    package mutating func startInstance(
        _ name: String, zone: String, keys: [EncryptionKey] = [], requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        try changePower(.start(name, zone: zone, keys: keys), of: name, zone, requestID, Work.start) {
            plane, instance throws(ComputeFault) in
            try plane.checkStart(of: instance)
            for disk in instance.disks.compactMap({ plane.disks[$0.disk] }) {
                let brought = keys.first { key in plane.opens(disk, with: key) } ?? keys.first
                try plane.check(disk.key, of: disk.path, brought: brought)
            }
        }
    }

    private func opens(_ disk: PersistentDisk, with key: EncryptionKey) -> Bool {
        do throws(ComputeFault) { try check(disk.key, of: disk.path, brought: key) } catch { return false }
        return true
    }

    /// A verb for the power: checked at once unless it has to wait for another, and then again when its turn comes.
    mutating func changePower(
        _ call: Request, of name: String, _ zone: String, _ requestID: String?, _ work: (Instance.ID) -> Work,
        check: (inout ComputeEngine, Instance) throws(ComputeFault) -> Void
    ) throws(ComputeFault) -> Operation {
        try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let instance = try plane.changeable(name, zone: zone)
            if instance.queue.isEmpty { try check(&plane, instance) }
            return plane.accept(
                call, in: .zone(zone), on: instance.path, id: instance.id.rawValue, work(instance.id))
        }
    }

    /// Rules: GCE-106 and GCE-113.
    private func checkStart(of instance: Instance) throws(ComputeFault) {
        try check(instance) { state throws(NotInState<PowerState>) in try state.start() }
        if instance.state == .terminated, instance.bootDisk == nil, settings.inferred.refusesStartWithoutBootDisk {
            throw .noBootDisk(instance.path)
        }
    }

    /// Whether an instance can be started or stopped, or is so already and nobody minds.
    ///
    /// Rule: GCE-113.
    private func check(
        _ instance: Instance, _ event: (inout PowerState) throws(NotInState<PowerState>) -> PowerState.Effect
    ) throws(ComputeFault) {
        var state = instance.state
        let effect = try? event(&state)  // What is refused has one answer here, whatever the state.
        guard effect == .begins || effect == .nothing && settings.inferred.repeatedPowerSucceeds else {
            throw .notReady(instance.path, rule: "GCE-113")
        }
    }

    mutating func beginStart(of id: Instance.ID) throws(ComputeFault) -> Course {
        guard var instance = instances[id] else { throw .notFound(id.description) }
        try checkStart(of: instance)
        guard instance.state == .terminated else { return .lasts(settings.timings.books) }
        for attached in instance.disks {
            guard let error = keyError(disks[attached.disk]?.key) else { continue }
            return .fails(error, after: settings.timings.lateFailure)
        }
        if instance.bootDisk == nil {
            return .fails(OperationError(late: .noBootDisk(instance.path)), after: settings.timings.lateFailure)
        }
        instance.state = .provisioning
        return place(instance)
    }

    /// Looks for a host; there may be none, for nothing is held for what is stopped.
    ///
    /// Rule: GCE-123.
    mutating func place(_ instance: Instance) -> Course {
        let timings = settings.timings
        instances[instance.id] = instance
        instances[instance.id]?.epoch += 1
        if zones[instance.zone]?.isFull == true {
            return .fails(.stockOut(instance.zone, project: settings.project), after: timings.stockOut)
        }
        zones[instance.zone, default: ZoneCapacity()].taken += 1
        enter(.staged(instance.id, epoch: instance.epoch + 1), in: timings.provisioning)
        return .lasts(timings.provisioning + timings.staging)
    }

    /// There was no host: it stays what it was.
    ///
    /// Rule: GCE-123.
    mutating func undoStart(of id: Instance.ID, backTo previous: PowerState) {
        guard instances[id]?.state.stockedOut(backTo: previous) == true else { return }
        note(instances[id]?.path.name ?? "", "PROVISIONING -> \(previous.rawValue): no room in the zone")
    }

    mutating func completeStart(of id: Instance.ID) {
        guard var instance = instances[id], instance.state.launched() else { return }
        instance.lastStart = now
        if !settings.inferred.keepsHardwareAddresses, instance.lastStop != nil {
            instance.hardwareAddress = world.names.hardwareAddress(under: "42:01:0a")
        }
        instances[id] = instance
        lendAddress(to: id)
        note(instance.path.name, "STAGING -> RUNNING")
        boot(id)
    }

    /// instances.stop: a clean shutdown with a limit.
    ///
    /// Rule: GCE-111.
    package mutating func stopInstance(
        _ name: String, zone: String, discardLocalSSD: Bool? = nil, noGracefulShutdown: Bool = false,
        requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.stop(
            name, zone: zone, discardLocalSSD: discardLocalSSD, noGracefulShutdown: noGracefulShutdown)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let instance = try plane.changeable(name, zone: zone)
            // Rule: GCE-117
            if instance.properties.localSSDs > 0, discardLocalSSD == nil { throw .localSSDUndecided }
            if instance.queue.isEmpty { try plane.checkStop(of: instance) }
            if noGracefulShutdown { plane.instances[instance.id]?.skipsGrace = true }
            return plane.accept(call, in: .zone(zone), on: instance.path, id: instance.id.rawValue, .stop(instance.id))
        }
    }

    /// Rule: GCE-113.
    private func checkStop(of instance: Instance) throws(ComputeFault) {
        try check(instance) { state throws(NotInState<PowerState>) in try state.stop() }
    }

    mutating func beginStop(of id: Instance.ID, _ operation: Operation.Name) throws(ComputeFault) -> Course {
        guard var instance = instances[id] else { throw .notFound(id.description) }
        try checkStop(of: instance)
        guard instance.state == .running else { return .lasts(settings.timings.books) }
        let grace = instance.skipsGrace ? nil : instance.properties.gracefulShutdown
        instance.skipsGrace = false
        instance.epoch += 1
        instance.state = grace == nil ? .stopping : .pendingStop
        instances[id] = instance
        note(instance.path.name, "RUNNING -> \(instance.state.rawValue)")
        guard let grace else { return .lasts(shutDown(id) + settings.timings.stop) }
        enter(.ceased(id, epoch: instance.epoch, operation), in: grace)
        return .isEndedElsewhere
    }

    /// The guest has had its time to finish its work.
    mutating func cease(_ id: Instance.ID, _ epoch: Int, _ operation: Operation.Name) {
        guard instances[id]?.epoch == epoch, instances[id]?.state.ceased() == true else { return }
        note(instances[id]?.path.name ?? "", "PENDING_STOP -> STOPPING")
        enter(.operationEnds(operation), in: shutDown(id) + settings.timings.stop)
    }

    mutating func completeStop(of id: Instance.ID) {
        guard instances[id]?.state.wentDown() == true else { return }
        instances[id]?.lastStop = world.now
        giveUpHost(id)
        note(instances[id]?.path.name ?? "", "STOPPING -> TERMINATED")
    }

    /// instances.reset: no warning for the guest, and no other state.
    ///
    /// Rule: GCE-112.
    package mutating func resetInstance(
        _ name: String, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        try changePower(.reset(name, zone: zone), of: name, zone, requestID, Work.reset) {
            plane, instance throws(ComputeFault) in try plane.checkReset(of: instance)
        }
    }

    private func checkReset(of instance: Instance) throws(ComputeFault) {
        do {
            try instance.state.reset()
        } catch {
            throw .notReady(instance.path)
        }
    }

    mutating func beginReset(of id: Instance.ID) throws(ComputeFault) -> Course {
        guard let instance = instances[id] else { throw .notFound(id.description) }
        try checkReset(of: instance)
        instances[id]?.epoch += 1
        cutPower(of: id)
        return .lasts(settings.timings.reset)
    }

    mutating func completeReset(of id: Instance.ID) { boot(id) }

    /// A host fails: the guest is gone at once, and the instance gets another host, or not.
    package mutating func failHost(of name: String, zone: String) throws(ComputeFault) {
        let instance = try instance(name, zone: zone)
        guard instances[instance.id]?.state.hostFailed() == true else {
            throw .notReady(instance.path)
        }
        instances[instance.id]?.epoch += 1
        cutPower(of: instance.id)
        note(instance.path.name, "RUNNING -> REPAIRING")
        enter(.repaired(instance.id, epoch: instance.epoch + 1), in: settings.timings.repair)
    }

    mutating func finishRepair(of id: Instance.ID, _ epoch: Int) {
        guard let instance = instances[id], instance.epoch == epoch,
            instances[id]?.state.repaired(restarts: instance.properties.automaticRestart) == true
        else { return }
        note(instance.path.name, "REPAIRING -> \(instances[id]?.state.rawValue ?? "")")
        if instance.properties.automaticRestart {
            boot(id)
        } else {
            instances[id]?.lastStop = world.now
            giveUpHost(id)
        }
    }

    /// Sets how many instances there is room for in a zone; nothing for any number.
    ///
    /// Rule: GCE-123.
    package mutating func setCapacity(_ limit: Int?, zone: String) {
        zones[zone, default: ZoneCapacity()].limit = limit
    }
}

import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// instances.suspend.
    package mutating func suspendInstance(
        _ name: String, zone: String, discardLocalSSD: Bool? = nil, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.suspend(name, zone: zone, discardLocalSSD: discardLocalSSD)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let instance = try plane.changeable(name, zone: zone)
            // Rule: GCE-117
            if instance.properties.localSSDs > 0, discardLocalSSD == nil { throw .localSSDUndecided }
            return plane.accept(
                call, in: .zone(zone), on: instance.path, id: instance.id.rawValue, .suspend(instance.id))
        }
    }

    /// Writes the memory out, which takes the longer the more there is.
    ///
    /// Rules: GCE-114 and GCE-115.
    mutating func beginSuspension(of id: Instance.ID) throws(ComputeFault) -> Course {
        guard var instance = instances[id] else { throw .notFound(id.description) }
        do {
            try instance.state.suspend()
        } catch {
            return .fails(.cannotSuspend(error.found), after: settings.timings.lateFailure)
        }
        instance.epoch += 1
        instances[id] = instance
        advanceMachine(id)
        if instances[id]?.machine?.power == .on { instances[id]?.machine?.suspend(at: world.now) }
        note(instance.path.name, "RUNNING -> SUSPENDING")
        let memory = instance.guest?.spec.memory ?? .gibibytes(4)
        return .lasts(settings.timings.suspend + memory.time(at: settings.timings.memoryRate))
    }

    mutating func completeSuspension(of id: Instance.ID) {
        guard instances[id]?.state.wasSuspended() == true, let epoch = instances[id]?.epoch else { return }
        instances[id]?.lastSuspended = world.now
        giveUpHost(id)
        note(instances[id]?.path.name ?? "", "SUSPENDING -> SUSPENDED")
        enter(.suspensionExpires(id, epoch: epoch), in: settings.timings.suspendedLifetime)
    }

    /// It was suspended for too long, and its memory is given up.
    ///
    /// Rule: GCE-116.
    mutating func expireSuspension(of id: Instance.ID, _ epoch: Int) {
        guard instances[id]?.epoch == epoch, instances[id]?.state.expired() == true else { return }
        cutPower(of: id)
        note(instances[id]?.path.name ?? "", "SUSPENDED -> TERMINATED")
    }

    /// instances.resume.
    package mutating func resumeInstance(
        _ name: String, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        try changePower(.resume(name, zone: zone), of: name, zone, requestID, Work.resume) { _, _ in }
    }

    mutating func beginResumption(of id: Instance.ID) throws(ComputeFault) -> Course {
        guard var instance = instances[id] else { throw .notFound(id.description) }
        do {
            try instance.state.resume()
        } catch {
            throw .notReady(instance.path)
        }
        return place(instance)
    }

    /// The guest goes on where it stood, with another address from outside.
    ///
    /// Rule: GCE-119.
    mutating func completeResumption(of id: Instance.ID) {
        guard instances[id]?.state.launched() == true else { return }
        instances[id]?.lastStart = world.now
        lendAddress(to: id)
        if instances[id]?.machine?.power == .suspended { instances[id]?.machine?.resume(at: world.now) }
        note(instances[id]?.path.name ?? "", "STAGING -> RUNNING")
    }
}

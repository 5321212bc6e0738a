import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// How an instance is stopped.
///
/// Rule: AWS-100.
package enum StopManner: Hashable, Sendable {
    /// The guest is asked to shut down; after some minutes its power is cut.
    case clean
    /// The guest is asked first, and not waited for.
    case force
    /// The power is cut at once.
    case skipOSShutdown
}

extension EC2 {
    /// A state before and after a request.
    package struct StateChange: Hashable, Sendable {
        package var instance: Instance.ID
        package var previous: PowerState
        package var current: PowerState
    }

    /// Starts stopped instances; those that run already stay as they are.
    ///
    /// Rule: AWS-097.
    package mutating func startInstances(_ ids: [Instance.ID], dryRun: Bool = false) throws(EC2Fault)
        -> [StateChange]
    {
        try call("StartInstances", on: ids.words, tokens: max(1, ids.count), answer: { $0.words }) {
            ec2 throws(EC2Fault) in
            try ec2.endDryRun(dryRun)
            let found = try ec2.allInstances(ids)
            for instance in found { try ec2.checkStart(of: instance) }
            return found.map { ec2.start($0) }
        }
    }

    private func checkStart(of instance: Instance) throws(EC2Fault) {
        guard !instance.hasInstanceStoreRoot else { throw .notBackedByEBS(instance.id, verb: "started") }
        var state = instance.state
        do throws(NotInState<PowerState>) {
            guard try state.start() == .begins else { return }
        } catch { throw .cannotStart(instance.id) }
        guard instance.devices[instance.rootDevice] != nil else {
            throw .noRoot(instance.id, instance.rootDevice)
        }
        guard instances.weight(.running) + instance.type.processors <= settings.quotas.processors
        else {
            throw EC2Fault(
                "VcpuLimitExceeded", "You have requested more vCPU capacity than your limit allows.",
                rule: "AWS-114")
        }
    }

    private mutating func start(_ instance: Instance) -> StateChange {
        var instance = instance
        let previous = instance.state
        guard let effect = try? instance.state.start(), effect == .begins else {  // Refusals were thrown before.
            return StateChange(instance: instance.id, previous: previous, current: previous)
        }
        instance.epoch += 1
        instance.launchTime = now  // Rule: AWS-103
        (instance.reason, instance.stateReason) = ("", nil)  // Rule: AWS-104
        // Rule: AWS-101
        if instance.elasticAddress == nil {
            instance.publicAddress = world.names.address(under: "54.210")
        }
        instances[instance.id] = instance
        note(instance.id.rawValue, "stopped -> pending")
        enter(.launched(instance.id, epoch: instance.epoch), in: settings.timings.launch)
        return StateChange(instance: instance.id, previous: previous, current: .pending)
    }

    /// The host has taken the instance, and its guest boots; or its volumes could not be made.
    ///
    /// Rule: AWS-119.
    mutating func finishLaunch(of id: Instance.ID, _ epoch: Int) {
        guard var instance = instances[id], instance.epoch == epoch else { return }
        if let failure = instance.launchFailure {
            guard instance.state.failedToLaunch() else { return }
            instance.stateReason = failure
            instances[id] = instance
            note(id.rawValue, "pending -> terminated: \(failure.message)")
            return giveUpEverything(of: id)
        }
        guard instance.state.launched() else { return }
        instances[id] = instance
        for volume in instance.devices.values.sorted() {
            if let attachment = volumes[volume]?.attachment {
                finishAttachment(of: volume, attachment.number)
            }
        }
        note(id.rawValue, "pending -> running")
        boot(id)
    }
}

extension EC2 {
    /// Stops running instances; those that are stopped already stay as they are.
    ///
    /// Rule: AWS-098.
    package mutating func stopInstances(
        _ ids: [Instance.ID], _ manner: StopManner = .clean, dryRun: Bool = false
    ) throws(EC2Fault) -> [StateChange] {
        try call("StopInstances", on: ids.words, tokens: max(1, ids.count), answer: { $0.words }) {
            ec2 throws(EC2Fault) in
            try ec2.endDryRun(dryRun)
            let found = try ec2.allInstances(ids)
            for instance in found {
                var state = instance.state
                do throws(NotInState<PowerState>) { _ = try state.stop() } catch {
                    throw .cannotStop(instance.id)
                }
                guard !instance.hasInstanceStoreRoot else { throw .notBackedByEBS(instance.id, verb: "stopped") }
                guard !instance.disableAPIStop else {
                    throw .stopProtected(instance.id, against: "stopped")
                }
            }
            return found.map { ec2.stop($0, manner) }
        }
    }

    private mutating func stop(_ instance: Instance, _ manner: StopManner) -> StateChange {
        var instance = instance
        let previous = instance.state
        let effect = (try? instance.state.stop()) ?? .nothing  // Refusals were thrown before.
        let isHurried = previous == .stopping && manner != .clean
        guard effect == .begins || isHurried else {
            return StateChange(instance: instance.id, previous: previous, current: previous)
        }
        instance.epoch += 1
        instance.isRebooting = false
        instance.statusOK = nil
        instance.noteUserShutdown(at: now)
        instances[instance.id] = instance
        if effect == .begins { note(instance.id.rawValue, "running -> stopping") }
        bringDown(instance.id, manner, epoch: instance.epoch)
        return StateChange(instance: instance.id, previous: previous, current: .stopping)
    }

    private mutating func bringDown(_ id: Instance.ID, _ manner: StopManner, epoch: Int) {
        let timings = settings.timings
        guard manner != .skipOSShutdown else {
            cutGuestPower(of: id)
            return enter(.wentDown(id, epoch: epoch), in: timings.forcedStop)
        }
        if let time = shutDownGuest(of: id) {
            enter(.wentDown(id, epoch: epoch), in: max(time, timings.stop))
        } else {
            enter(.powerCut(id, epoch: epoch), in: manner == .force ? .zero : timings.shutdownLimit)
        }
    }

    /// The guest did not shut down in time.
    ///
    /// Rule: AWS-100.
    mutating func cutPower(of id: Instance.ID, _ epoch: Int) {
        guard let instance = instances[id], instance.epoch == epoch else { return }
        cutGuestPower(of: id)
        enter(
            instance.isRebooting ? .booted(id, epoch: epoch) : .wentDown(id, epoch: epoch),
            in: settings.timings.forcedStop)
    }

    /// Memory and the public address are gone; disks, private and hardware address stay.
    ///
    /// Rule: AWS-101.
    mutating func finishStop(of id: Instance.ID, _ epoch: Int) {
        guard var instance = instances[id], instance.epoch == epoch, instance.state.wentDown() else {
            return
        }
        if instance.elasticAddress == nil { instance.publicAddress = nil }
        instances[id] = instance
        note(id.rawValue, "stopping -> stopped")
        releaseBusyVolumes(of: id)
    }
}

extension EC2 {
    /// Reboots the guests of running instances; the state does not show it, and addresses stay.
    ///
    /// Rule: AWS-102.
    package mutating func rebootInstances(_ ids: [Instance.ID], dryRun: Bool = false) throws(EC2Fault) {
        try call("RebootInstances", on: ids.words) { ec2 throws(EC2Fault) in
            try ec2.endDryRun(dryRun)
            let found = try ec2.allInstances(ids)
            for instance in found {
                do throws(NotInState<PowerState>) { _ = try instance.state.reboot() } catch {
                    throw .cannotReboot(instance.id)
                }
            }
            for instance in found where instance.state == .running { ec2.rebootGuest(of: instance.id) }
        }
    }

    /// Shuts the guest down and boots it again after a while.
    mutating func rebootGuest(of id: Instance.ID) {
        instances[id]?.epoch += 1
        instances[id]?.isRebooting = true
        guard let epoch = instances[id]?.epoch else { return }
        if let time = shutDownGuest(of: id) {
            releaseBusyVolumes(of: id)
            enter(.booted(id, epoch: epoch), in: max(time, settings.timings.reboot))
        } else {
            enter(.powerCut(id, epoch: epoch), in: settings.timings.shutdownLimit)
        }
    }

    mutating func finishReboot(of id: Instance.ID, _ epoch: Int) {
        guard let instance = instances[id], instance.epoch == epoch, instance.state == .running else {
            return
        }
        instances[id]?.isRebooting = false
        releaseBusyVolumes(of: id)
        note(id.rawValue, "guest: boots")
        boot(id)
    }
}

extension Instance {
    /// Rule: AWS-104.
    mutating func noteUserShutdown(at now: Instant) {
        let time = now.description.prefix(19).replacing("T", with: " ")
        reason = "User initiated (\(time) GMT)"
        stateReason = StateReason("Client.UserInitiatedShutdown", "User initiated shutdown")
    }
}

extension [Instance.ID] {
    var words: String { map(\.rawValue).joined(separator: " ") }
}

extension [EC2.StateChange] {
    var words: String {
        map { "\($0.previous.rawValue) -> \($0.current.rawValue)" }.joined(separator: ", ")
    }
}

import HashTreeCollections
import Hypervisor
import LabCore

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
    package mutating func startInstances(_ ids: [Instance.ID], dryRun: Bool = false) throws(EC2Fault) -> [StateChange] {
        try call("StartInstances", on: ids.words, tokens: max(1, ids.count), answer: { $0.words }) {
            ec2 throws(EC2Fault) in
            try ec2.endDryRun(dryRun)
            let found = try ec2.allInstances(ids)
            for instance in found { try ec2.checkStart(of: instance) }
            return found.map { ec2.start($0) }
        }
    }

    private func checkStart(of instance: Instance) throws(EC2Fault) {
        var state = instance.state
        do throws(NotInState<PowerState>) {
            guard try state.start() == .begins else { return }
        } catch { throw .cannotStart(instance.id) }
        guard instance.devices[instance.rootDevice] != nil else { throw .noRoot(instance.id, instance.rootDevice) }
        let running = instances.values.filter { $0.state == .pending || $0.state == .running }
        guard running.reduce(0, { $0 + $1.type.processors }) + instance.type.processors <= settings.quotas.processors
        else {
            throw EC2Fault(
                "VcpuLimitExceeded", "You have requested more vCPU capacity than your limit allows.", rule: "AWS-114")
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
        if instance.elasticAddress == nil { instance.publicAddress = world.names.address(under: "54.210") }
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
            guard instance.state.failedToLaunch() == .begins else { return }
            instance.stateReason = failure
            instances[id] = instance
            note(id.rawValue, "pending -> terminated: \(failure.message)")
            return giveUpEverything(of: id)
        }
        guard instance.state.launched() == .begins else { return }
        instances[id] = instance
        for volume in instance.devices.values.sorted() {
            if let attachment = volumes[volume]?.attachment { finishAttachment(of: volume, attachment.number) }
        }
        note(id.rawValue, "pending -> running")
        boot(id)
    }
}

extension [Instance.ID] {
    var words: String { map(\.rawValue).joined(separator: " ") }
}

extension [EC2.StateChange] {
    var words: String { map { "\($0.previous.rawValue) -> \($0.current.rawValue)" }.joined(separator: ", ") }
}

import HashTreeCollections
import SimulatedMachine
import Hypervisor
import LabCore

extension EC2 {
    /// Terminates instances; repeated calls succeed.
    ///
    /// Rule: AWS-110.
    ///
    /// One protected member keeps the others of its zone alive; those of other zones are terminated. Rule: AWS-111.
    package mutating func terminateInstances(
        _ ids: [Instance.ID], dryRun: Bool = false
    ) throws(EC2Fault) -> [StateChange] {
        try call("TerminateInstances", on: ids.words, tokens: max(1, ids.count), answer: { $0.words }) {
            ec2 throws(EC2Fault) in
            try ec2.endDryRun(dryRun)
            let found = try ec2.allInstances(ids)
            let protected = found.filter { ($0.disableAPITermination || $0.disableAPIStop) && $0.state != .terminated }
            let safeZones = Set(protected.map(\.zone))
            let changes = found.filter { !safeZones.contains($0.zone) }.map { ec2.terminate($0) }
            if let first = protected.first {
                throw first.disableAPITermination
                    ? .terminationProtected(first.id) : .stopProtected(first.id, against: "terminated")
            }
            return changes
        }
    }

    /// Ends an instance, unless it has ended.
    mutating func terminate(_ instance: Instance) -> StateChange {
        var instance = instance
        let previous = instance.state
        guard instance.state.terminate() == .begins else {
            return StateChange(instance: instance.id, previous: previous, current: previous)
        }
        instance.epoch += 1
        instance.statusOK = nil
        instance.noteUserShutdown(at: now)
        instances[instance.id] = instance
        note(instance.id.rawValue, "\(previous.rawValue) -> shutting-down")
        if shutDownGuest(of: instance.id) == nil { cutGuestPower(of: instance.id) }
        enter(.instanceRemoved(instance.id, epoch: instance.epoch), in: settings.timings.termination)
        return StateChange(instance: instance.id, previous: previous, current: .shuttingDown)
    }

    mutating func finishTermination(of id: Instance.ID, _ epoch: Int) {
        guard var instance = instances[id], instance.epoch == epoch, instance.state.removed() else { return }
        instances[id] = instance
        note(id.rawValue, "shutting-down -> terminated")
        giveUpEverything(of: id)
    }

    /// Deletes the volumes that are to go with the instance and lets go of the others.
    ///
    /// Rule: AWS-110.
    mutating func giveUpEverything(of id: Instance.ID) {
        guard let instance = instances[id] else { return }
        for volume in instance.devices.values.sorted() {
            guard volumes[volume]?.attachment?.instance == id else {
                endFurther(of: volume) { $0.instance == id }
                continue
            }
            let goesAlong = volumes[volume]?.attachment?.deleteOnTermination ?? false
            separate(volume)
            if goesAlong, let gone = volumes[volume], gone.attachment == nil { remove(gone) }
        }
        if let address = instance.elasticAddress { dissociate(address, from: id) }
        instances[id]?.devices = [:]
        instances[id]?.publicAddress = nil
        enter(.instanceForgotten(id), in: settings.timings.terminatedRecord)
    }

    mutating func forget(_ id: Instance.ID) {
        guard let instance = instances[id], instance.state == .terminated else { return }
        surroundings.leaves(id, of: instance.family, instance.machine.outside)
        instances[id] = nil
        tagSets[id.rawValue] = nil
    }

    /// DescribeInstances: those that are asked for, or all, in the order of their ids.
    package func describeInstances(_ ids: [Instance.ID] = []) throws(EC2Fault) -> [Instance] {
        let found = ids.isEmpty ? Array(instances.values) : try allInstances(ids)
        return found.sorted { $0.id < $1.id }  // Whatever order was asked in. Rule: AWS-154.
    }
}

import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// One volume that takes the place of another.
struct VolumeSwap: Hashable, Sendable {
    var device: String
    var old: Volume.ID?
    var new: Volume.ID
    var deleteOnTermination: Bool
}

extension EC2 {
    /// New volumes of the snapshots take the place of the old ones while the instance is stopped; then it is started.
    ///
    /// Rule: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-restoring-volume.html
    mutating func swapVolumes(_ plan: RestorePlan) throws(Refusal) -> RevertReport {
        let swaps = try makeVolumes(plan)
        let wasRunning = instances[plan.machine]?.state == .running
        do throws(Refusal) {
            try stopForRevert(plan.machine)
        } catch {
            discard(swaps.map(\.new))  // Nothing of the machine was touched.
            throw error
        }
        do throws(Refusal) {
            for swap in swaps { try exchange(swap, on: plan.machine) }
            try startAfterRevert(plan.machine)
        } catch {
            undo(swaps, on: plan.machine, starting: wasRunning)
            throw error.asFailure
        }
        let stuck = settings.provider.keepsReplaced ? [] : discard(swaps.compactMap(\.old))
        return RevertReport(
            machine: MachineID(rawValue: plan.machine.rawValue),
            method: RevertMethod.swapVolumes.rawValue,
            leftRunning: true, notes: plan.notes + notes(on: swaps, plan.machine) + stuck)
    }

    private func notes(on swaps: [VolumeSwap], _ machine: Instance.ID) -> [Note] {
        var notes = [
            Note("The flag DeleteOnTermination was set again on the new volumes.", rule: "AWS-109")
        ]
        if instances[machine]?.elasticAddress == nil {
            notes.append(Note("The instance was stopped and has a new public address.", rule: "AWS-101"))
        }
        if swaps.contains(where: { volumes[$0.new]?.loading != nil }) {
            notes.append(Note("The new volumes load their blocks as they are touched.", rule: "AWS-047"))
        }
        return notes
    }

    /// Makes the new volumes before the instance is stopped, so that it is down for a shorter time.
    private mutating func makeVolumes(_ plan: RestorePlan) throws(Refusal) -> [VolumeSwap] {
        guard let instance = instances[plan.machine] else {
            throw Refusal(EC2Fault.unknown([plan.machine]))
        }
        var swaps: [VolumeSwap] = []
        do throws(Refusal) {
            for source in plan.sources {
                let device = instance.roles.first { $0.value == source.role }?.key ?? Self.dataDevice
                let old = instance.devices[device].flatMap { volumes[$0] }
                let new = try makeVolume(like: old, from: source.material, in: instance.zone)
                swaps.append(
                    VolumeSwap(
                        device: device, old: old?.id, new: new,
                        deleteOnTermination: old?.attachment?.deleteOnTermination ?? (source.role == .root)))
            }
            try awaitAvailable(swaps.map(\.new))
        } catch {
            discard(swaps.map(\.new))
            throw error
        }
        return swaps
    }

    /// CreateVolume copies neither type nor speed nor tags from anything: the caller has to.
    private mutating func makeVolume(
        like old: Volume?, from snapshot: EBSSnapshot, in zone: String
    ) throws(Refusal) -> Volume.ID {
        var request = CreateVolume(
            zone: zone, snapshot: snapshot.id, type: (old?.shape.type ?? .gp3).rawValue)
        if let shape = old?.shape, shape.type.takesIOPS { request.iops = shape.iops }
        request.throughput = old?.shape.type == .gp3 ? old?.shape.throughput : nil
        request.tags = old.map { tags(of: $0.id.rawValue).filter { !$0.key.hasPrefix("aws:") } } ?? []
        request.clientToken = makeToken()
        let final = request
        return try patiently { ec2 throws(EC2Fault) in try ec2.createVolume(final) }.id
    }

    private mutating func awaitAvailable(_ ids: [Volume.ID]) throws(Refusal) {
        _ = poll(for: .hours(1)) { ec2 in ids.allSatisfy { ec2.volumes[$0]?.state != .creating } }
        guard let bad = ids.first(where: { volumes[$0]?.state != .available }) else { return }
        throw Refusal(
            .failed, code: "VolumeFailed",
            message: volumes[bad]?.statusMessage ?? "The volume '\(bad)' is not available.",
            rule: "AWS-020")
    }

    mutating func stopForRevert(_ machine: Instance.ID) throws(Refusal) {
        guard instances[machine]?.state != .stopped else { return }
        _ = try patiently { ec2 throws(EC2Fault) in
            try ec2.stopInstances([machine])
        } ifLost: {
            $0.instances[machine]?.state == .stopping ? [] : nil
        }
        _ = poll { $0.instances[machine]?.state == .stopped }
    }

    mutating func startAfterRevert(_ machine: Instance.ID) throws(Refusal) {
        _ = try patiently { ec2 throws(EC2Fault) in
            try ec2.startInstances([machine])
        } ifLost: {
            $0.instances[machine]?.state == .pending ? [] : nil
        }
        _ = poll { $0.instances[machine]?.state != .pending }
        waitUntilReady(machine)
    }

    /// Detaches one volume, attaches the other at exactly the same device, and gives it the old one's flag.
    private mutating func exchange(_ swap: VolumeSwap, on machine: Instance.ID) throws(Refusal) {
        if let old = swap.old { try takeOff(old) }
        try putOn(swap.new, machine, at: swap.device)
        let flag = InstanceAttribute.deleteOnTermination(device: swap.device, swap.deleteOnTermination)
        try patiently { ec2 throws(EC2Fault) in try ec2.modifyInstanceAttribute(of: machine, [flag]) }
    }

    mutating func takeOff(_ volume: Volume.ID) throws(Refusal) {
        guard volumes[volume]?.attachment != nil else { return }
        try patiently { ec2 throws(EC2Fault) in
            _ = try ec2.detachVolume(volume)
        } ifLost: { ec2 in
            [.detaching, .detached, nil].contains(ec2.volumes[volume]?.attachment?.state) ? () : nil
        }
        _ = poll(for: .hours(1)) { $0.volumes[volume]?.state == .available }
    }

    mutating func putOn(_ volume: Volume.ID, _ machine: Instance.ID, at device: String)
        throws(Refusal)
    {
        try patiently { ec2 throws(EC2Fault) in
            _ = try ec2.attachVolume(volume, to: machine, device: device)
        } ifLost: {
            $0.volumes[volume]?.attachment?.instance == machine ? () : nil
        }
        _ = poll(for: .hours(1)) { $0.volumes[volume]?.attachment?.state == .attached }
    }

    /// Puts the old volumes back after a swap that failed half way, as far as the platform lets it.
    private mutating func undo(_ swaps: [VolumeSwap], on machine: Instance.ID, starting: Bool) {
        do throws(Refusal) {
            try waitUntilSettled(machine)
            try stopForRevert(machine)
            for swap in swaps {
                if volumes[swap.new]?.attachment != nil { try takeOff(swap.new) }
                guard let old = swap.old, volumes[old]?.attachment == nil else { continue }
                try putOn(old, machine, at: swap.device)
                let flag = InstanceAttribute.deleteOnTermination(
                    device: swap.device, swap.deleteOnTermination)
                try patiently { ec2 throws(EC2Fault) in try ec2.modifyInstanceAttribute(of: machine, [flag])
                }
            }
            if starting { try startAfterRevert(machine) }
        } catch {
            note(machine.rawValue, "the old volumes could not all be put back: \(error)")
        }
        discard(swaps.map(\.new))
    }

    /// Deletes volumes that nobody has attached.
    ///
    /// - Returns: what is to be told of those that are still there.
    @discardableResult
    mutating func discard(_ ids: [Volume.ID]) -> [Note] {
        var stuck: [Note] = []
        for id in ids where volumes[id] != nil && volumes[id]?.attachment == nil {
            do throws(Refusal) {
                try patiently { ec2 throws(EC2Fault) in
                    try ec2.deleteVolume(id)
                } ifLost: {
                    $0.volumes[id]?.state == .deleting ? () : nil
                }
            } catch {
                note(id.rawValue, "could not be deleted: \(error)")
                stuck.append(
                    Note("The volume \(id) could not be deleted and is still there: \(error.message)"))
            }
        }
        return stuck
    }
}

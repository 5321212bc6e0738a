import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension EC2 {
    /// A new instance is launched from an image of the snapshots and takes the place of the old one.
    ///
    /// The old one is stopped first: two machines that believe they own the same data must not run together.
    /// Rule: AWS-117.
    mutating func launchReplacement(_ plan: RestorePlan) throws(Refusal) -> RevertReport {
        guard let old = instances[plan.machine] else { throw Refusal(EC2Fault.unknown([plan.machine])) }
        let wasRunning = old.state == .running
        let (image, isTemporary) = try image(for: plan, of: old)
        var new: Instance.ID?
        do throws(Refusal) {
            try stopForRevert(old.id)
            let launched = try launch(image, inPlaceOf: old)
            new = launched
            try moveWhatStays(of: plan, from: old, to: launched)
            if let address = old.elasticAddress {
                try patiently { ec2 throws(EC2Fault) in try ec2.associateAddress(address, with: launched) }
            }
            if isTemporary { deregister(image) }
            let stuck = settings.provider.keepsReplaced ? [] : try retire(old)
            return RevertReport(
                machine: MachineID(rawValue: launched.rawValue), method: RevertMethod.newInstance.rawValue,
                leftRunning: true, notes: plan.notes + newInstanceNotes(old, launched) + stuck)
        } catch {
            if let new { giveBack(new, to: old) }
            if isTemporary { deregister(image) }
            if wasRunning { restart(old.id) }
            throw error.asFailure
        }
    }

    private func newInstanceNotes(_ old: Instance, _ new: Instance.ID) -> [Note] {
        let kept = settings.provider.keepsReplaced ? "is kept, stopped" : "was terminated"
        return [
            Note(
                "The machine is the new instance \(new): id and addresses are its own.", rule: "AWS-117"),
            Note("The old instance \(old.id) \(kept).", rule: "AWS-110"),
        ]
    }

    /// The image the snapshot is, or one that is registered for this revert alone.
    private mutating func image(
        for plan: RestorePlan, of old: Instance
    ) throws(Refusal) -> (id: Image.ID, isTemporary: Bool) {
        if let image = plan.set.image, plan.sources.map(\.role) == plan.set.roles {
            return (image.id, false)
        }
        let mappings = plan.sources.compactMap { source -> Image.Mapping? in
            guard let device = old.roles.first(where: { $0.value == source.role })?.key else {
                return nil
            }
            let volume = old.devices[device].flatMap { volumes[$0] }
            let type = volume?.shape.type ?? .gp3
            return Image.Mapping(
                device: device, snapshot: source.material.id, type: type,
                iops: type.takesIOPS ? volume?.shape.iops : nil,
                deleteOnTermination: volume?.attachment?.deleteOnTermination ?? (source.role == .root))
        }
        let name = "belay revert \(world.names.hexadecimal(digits: 8))"
        var request = RegisterImage(name: name, rootDevice: old.rootDevice, mappings: mappings)
        (request.architecture, request.virtualization) = (old.architecture, "hvm")
        let final = request
        let made = try patiently { ec2 throws(EC2Fault) in
            try ec2.registerImage(final)
        } ifLost: { ec2 in
            ec2.images.values.first { $0.name == name }
        }
        return (made.id, true)
    }

    private mutating func launch(_ image: Image.ID, inPlaceOf old: Instance) throws(Refusal)
        -> Instance.ID
    {
        var request = RunInstances(image: image)
        (request.type, request.zone, request.userData) = (old.type.name, old.zone, old.userData)
        let predecessors = ([old.id] + predecessors(of: old.id)).prefix(12).map(\.rawValue).joined(
            separator: " ")
        let kept = tags(of: old.id.rawValue).filter {
            $0.key != SnapshotSet.Key.predecessors && !$0.key.hasPrefix("aws:")
        }
        request.instanceTags = kept + [ResourceTag(SnapshotSet.Key.predecessors, predecessors)]
        request.clientToken = makeToken()
        let final = request
        let launched = try patiently { ec2 throws(EC2Fault) in try ec2.runInstances(final) }
        guard let id = launched.first?.id else {
            throw .lab("RunInstances answered without an instance")
        }
        _ = poll(for: .hours(1)) { $0.instances[id]?.state != .pending }
        guard instances[id]?.state == .running else {
            let reason = instances[id]?.stateReason
            throw Refusal(
                .failed, code: reason?.code ?? "LaunchFailed",
                message: reason?.message ?? "The instance did not come up.",
                rule: "AWS-119")
        }
        waitUntilReady(id)
        return id
    }

    /// Disks that the snapshot does not hold go along as they are.
    private mutating func moveWhatStays(
        of plan: RestorePlan, from old: Instance, to new: Instance.ID
    ) throws(Refusal) {
        let restored = Set(plan.sources.map(\.role))
        let staying = old.roles.filter { !restored.contains($0.value) && old.devices[$0.key] != nil }
        guard !staying.isEmpty else { return }
        try stopForRevert(new)
        for (device, role) in staying.sorted(by: { $0.key < $1.key }) {
            guard let volume = old.devices[device] else { continue }
            try takeOff(volume)
            instances[new]?.roles[device] = role
            try putOn(volume, new, at: device)
        }
        try startAfterRevert(new)
    }

    /// Terminates the old instance and deletes what stays behind of it.
    ///
    /// - Returns: what is to be told of disks that are still there.
    private mutating func retire(_ old: Instance) throws(Refusal) -> [Note] {
        let leftBehind = instances[old.id]?.devices.values.sorted() ?? []
        _ = try patiently { ec2 throws(EC2Fault) in
            try ec2.terminateInstances([old.id])
        } ifLost: {
            $0.instances[old.id]?.state == .shuttingDown ? [] : nil
        }
        _ = poll { $0.instances[old.id]?.state == .terminated }
        return discard(leftBehind.filter { volumes[$0]?.state == .available })
    }

    /// Gives a new instance up that could not take the old one's place, and the old one what it had.
    private mutating func giveBack(_ new: Instance.ID, to old: Instance) {
        do throws(Refusal) {
            try stopForRevert(new)
            for (device, volume) in old.devices.sorted(by: { $0.key < $1.key })
            where volumes[volume]?.attachment?.instance != old.id {
                try takeOff(volume)
                try putOn(volume, old.id, at: device)
            }
            let clones = instances[new]?.devices.values.sorted() ?? []
            try patiently { ec2 throws(EC2Fault) in _ = try ec2.terminateInstances([new]) }
            _ = poll { $0.instances[new]?.state == .terminated }
            discard(clones.filter { volumes[$0]?.state == .available })
        } catch { note(new.rawValue, "could not be given up: \(error)") }
    }

    private mutating func restart(_ old: Instance.ID) {
        do throws(Refusal) { try startAfterRevert(old) } catch {
            note(old.rawValue, "could not be started: \(error)")
        }
    }

    private mutating func deregister(_ image: Image.ID) {
        do throws(Refusal) {
            try patiently { ec2 throws(EC2Fault) in
                _ = try ec2.deregisterImage(image)
            } ifLost: {
                $0.images[image]?.state.isRegistered ?? false ? nil : ()
            }
        } catch { note(image.rawValue, "could not be deregistered: \(error)") }
    }
}

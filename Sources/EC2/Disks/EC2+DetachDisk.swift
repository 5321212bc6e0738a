import Hypervisor
import HashTreeCollections
import LabCore
import SimulatedMachine

extension EC2 {
    /// Detaches a volume; the guest may keep it busy.
    ///
    /// Rule: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachVolume.html
    package mutating func detachVolume(
        _ id: Volume.ID, from source: Instance.ID? = nil, device: String? = nil, force: Bool = false,
        dryRun: Bool = false
    ) throws(EC2Fault) -> Volume.Attachment {
        try call("DetachVolume", on: id.rawValue, answer: { $0.state.rawValue }) { ec2 throws(EC2Fault) in
            try ec2.endDryRun(dryRun)
            let volume = try ec2.volume(id)
            guard !volume.isMultiAttach || source != nil else { throw .fromWhom(id) }
            if let source, let further = volume.furtherAttachments.first(where: { $0.instance == source }) {
                return try ec2.detachFurther(volume, further, device: device)
            }
            guard var attachment = volume.attachment else { throw .notAttached(id) }
            guard source ?? attachment.instance == attachment.instance, device ?? attachment.device == attachment.device
            else { throw .attachedElsewhere(id) }
            try ec2.checkDetachment(of: volume, attachment)
            let begins: Bool
            do throws(NotInState<AttachmentState>) { begins = try attachment.state.detach() } catch {
                throw .notAttached(id)
            }
            ec2.volumes[id]?.attachment = attachment
            if force {
                ec2.release(id, isForced: true)
            } else if begins {
                ec2.enter(.disconnected(id, attachment: attachment.number), in: ec2.settings.timings.attachment)
            }
            return attachment
        }
    }

    private func checkDetachment(of volume: Volume, _ attachment: Volume.Attachment) throws(EC2Fault) {
        guard let instance = instances[attachment.instance] else { return }
        guard instance.state == .stopped || attachment.device != instance.rootDevice else {
            throw EC2Fault(
                settings.inferred.rootDetach,
                "Unable to detach root volume '\(volume.id)' from instance '\(instance.id)'", rule: "AWS-080")
        }
        guard volume.productCodes.isEmpty || instance.state == .stopped else {
            throw .marketplaceCodes(volume.id, instance.id, verb: "detach")
        }
    }

    /// The device is disconnected, unless the guest still has it mounted.
    ///
    /// Rule: AWS-082.
    mutating func finishDetachment(of id: Volume.ID, _ number: Int) {
        endFurther(of: id) { $0.number == number && $0.state == .detaching }
        guard var attachment = volumes[id]?.attachment, attachment.number == number else { return }
        let isMounted = attachment.isInMachine && instances[attachment.instance]?.machine.power == .on
        let isOver = attachment.state.disconnected(isMounted: isMounted)
        volumes[id]?.attachment = attachment
        if isOver { separate(id) } else if attachment.state == .busy { note(id.rawValue, "detaching -> busy") }
    }

    /// Ends a detachment that waited for the guest, or that is not to wait for it.
    mutating func release(_ id: Volume.ID, isForced: Bool) {
        guard var attachment = volumes[id]?.attachment else { return }
        let wasMounted = attachment.isInMachine && instances[attachment.instance]?.machine.power == .on
        guard attachment.state.released() else { return }
        volumes[id]?.attachment = attachment
        // The guest holds on to a device that was torn away until it reboots. Rule: AWS-082.
        if isForced, wasMounted { instances[attachment.instance]?.blockedDevices.insert(attachment.device) }
        separate(id)
    }

    /// Ends what waits for the guest to let go, now that it is off.
    mutating func releaseBusyVolumes(of id: Instance.ID) {
        guard let instance = instances[id] else { return }
        for volume in instance.devices.values.sorted() where volumes[volume]?.attachment?.instance == id {
            release(volume, isForced: false)
        }
        instances[id]?.blockedDevices = []
    }

    /// Takes a volume off its instance, contents and all.
    ///
    /// Rule: AWS-083.
    mutating func separate(_ id: Volume.ID) {
        moveContentsOutOfMachine(id)
        guard var volume = volumes[id], let attachment = volume.attachment else { return }
        instances[attachment.instance]?.devices[attachment.device] = nil
        volume.attachment = volume.furtherAttachments.first
        volume.furtherAttachments = Array(volume.furtherAttachments.dropFirst())
        guard volume.attachment == nil else {
            volumes[id] = volume
            note(id.rawValue, "detached from \(attachment.instance)")
            return moveContentsIntoMachine(id)
        }
        _ = volume.state.detached()
        volumes[id] = volume
        note(id.rawValue, "detached from \(attachment.instance), in-use -> available")
    }
}

import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension EC2 {
    /// Gives a volume that others have already to one more instance, whose guest sees the bare device.
    ///
    /// The file system on it belongs to the guest that was first: none here is made for two. Rule: AWS-093.
    mutating func attachFurther(
        _ volume: Volume, to instance: Instance, as device: String
    ) throws(EC2Fault) -> Volume.Attachment {
        let holders = [volume.attachment].compactMap(\.self) + volume.furtherAttachments
        guard !holders.contains(where: { $0.instance == instance.id }) else { throw .alreadyAttached(volume.id) }
        guard holders.count < settings.quotas.instancesPerVolume else {
            throw EC2Fault(
                .invalidParameterValue,
                "The volume '\(volume.id)' is attached to \(settings.quotas.instancesPerVolume) instances already.",
                rule: "AWS-093")
        }
        try checkPlace(of: volume, on: instance, as: device)
        let attachment = Volume.Attachment(
            instance: instance.id, device: device, state: .attaching, since: now, deleteOnTermination: false,
            number: world.names.number("attachment"))
        volumes[volume.id]?.furtherAttachments.append(attachment)
        instances[instance.id]?.devices[device] = volume.id
        enter(.connected(volume.id, attachment: attachment.number), in: settings.timings.attachment)
        return attachment
    }

    /// Takes a volume from one of its further instances.
    mutating func detachFurther(
        _ volume: Volume, _ attachment: Volume.Attachment, device: String?
    ) throws(EC2Fault) -> Volume.Attachment {
        guard device ?? attachment.device == attachment.device,
            let place = volume.furtherAttachments.firstIndex(of: attachment)
        else { throw .attachedElsewhere(volume.id) }
        var attachment = attachment
        let begins: Bool
        do throws(NotInState<AttachmentState>) { begins = try attachment.state.detach() } catch {
            throw .notAttached(volume.id)
        }
        volumes[volume.id]?.furtherAttachments[place] = attachment
        if begins { enter(.disconnected(volume.id, attachment: attachment.number), in: settings.timings.attachment) }
        return attachment
    }

    /// Ends further attachments of a volume.
    mutating func endFurther(of id: Volume.ID, where isOver: (Volume.Attachment) -> Bool) {
        for attachment in volumes[id]?.furtherAttachments ?? [] where isOver(attachment) {
            instances[attachment.instance]?.devices[attachment.device] = nil
            volumes[id]?.furtherAttachments.removeAll { $0.number == attachment.number }
            note(id.rawValue, "detached from \(attachment.instance)")
        }
    }
}

extension EC2Fault {
    static func notMultiAttachable(_ type: VolumeType) -> EC2Fault {
        EC2Fault(
            .invalidParameterCombination, "Multi-Attach is supported for io1 and io2 volumes, found \(type).",
            rule: "AWS-093")
    }
    static func bootsNobody(_ id: Volume.ID) -> EC2Fault {
        EC2Fault(
            .invalidParameterValue, "The volume '\(id)' is enabled for Multi-Attach and cannot be a boot volume.",
            rule: "AWS-093")
    }
    static func fromWhom(_ id: Volume.ID) -> EC2Fault {
        EC2Fault(
            .invalidParameterCombination,
            "The volume '\(id)' is enabled for Multi-Attach; the parameter instanceId is required.", rule: "AWS-093")
    }
}

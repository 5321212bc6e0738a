import Hypervisor
import HashTreeCollections
import LabCore
import SimulatedMachine

extension EC2 {
    /// Attaches an available volume to an instance; when the instance ends the volume stays.
    ///
    /// Rule: AWS-108.
    ///
    /// Rule: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachVolume.html
    package mutating func attachVolume(
        _ id: Volume.ID, to target: Instance.ID, device: String, dryRun: Bool = false
    ) throws(EC2Fault) -> Volume.Attachment {
        try call("AttachVolume", on: id.rawValue, answer: { "\($0.instance) \($0.device)" }) { ec2 throws(EC2Fault) in
            guard DeviceName.isValid(device) else { throw .badDevice(device) }
            try ec2.endDryRun(dryRun)
            var volume = try ec2.volume(id)
            let instance = try ec2.instance(target)
            if volume.isMultiAttach, volume.attachment != nil {
                return try ec2.attachFurther(volume, to: instance, as: device)
            }
            try ec2.checkAttachment(of: volume, to: instance, as: device)
            do throws(NotInState<VolumeState>) { try volume.state.attach() } catch { throw .notAvailable(id) }
            return ec2.connect(volume, to: target, device: device, deleteOnTermination: false)
        }
    }

    private func checkAttachment(of volume: Volume, to instance: Instance, as device: String) throws(EC2Fault) {
        guard volume.attachment == nil else { throw .alreadyAttached(volume.id) }
        guard volume.state == .available else { throw .notAvailable(volume.id) }
        try checkPlace(of: volume, on: instance, as: device)
    }

    /// Whether there is room for a volume on an instance, and both fit each other.
    func checkPlace(of volume: Volume, on instance: Instance, as device: String) throws(EC2Fault) {
        guard volume.zone == instance.zone else { throw .otherZone(volume.id, instance.id) }
        guard instance.state == .running || instance.state == .stopped else {
            throw EC2Fault(
                settings.inferred.attachToUnsettled, "Instance '\(instance.id)' is not 'running'.", rule: "AWS-073")
        }
        guard instance.devices[device] == nil, !instance.blockedDevices.contains(device) else {
            throw .deviceInUse(device)
        }
        guard instance.devices.count < settings.quotas.attachments else {
            throw EC2Fault(
                "AttachmentLimitExceeded",
                "The instance '\(instance.id)' has reached its limit of \(settings.quotas.attachments) attachments.",
                rule: "AWS-077")
        }
        guard volume.productCodes.isEmpty || instance.state == .stopped else {
            throw .marketplaceCodes(volume.id, instance.id, verb: "attach")
        }
        guard device != instance.rootDevice || !volume.isMultiAttach else { throw .bootsNobody(volume.id) }
        guard device != instance.rootDevice || volume.shape.type.isBootable else {
            throw EC2Fault(
                "BootForVolumeTypeUnsupported", "A \(volume.shape.type) volume cannot be a boot volume.",
                rule: "AWS-094")
        }
    }

    /// Ties a volume to an instance; the device is there a moment later.
    ///
    /// Rule: AWS-078.
    mutating func connect(
        _ volume: Volume, to target: Instance.ID, device: String, deleteOnTermination: Bool
    ) -> Volume.Attachment {
        let number = world.names.number("attachment")
        let attachment = Volume.Attachment(
            instance: target, device: device, state: .attaching, since: now, deleteOnTermination: deleteOnTermination,
            number: number)
        var volume = volume
        volume.state = .inUse  // Rule: AWS-079
        volume.attachment = attachment
        volumes[volume.id] = volume
        instances[target]?.devices[device] = volume.id
        if device == instances[target]?.rootDevice { instances[target]?.rootHistory.append(volume.id) }
        enter(.connected(volume.id, attachment: number), in: settings.timings.attachment)
        return attachment
    }

    mutating func finishAttachment(of id: Volume.ID, _ number: Int) {
        if let place = volumes[id]?.furtherAttachments.firstIndex(where: { $0.number == number }) {
            _ = volumes[id]?.furtherAttachments[place].state.connected()
            return
        }
        guard volumes[id]?.attachment?.number == number else { return }
        guard volumes[id]?.attachment?.state.connected() == true else { return }
        note(id.rawValue, "attaching -> attached")
        moveContentsIntoMachine(id)
    }
}

extension EC2Fault {
    static func marketplaceCodes(_ volume: Volume.ID, _ instance: Instance.ID, verb: String) -> EC2Fault {
        EC2Fault(
            .incorrectInstanceState,
            "Unable to \(verb) volume '\(volume)' with Marketplace codes from instance '\(instance)' "
                + "as the instance is not in the 'stopped' state.",
            rule: "AWS-084")
    }
}

import HashTreeCollections
import Hypervisor
import LabCore
package import SimulatedMachine

extension EC2 {
    /// What has reached a volume by now, wherever it is kept.
    package func contents(of volume: Volume) -> Disk {
        guard let attachment = volume.attachment, attachment.isInMachine, let instance = instances[attachment.instance],
            let role = instance.roles[attachment.device]
        else { return volume.contents }
        var machine = instance.machine
        machine.advance(to: now)
        return machine.disk(role) ?? volume.contents
    }

    /// Hands a volume's contents to the guest, if the guest has a use for a disk at that device.
    mutating func moveContentsIntoMachine(_ id: Volume.ID) {
        guard var volume = volumes[id], var attachment = volume.attachment, !attachment.isInMachine,
            let role = instances[attachment.instance]?.roles[attachment.device]
        else { return }
        advanceMachine(attachment.instance)
        instances[attachment.instance]?.machine.attach(volume.contents, as: role)
        attachment.isInMachine = true
        volume.attachment = attachment
        // The machine is the only owner now, so that what it writes is not copied first.
        volume.contents = Disk(size: volume.contents.size)
        volumes[id] = volume
    }

    /// Takes a volume's contents back; what the guest had not flushed is lost.
    ///
    /// Rule: AWS-083.
    mutating func moveContentsOutOfMachine(_ id: Volume.ID) {
        guard var volume = volumes[id], var attachment = volume.attachment, attachment.isInMachine,
            let role = instances[attachment.instance]?.roles[attachment.device]
        else { return }
        advanceMachine(attachment.instance)
        if let disk = instances[attachment.instance]?.machine.detach(role) { volume.contents = disk }
        // A modification while the guest had the disk made room behind its end.
        if volume.contents.size < .gibibytes(volume.shape.size) {
            volume.contents.grow(to: .gibibytes(volume.shape.size))
        }
        attachment.isInMachine = false
        volume.attachment = attachment
        volumes[id] = volume
    }

    /// Lets a guest catch up with the clock.
    mutating func advanceMachine(_ id: Instance.ID) {
        let time = now
        instances[id]?.machine.advance(to: time)
    }
}

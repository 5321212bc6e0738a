import HashTreeCollections
import Hypervisor
import LabCore
package import SimulatedMachine

extension ComputeEngine {
    /// What has reached a disk by now, wherever it is kept.
    package func contents(of disk: PersistentDisk) -> Disk {
        if let contents = disk.contents { return contents }
        for user in disk.users {
            guard let instance = instances[user], var machine = instance.machine,
                let role = instance.disks.first(where: { $0.disk == disk.id })?.role
            else { continue }
            machine.advance(to: now)
            if let found = machine.disk(role) { return grown(found, to: disk.size) }
        }
        return Disk(size: disk.size)
    }

    /// Hands a disk's contents to the guest, if the guest has a use for a disk of that name.
    mutating func moveContentsIntoMachine(_ attached: AttachedDisk, of id: Instance.ID) {
        guard let role = attached.role, let contents = disks[attached.disk]?.contents, instances[id]?.machine != nil
        else { return }
        advanceMachine(id)
        // The machine is the only owner from now on, so that what it writes is not copied first.
        disks[attached.disk]?.contents = nil
        instances[id]?.machine?.attach(contents, as: role)
    }

    /// Takes a disk's contents back; what a running guest had not flushed is lost.
    ///
    /// Rule: GCE-101.
    mutating func moveContentsOutOfMachine(_ attached: AttachedDisk, of id: Instance.ID) {
        guard let role = attached.role, let disk = disks[attached.disk], disk.contents == nil else { return }
        advanceMachine(id)
        guard let contents = instances[id]?.machine?.detach(role) else { return }
        let whole = grown(contents, to: disk.size)
        disks[attached.disk]?.contents = whole
    }

    /// A resize while the guest had the disk made room behind its end.
    ///
    /// Rule: GCE-040.
    private func grown(_ contents: Disk, to size: ByteCount) -> Disk {
        guard contents.size < size else { return contents }
        var contents = contents
        contents.grow(to: size)
        return contents
    }

    /// Lets a guest catch up with the clock.
    mutating func advanceMachine(_ id: Instance.ID) { instances[id]?.machine?.advance(to: world.now) }
}

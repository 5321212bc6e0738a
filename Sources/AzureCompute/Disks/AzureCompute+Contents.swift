import HashTreeCollections
import Hypervisor
import LabCore
package import SimulatedMachine

extension AzureCompute {
    /// What has reached a disk by now, wherever it is kept.
    package func contents(of disk: ManagedDisk) -> Disk {
        if let contents = disk.contents { return contents }
        guard let owner = disk.insertedIn, let machine = virtualMachines[owner], var guest = machine.machine,
            let role = machine.inserted.first(where: { $0.value == disk.id })?.key
        else { return Disk(size: disk.size) }
        guest.advance(to: now)
        return grown(guest.disk(role) ?? Disk(size: disk.size), to: disk.size)
    }

    /// Gives the guest the disks that its machine has by now, and takes back those that it had before.
    ///
    /// What a running guest had not flushed to a disk that is taken away is lost.
    mutating func insertDisks(of id: ResourceID) {
        guard let machine = virtualMachines[id], machine.machine != nil else { return }
        advanceMachine(id)
        let wanted = machine.disksByRole
        for (role, disk) in machine.inserted.sorted(by: { $0.key < $1.key }) where wanted[role] != disk {
            takeOut(role, of: id)
        }
        for (role, disk) in wanted.sorted(by: { $0.key < $1.key }) {
            guard virtualMachines[id]?.inserted[role] == nil, let found = disks[disk], let contents = found.contents
            else { continue }
            // The machine is the only owner from now on, so that what it writes is not copied first.
            disks[disk]?.contents = nil
            disks[disk]?.insertedIn = id
            virtualMachines[id]?.inserted[role] = disk
            let whole = grown(contents, to: found.size)
            virtualMachines[id]?.machine?.attach(whole, as: role)
        }
    }

    /// Takes every disk back from a guest.
    mutating func takeOutDisks(of id: ResourceID) {
        advanceMachine(id)
        for role in (virtualMachines[id]?.inserted.keys ?? [:].keys).sorted() { takeOut(role, of: id) }
    }

    private mutating func takeOut(_ role: DiskRole, of id: ResourceID) {
        guard let disk = virtualMachines[id]?.inserted.removeValue(forKey: role) else { return }
        let contents = virtualMachines[id]?.machine?.detach(role)
        guard let size = disks[disk]?.size else { return }
        let whole = grown(contents ?? Disk(size: size), to: size)
        disks[disk]?.contents = whole
        disks[disk]?.insertedIn = nil
    }

    /// A resize while the guest had the disk made room behind its end.
    private func grown(_ contents: Disk, to size: ByteCount) -> Disk {
        guard contents.size < size else { return contents }
        var contents = contents
        contents.grow(to: size)
        return contents
    }

    /// Lets a guest catch up with the clock.
    mutating func advanceMachine(_ id: ResourceID) { virtualMachines[id]?.machine?.advance(to: world.now) }
}

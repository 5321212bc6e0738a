import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// One disk that takes the place of another.
struct DiskSwap: Hashable, Sendable {
    var role: DiskRole
    /// The disk in the place; nothing where there is none.
    var old: ResourceID?
    var new: ResourceID
    /// The place of a data disk as it is to be.
    var place: DataDisk?
    /// The place of a data disk as it was.
    var formerPlace: DataDisk?
}

extension AzureCompute {
    /// New disks take the place of the old ones while the machine is deallocated; then it is started.
    ///
    /// Rule: https://learn.microsoft.com/azure/virtual-machines/linux/os-disk-swap
    mutating func swapDisks(_ plan: RestorePlan, _ method: RevertMethod) throws(Refusal) -> RevertReport {
        let before = virtualMachines[plan.machine]
        let swaps = try makeDisks(plan)
        do throws(Refusal) {
            try deallocateForRevert(plan.machine)
        } catch {
            discard(swaps.map(\.new))  // Nothing of the machine's disks was touched.
            throw restarted(before, after: error)
        }
        var notes = plan.notes
        let starts: Bool
        do throws(Refusal) {
            for swap in swaps { try exchange(swap, on: plan.machine) }
            starts = try startAfterRevert(plan.machine, &notes)
        } catch {
            throw undo(swaps, before, after: error)
        }
        notes += swapNotes(before, plan, method)
        if !settings.provider.keepsReplaced { retire(swaps.compactMap(\.old), &notes) }
        return RevertReport(
            machine: MachineID(rawValue: plan.machine.name), method: method.rawValue, leftRunning: starts,
            notes: notes)
    }

    private func swapNotes(_ before: VirtualMachine?, _ plan: RestorePlan, _ method: RevertMethod) -> [Note] {
        var notes: [Note] = []
        if before?.hasHost == true, virtualMachines[plan.machine]?.temporaryDisk != before?.temporaryDisk {
            notes.append(
                Note(
                    "The machine was deallocated: its temporary disk and the secrets of its virtual TPM are new.",
                    rule: "AZ-092"))
            notes.append(Note("A dynamic public address went with the deallocation.", rule: "AZ-126"))
        }
        if method == .swapOSDisk, !plan.sources.contains(where: { $0.role == .data }),
            before?.disksByRole[.data] != nil
        {
            notes.append(Note("The data disk was left as it is, and may be ahead of the OS disk.", rule: "AZ-080"))
        }
        return notes
    }

    /// Makes the new disks before the machine is stopped, so that it is down for a shorter time.
    ///
    /// Neither sku nor zone nor encryption nor tags come with a snapshot; the generation and the system do.
    mutating func makeDisks(_ plan: RestorePlan) throws(Refusal) -> [DiskSwap] {
        guard let machine = virtualMachines[plan.machine] else { throw Refusal(missing(plan.machine)) }
        var swaps: [DiskSwap] = []
        do throws(Refusal) {
            for source in plan.sources {
                let old = machine.disksByRole[source.role].flatMap { disks[$0] }
                var request = CreateDisk(location: machine.location, source.material)
                request.sku = old?.sku ?? .premium
                request.zone = old == nil ? machine.zone : old?.zone
                request.encryption = old?.encryption ?? .platformKey
                request.tags = old?.tags ?? [:]
                let name = "\(machine.id.name)-\(source.role.rawValue)-\(world.names.hexadecimal(digits: 8))"
                let new = id(.disks, name, in: machine.id.group)
                let former = machine.dataDisks.first { $0.disk == old?.id }
                var place = former ?? DataDisk(lun: Guest.dataLUN, disk: new)
                place.disk = new
                swaps.append(
                    DiskSwap(
                        role: source.role, old: old?.id, new: new, place: source.role == .root ? nil : place,
                        formerPlace: former))
                let final = request
                try done { plane throws(AzureFault) in try plane.createDisk(new, final) }
            }
        } catch {
            discard(swaps.map(\.new))
            throw error
        }
        return swaps
    }

    mutating func deallocateForRevert(_ id: ResourceID) throws(Refusal) {
        guard let machine = virtualMachines[id], machine.power != .deallocated else { return }
        try done { plane throws(AzureFault) in try plane.deallocate(id) }
    }

    /// Starts a machine and waits for its guest; a location without room is asked again, and then left at that.
    ///
    /// - Returns: whether it runs. Rule: AZ-091.
    mutating func startAfterRevert(_ id: ResourceID, _ notes: inout [Note]) throws(Refusal) -> Bool {
        for _ in 0..<settings.provider.retries {
            do throws(Refusal) {
                try done { plane throws(AzureFault) in try plane.start(id) }
                waitUntilReady(id)
                return true
            } catch {
                guard error.code == AzureFault.Code.allocationFailed.rawValue else { throw error }
                advance(by: settings.provider.pause)
            }
        }
        notes.append(
            Note(
                "The disks are back, but there is no room to start the machine: it is left deallocated.",
                rule: "AZ-091"))
        return false
    }

    /// Puts one disk in the place of the other; a data disk is detached first, and its successor has the same LUN.
    private mutating func exchange(_ swap: DiskSwap, on id: ResourceID) throws(Refusal) {
        guard let place = swap.place else { return try setOSDisk(swap.new, of: id) }
        let others = (virtualMachines[id]?.dataDisks ?? []).filter { $0.disk != swap.old && $0.disk != swap.new }
        if swap.old != nil { try setDataDisks(others, of: id) }
        try setDataDisks(others + [place], of: id)
    }

    func needsOSDisk(_ disk: ResourceID, _ id: ResourceID) -> Bool {
        virtualMachines[id]?.osDisk.disk != disk || virtualMachines[id]?.provisioning == .failed
    }

    /// The size is left out: the one that was read with the machine is the old disk's.
    ///
    /// Rule: AZ-075.
    mutating func setOSDisk(_ disk: ResourceID, of id: ResourceID) throws(Refusal) {
        var update = MachineUpdate()
        update.osDisk = MachineUpdate.OSDiskUpdate(disk: disk, name: disk.name)
        let final = update
        try done { plane throws(AzureFault) in try plane.updateMachine(id, final) }
    }

    mutating func setDataDisks(_ disks: [DataDisk], of id: ResourceID) throws(Refusal) {
        var update = MachineUpdate()
        update.dataDisks = disks
        let final = update
        try done { plane throws(AzureFault) in try plane.updateMachine(id, final) }
    }

    /// Deletes disks that took no place, or lost theirs.
    mutating func discard(_ ids: [ResourceID]) {
        var notes: [Note] = []
        retire(ids, &notes)
    }

    /// Deletes disks that nobody has; one that cannot be deleted is told of, for it goes on costing.
    ///
    /// Rule: AZ-080.
    mutating func retire(_ ids: [ResourceID], _ notes: inout [Note]) {
        for id in ids where disks[id] != nil && disks[id]?.managedBy == nil {
            do throws(Refusal) {
                try done { plane throws(AzureFault) in try plane.deleteDisk(id) }
                advance(until: now + .hours(1)) { $0.disks[id] == nil }
            } catch {
                note(id.name, "could not be deleted: \(error)")
                notes.append(Note("The disk \(id.name) could not be deleted, and stays: \(error)", rule: error.rule))
            }
        }
    }
}

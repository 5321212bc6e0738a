import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// A new machine around new disks takes the place of the old one.
    ///
    /// The old one is deallocated first: two machines that believe they own the same data must not run together.
    mutating func replaceMachine(_ plan: RestorePlan) throws(Refusal) -> RevertReport {
        guard let old = virtualMachines[plan.machine] else { throw Refusal(missing(plan.machine)) }
        let swaps = try makeDisks(plan)
        let new = freeID(old.id.name)
        var notes = plan.notes
        var starts = true
        do throws(Refusal) {
            try deallocateForRevert(old.id)
            let staying = old.dataDisks.filter { disk in !swaps.contains { $0.old == disk.disk } }
            if !staying.isEmpty {
                try setDataDisks(old.dataDisks.filter { !staying.contains($0) }, of: old.id)
            }
            let interface = try makeInterface(for: new)
            let request = launchRequest(of: swaps, staying, old, interface)
            try done { plane throws(AzureFault) in try plane.createMachine(new, request) }
            // A machine that failed at first and was asked for again is there, and may not run yet.
            if virtualMachines[new]?.power != .running { starts = try startAfterRevert(new, &notes) }
            waitUntilReady(new)
        } catch {
            throw giveUp(new, for: old, swaps, after: error)
        }
        catalogue.move(from: old.id, to: new)
        notes += newMachineNotes(old, new)
        if !settings.provider.keepsReplaced { retire(old, &notes) }
        return RevertReport(
            machine: MachineID(rawValue: new.name), method: RevertMethod.newMachine.rawValue, leftRunning: starts,
            notes: notes)
    }

    private func newMachineNotes(_ old: VirtualMachine, _ new: ResourceID) -> [Note] {
        var notes = [
            Note("The machine is the new machine \(new.name): its id and its interface are its own.", rule: "AZ-113"),
            Note("No interface is in a snapshot or a restore point, so the addresses are new.", rule: "AZ-115"),
        ]
        if !old.extensions.isEmpty { notes.append(Note("The extensions of the old machine are not on the new one.")) }
        if settings.provider.keepsReplaced {
            notes.append(Note("The old machine \(old.id.name) is kept, deallocated."))
        }
        return notes
    }

    /// Specialized disks everywhere, and no profile: the guest knows its name and its users.
    ///
    /// Rules: AZ-081 and AZ-095.
    private func launchRequest(
        of swaps: [DiskSwap], _ staying: [DataDisk], _ old: VirtualMachine, _ interface: ResourceID
    ) -> CreateMachine {
        let root = swaps.first { $0.role == .root }?.new
        var request = CreateMachine(
            location: old.location, size: old.size.name, osDisk: .init(.attach, disk: root))
        request.osDisk.caching = old.osDisk.caching
        request.osDisk.deleteOption = old.osDisk.deleteOption
        request.zone = old.zone
        request.availabilitySet = old.availabilitySet
        request.securityType = old.securityType
        request.priority = old.priority
        request.tags = old.tags
        request.interfaces = [InterfaceReference(interface)]
        for disk in swaps.compactMap(\.place) + staying {
            var data = CreateMachine.DataDiskRequest(lun: disk.lun, .attach, disk: disk.disk)
            data.caching = disk.caching
            data.deleteOption = disk.deleteOption
            request.dataDisks.append(data)
        }
        return request
    }

    /// Deletes the old machine and what stays behind of it; what cannot be deleted does not undo the way back.
    ///
    /// Rule: AZ-090.
    private mutating func retire(_ old: VirtualMachine, _ notes: inout [Note]) {
        let leftBehind = virtualMachines[old.id]?.allDisks ?? []
        do throws(Refusal) {
            try done { plane throws(AzureFault) in try plane.deleteMachine(old.id) }
            advance(until: now + .hours(1)) { $0.virtualMachines[old.id] == nil }
        } catch {
            notes.append(Note("The old machine could not be deleted: \(error)", rule: error.rule))
            return
        }
        retire(leftBehind, &notes)
        for reference in old.interfaces { retire(interface: reference.interface, &notes) }
    }

    private mutating func retire(interface id: ResourceID, _ notes: inout [Note]) {
        let address = networkInterfaces[id]?.publicAddress
        do throws(Refusal) {
            if networkInterfaces[id] != nil {
                try done { plane throws(AzureFault) in try plane.deleteNetworkInterface(id) }
                advance(until: now + .hours(1)) { $0.networkInterfaces[id] == nil }
            }
            guard let address, publicIPAddresses[address] != nil else { return }
            try done { plane throws(AzureFault) in try plane.deletePublicAddress(address) }
            advance(until: now + .hours(1)) { $0.publicIPAddresses[address] == nil }
        } catch {
            note(id.name, "could not be deleted: \(error)")
            notes.append(
                Note("The interface \(id.name) or its address could not be deleted: \(error)", rule: error.rule))
        }
    }

    /// Gives a new machine up that could not take the old one's place, and the old one what it had.
    ///
    /// - Returns: the refusal, which says what could not be put back.
    private mutating func giveUp(
        _ new: ResourceID, for old: VirtualMachine, _ swaps: [DiskSwap], after refusal: Refusal
    ) -> Refusal {
        var refusal = refusal.asFailure
        var notes: [Note] = []
        do throws(Refusal) {
            if virtualMachines[new] != nil {
                try done { plane throws(AzureFault) in try plane.deleteMachine(new) }
                advance(until: now + .hours(1)) { $0.virtualMachines[new] == nil }
            }
            if virtualMachines[old.id]?.dataDisks != old.dataDisks || virtualMachines[old.id]?.provisioning == .failed {
                try putBackAll(old)
            }
        } catch {
            note(old.id.name, "could not be put together again: \(error)")
            refusal.message += " The old machine could not be put together again: \(error)"
        }
        let interface = id(.networkInterfaces, "\(new.name)-nic", in: new.group)
        let address = id(.publicIPAddresses, "\(new.name)-ip", in: new.group)
        if networkInterfaces[interface] != nil {
            retire(interface: interface, &notes)
        } else if publicIPAddresses[address] != nil {
            retire(address: address, &notes)
        }
        retire(swaps.map(\.new), &notes)
        for note in notes { refusal.message += " \(note.text)" }
        return restarted(old, after: refusal)
    }

    private mutating func retire(address id: ResourceID, _ notes: inout [Note]) {
        do throws(Refusal) {
            try done { plane throws(AzureFault) in try plane.deletePublicAddress(id) }
            advance(until: now + .hours(1)) { $0.publicIPAddresses[id] == nil }
        } catch {
            notes.append(Note("The address \(id.name) could not be deleted: \(error)", rule: error.rule))
        }
    }

    /// A disk whose detachment failed has to be detached again before it can be attached.
    ///
    /// Rule: AZ-065.
    private mutating func putBackAll(_ old: VirtualMachine) throws(Refusal) {
        let present = virtualMachines[old.id]?.dataDisks ?? []
        if present.contains(where: { disks[$0.disk]?.isBeingDetached == true }) {
            try setDataDisks(present.filter { disks[$0.disk]?.isBeingDetached != true }, of: old.id)
        }
        try setDataDisks(old.dataDisks, of: old.id)
    }
}

import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// Puts the old disks back after a swap that failed half way, as far as the platform lets it.
    ///
    /// - Returns: the refusal, which says what could not be put back.
    mutating func undo(_ swaps: [DiskSwap], _ before: VirtualMachine?, after refusal: Refusal) -> Refusal {
        guard let before else { return refusal.asFailure }
        var refusal = refusal.asFailure
        do throws(Refusal) {
            try waitUntilSettled(before.id)
            try deallocateForRevert(before.id)
            if needsOSDisk(before.osDisk.disk, before.id) { try setOSDisk(before.osDisk.disk, of: before.id) }
            try putBackDataDisks(swaps, before)
        } catch {
            note(before.id.name, "the old disks could not all be put back: \(error)")
            refusal.message += " The old disks could not all be put back: \(error)"
        }
        discard(swaps.map(\.new))
        return restarted(before, after: refusal)
    }

    /// A disk whose detachment failed has to be detached again before it can be attached.
    ///
    /// Rule: AZ-065.
    private mutating func putBackDataDisks(_ swaps: [DiskSwap], _ before: VirtualMachine) throws(Refusal) {
        let wanted = before.dataDisks
        let present = virtualMachines[before.id]?.dataDisks ?? []
        let isClean = !present.contains { disks[$0.disk]?.isBeingDetached == true }
        guard present != wanted || !isClean || virtualMachines[before.id]?.provisioning == .failed else { return }
        let moved = Set(swaps.flatMap { [$0.old, $0.new].compactMap { $0 } })
        let staying = wanted.filter { !moved.contains($0.disk) }
        try setDataDisks(staying, of: before.id)
        try setDataDisks(wanted, of: before.id)
    }

    /// Starts a machine again that ran before; the refusal says what that could not bring back.
    mutating func restarted(_ before: VirtualMachine?, after refusal: Refusal) -> Refusal {
        guard let before, before.power == .running, let machine = virtualMachines[before.id] else { return refusal }
        var refusal = refusal
        if machine.temporaryDisk != before.temporaryDisk {  // Rules: AZ-092 and AZ-126.
            refusal.message += " The machine was deallocated for it: a dynamic address and the temporary disk are new."
        }
        guard machine.power != .running else { return refusal }
        do throws(Refusal) {
            var notes: [Note] = []
            if try !startAfterRevert(before.id, &notes) { refusal.message += " There is no room to start it again." }
        } catch {
            note(before.id.name, "could not be started again: \(error)")
            refusal.message += " The machine could not be started again: \(error)"
        }
        return refusal
    }
}

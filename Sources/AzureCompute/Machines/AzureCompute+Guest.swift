import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// What the guest knows itself by.
    func identity(of machine: VirtualMachine) -> GuestIdentity {
        let interface = machine.interfaces.first.flatMap { networkInterfaces[$0.interface] }
        return GuestIdentity(
            machine: MachineID(rawValue: machine.id.name), privateAddress: interface?.privateAddress ?? "0.0.0.0",
            publicAddress: interface?.publicAddress.flatMap { publicIPAddresses[$0]?.address },
            hardwareAddress: interface?.hardwareAddress ?? "00:00:00:00:00:00")
    }

    /// Boots the guest from what is on its OS disk now.
    mutating func boot(_ id: ResourceID) {
        fit(id)
        insertDisks(of: id)
        guard let machine = virtualMachines[id], let guest = machine.machine, guest.power == .off,
            guest.disk(.root) != nil
        else { return }
        bringSurroundings(to: id)
        let identity = identity(of: machine)
        let start = now
        let time = virtualMachines[id]?.machine?.boot(as: identity, at: start) ?? .zero
        virtualMachines[id]?.settles = start + time
    }

    /// Makes the machine fit what lies on the OS disk: another installation is another machine.
    private mutating func fit(_ id: ResourceID) {
        guard let machine = virtualMachines[id], let guest = disks[machine.osDisk.disk]?.guest else { return }
        if machine.machine == nil || machine.guest?.spec != guest.spec {
            takeOutDisks(of: id)
            virtualMachines[id]?.machine = SimulatedMachine(spec: guest.spec, seed: world.dice.next())
        }
        virtualMachines[id]?.guest = guest
    }

    /// What is kept outside of a family of machines, as the one that spoke to it last left it.
    private mutating func bringSurroundings(to id: ResourceID) {
        guard let family = virtualMachines[id]?.guest?.family else { return }
        let (machines, time) = (virtualMachines, now)
        let found = surroundings.speaks(id, of: family) { member in
            var machine = machines[member]?.machine
            machine?.advance(to: time)
            return machine?.outside
        }
        if let found { virtualMachines[id]?.machine?.outside = found }
    }

    /// Asks the guest to shut down; one that does not has its power cut when the time is over.
    ///
    /// - Returns: how long that takes.
    mutating func shutDownGuest(of id: ResourceID) -> Duration {
        advanceMachine(id)
        guard virtualMachines[id]?.machine?.power == .on else { return .zero }
        let start = now
        do throws(GuestFault) { return try virtualMachines[id]?.machine?.shutDown(at: start) ?? .zero } catch {
            note(id.name, "does not shut down: \(error)")
            return error.elapsed
        }
    }

    /// Memory and what had not reached the disks are gone.
    mutating func cutGuestPower(of id: ResourceID) -> Duration {
        advanceMachine(id)
        guard let power = virtualMachines[id]?.machine?.power, power != .off else { return .zero }
        let start = now
        virtualMachines[id]?.machine?.cutPower(at: start)
        note(id.name, "guest: the power was cut")
        return .zero
    }

    /// The guest went off by itself, or lost its power in the middle of something: the host is kept.
    mutating func noticePowerLoss(of id: ResourceID) {
        guard let machine = virtualMachines[id], machine.power == .running, machine.machine?.power == .off else {
            return
        }
        _ = virtualMachines[id]?.power.shutDownFromInside()
        virtualMachines[id]?.settles = nil
        note(id.name, "running -> stopped: the guest is off")
    }
}

import HashTreeCollections
public import Hypervisor
import LabCore
import SimulatedMachine

extension HyperV: ControlPlane {
    /// Microsoft Hyper-V.
    public static var platform: Platform { .hyperv }

    /// What Hyper-V can do: everything but snapshots of single disks.
    public static var capabilities: Capabilities {
        Capabilities(missing: [
            .diskSnapshot: Note(
                "All virtual disks of a machine are forked together: a checkpoint cannot leave one out.",
                rule: "HV-017"),
            .successiveSnapshots: Note(
                "All virtual disks of a machine are forked at one instant and cannot be taken one by one.",
                rule: "HV-017"),
            .pendingSnapshot: Note("A checkpoint can be applied as soon as it is there."),
            .reservedAddress: Note("The addresses of a guest are its own affair; the host reserves none."),
        ])
    }

    /// Makes a machine, switches it on, and waits until its guest answers.
    public mutating func makeMachine(_ spec: MachineSpec) throws(Refusal) -> MachineID {
        try spec.requireUsualDisks()
        let seed = world.dice.next()
        let contents = SimulatedMachine.installedDisks(for: spec, seed: seed)
        let folder = freeFolder(for: spec.name)
        var request = NewVM(spec: spec)
        for disk in spec.disks {
            let path = FilePath("\(folder)\\Virtual Hard Disks", "\(spec.name)-\(disk.role.rawValue).vhdx")
            try native { plane throws(HyperVFault) in
                try plane.newVHD(NewVHD(path: path, size: disk.size, content: contents[disk.role]))
            }
            request.disks.append(NewVM.Disk(path: path, role: disk.role))
        }
        let made: VirtualMachine.ID
        do throws(HyperVFault) {
            made = try newVM(request, family: seed, folder: folder)
        } catch {
            for disk in request.disks { erase(disk.path) }
            throw Refusal(error)
        }
        try run("Start-VM", on: made) { plane throws(HyperVFault) in try plane.startVM(made).job }
        awaitGuest(made)
        return MachineID(rawValue: made.rawValue)
    }

    /// Changes a machine's power and waits until that is done.
    public mutating func setPower(_ action: PowerAction, of machine: MachineID) throws(Refusal) {
        let id = try labMachine(machine).id
        awaitGuest(id)
        switch action {
        case .on: try start(id)
        case .shutDown: try run("Stop-VM", on: id) { plane throws(HyperVFault) in try plane.stopVM(id).job }
        case .cut: try run("Stop-VM", on: id) { plane throws(HyperVFault) in try plane.turnOffVM(id).job }
        case .reboot:
            try run("Stop-VM", on: id) { plane throws(HyperVFault) in try plane.stopVM(id).job }
            try start(id)
        }
    }

    /// Starts a machine and waits until its guest answers.
    mutating func start(_ id: VirtualMachine.ID) throws(Refusal) {
        try run("Start-VM", on: id) { plane throws(HyperVFault) in try plane.startVM(id).job }
        awaitGuest(id)
    }

    /// Has the appliance in the guest do something.
    public mutating func perform(
        _ command: ApplianceCommand, on machine: MachineID
    ) throws(Refusal) -> ApplianceAnswer {
        let id = try labMachine(machine).id
        awaitGuest(id)
        settle(id)
        let answer = try letGuestWork { host, now throws(GuestFault) in
            guard host.machines[id]?.state == .running else { return nil }
            return try host.machines[id]?.wrappedValue.hardware.perform(command, at: now)
        }
        settle(id)
        noticePowerLoss(of: id)
        return answer
    }

    /// Makes something go wrong later.
    public mutating func inject(_ fault: Fault, into machine: MachineID) throws(Refusal) {
        let id = try labMachine(machine).id
        switch fault {
        case .call(let verb, let occurrence, let effect): faults.plan(verb, occurrence: occurrence, effect)
        case .snapshotEndsInError: doomedSnapshots.plan(id)
        case .agentHangs: machines[id]?.wrappedValue.hardware.inject(.agentHangs)
        case .quiesceRefused: machines[id]?.wrappedValue.hardware.inject(.quiesceRefused)
        }
    }
}

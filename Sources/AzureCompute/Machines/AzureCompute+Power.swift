import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// VirtualMachines_Start.
    package mutating func start(_ id: ResourceID) throws(AzureFault) -> Operation {
        try call(.start, on: id) { plane throws(AzureFault) in
            let machine = try plane.ready(id, for: .start)
            guard !machine.isGeneralized else { throw .generalized(.start, id) }
            var power = machine.power
            let effect: PowerState.Effect
            do throws(NotInState<PowerState>) { effect = try power.start() } catch { throw .concurrent(id) }
            guard effect == .begins else { return plane.acceptDone(.start, on: id, status: 202) }
            try plane.beginChange(of: id, .start)
            plane.virtualMachines[id]?.power = power
            let timings = plane.settings.timings
            let hasRoom = machine.hasHost || plane.hasRoom(for: machine)
            return plane.accept(
                .start, on: id, .start(id), lasting: hasRoom ? timings.start : timings.allocationFailure)
        }
    }

    private func hasRoom(for machine: VirtualMachine) -> Bool {
        guard let limit = settings.quotas.allocatableCores else { return true }
        return (usage[machine.location]?.allocatedCores ?? 0) + machine.size.cores <= limit
    }

    /// A machine needs a host, and disks that nobody reads from outside.
    ///
    /// Rules: AZ-048 and AZ-091.
    mutating func completeStart(of id: ResourceID) throws(AzureFault) {
        guard let machine = virtualMachines[id] else { return }
        if let exported = machine.allDisks.first(where: { disks[$0]?.state.isExported == true }) {
            var fault = AzureFault.sharedAccess(exported)
            fault.rule = "AZ-048"
            throw fault
        }
        if !machine.hasHost {
            guard hasRoom(for: machine) else { throw .notAllocated }
            usage[machine.location, default: Usage()].allocatedCores += machine.size.cores
            virtualMachines[id]?.hasHost = true
            lendAddresses(to: id)
            follow(id, hasHost: true)
        }
        _ = virtualMachines[id]?.power.started()
        _ = virtualMachines[id]?.provisioning.succeed()
        boot(id)
    }

    mutating func failStart(of id: ResourceID) {
        let previous: PowerState = virtualMachines[id]?.hasHost == true ? .stopped : .deallocated
        _ = virtualMachines[id]?.power.startFailed(backTo: previous)
        _ = virtualMachines[id]?.provisioning.fail()
    }

    /// VirtualMachines_PowerOff: the guest is shut down, or with `skipShutdown` has its power cut; the host is kept.
    package mutating func powerOff(_ id: ResourceID, skipShutdown: Bool = false) throws(AzureFault) -> Operation {
        try call(.powerOff, on: id) { plane throws(AzureFault) in
            var power = try plane.ready(id, for: .powerOff).power
            let effect: PowerState.Effect
            do throws(NotInState<PowerState>) { effect = try power.powerOff() } catch {
                throw .deallocated(.powerOff, id)
            }
            guard effect == .begins else { return plane.acceptDone(.powerOff, on: id, status: 202) }
            try plane.beginChange(of: id, .powerOff)
            plane.virtualMachines[id]?.power = power
            let time = skipShutdown ? plane.cutGuestPower(of: id) : plane.shutDownGuest(of: id)
            return plane.accept(
                .powerOff, on: id, .powerOff(id), lasting: max(time, plane.settings.timings.powerOff))
        }
    }

    mutating func completePowerOff(of id: ResourceID) {
        _ = cutGuestPower(of: id)
        _ = virtualMachines[id]?.power.wentDown()
        _ = virtualMachines[id]?.provisioning.succeed()
        virtualMachines[id]?.settles = nil
    }

    /// VirtualMachines_Deallocate: the guest is shut down, and what hangs on the host is lost.
    package mutating func deallocate(_ id: ResourceID) throws(AzureFault) -> Operation {
        try call(.deallocate, on: id) { plane throws(AzureFault) in
            var power = try plane.ready(id, for: .deallocate).power
            guard power.deallocate() == .begins else { return plane.acceptDone(.deallocate, on: id, status: 202) }
            try plane.beginChange(of: id, .deallocate)
            plane.virtualMachines[id]?.power = power
            let time = plane.shutDownGuest(of: id)
            return plane.accept(
                .deallocate, on: id, .deallocate(id), lasting: max(time, plane.settings.timings.deallocation))
        }
    }

    /// The temporary disk, the secrets of the virtual TPM and a dynamic address go with the host.
    ///
    /// Rules: AZ-092 and AZ-126.
    mutating func completeDeallocation(of id: ResourceID) {
        _ = cutGuestPower(of: id)
        _ = virtualMachines[id]?.power.released()
        _ = virtualMachines[id]?.provisioning.succeed()
        virtualMachines[id]?.settles = nil
        giveUpHost(of: id)
        follow(id, hasHost: false)
    }

    /// A power-off or a deallocation came to nothing: the guest is off all the same.
    mutating func failShutdown(of id: ResourceID) {
        _ = virtualMachines[id]?.provisioning.fail()
        guard let power = virtualMachines[id]?.power, power == .stopping || power == .deallocating else { return }
        _ = cutGuestPower(of: id)
        virtualMachines[id]?.power = .stopped
        virtualMachines[id]?.settles = nil
    }

    /// A host is given back.
    mutating func giveUpHost(of id: ResourceID) {
        guard let machine = virtualMachines[id], machine.hasHost else { return }
        usage[machine.location]?.allocatedCores -= machine.size.cores
        virtualMachines[id]?.hasHost = false
        virtualMachines[id]?.temporaryDisk = world.names.uuid()
        virtualMachines[id]?.tpmSeed = world.names.uuid()
        returnAddresses(of: id)
    }

    /// VirtualMachines_Restart.
    package mutating func restart(_ id: ResourceID) throws(AzureFault) -> Operation {
        try call(.restart, on: id) { plane throws(AzureFault) in
            let machine = try plane.ready(id, for: .restart)
            do throws(NotInState<PowerState>) { try machine.power.restart() } catch {
                throw .deallocated(.restart, id)
            }
            try plane.beginChange(of: id, .restart)
            let time = plane.shutDownGuest(of: id)
            return plane.accept(.restart, on: id, .restart(id), lasting: max(time, plane.settings.timings.restart))
        }
    }

    mutating func completeRestart(of id: ResourceID) {
        _ = cutGuestPower(of: id)
        _ = virtualMachines[id]?.provisioning.succeed()
        boot(id)
    }

    /// VirtualMachines_Generalize: what is on its OS disk is no single machine's any more.
    package mutating func generalize(_ id: ResourceID) throws(AzureFault) -> Operation {
        try call(.generalize, on: id) { plane throws(AzureFault) in
            let machine = try plane.ready(id, for: .generalize)
            guard machine.power != .running else { throw .running(.generalize, id, rule: "AZ-084") }
            plane.virtualMachines[id]?.isGeneralized = true
            return plane.acceptDone(.generalize, on: id)
        }
    }

    /// VirtualMachines_Reapply: what the model says is done again.
    ///
    /// Rule: AZ-094.
    package mutating func reapply(_ id: ResourceID) throws(AzureFault) -> Operation {
        try call(.reapply, on: id) { plane throws(AzureFault) in
            _ = try plane.ready(id, for: .reapply)
            try plane.beginChange(of: id, .reapply)
            return plane.accept(.reapply, on: id, .reapply(id), lasting: plane.settings.timings.update)
        }
    }

    mutating func completeReapply(of id: ResourceID) {
        _ = virtualMachines[id]?.provisioning.succeed()
        renewDisks(of: id)
    }

    /// VirtualMachines_Reimage: an ephemeral OS disk is made anew; a managed one is not.
    ///
    /// Rule: AZ-093.
    package mutating func reimage(_ id: ResourceID) throws(AzureFault) -> Operation {
        try call(.reimage, on: id) { plane throws(AzureFault) in
            let machine = try plane.ready(id, for: .reimage)
            guard machine.osDisk.isEphemeral else {
                throw AzureFault(
                    plane.settings.inferred.reimageOfManagedDisk,
                    "Operation 'reimage' is allowed on VMs with ephemeral OS disks only.", status: 409, rule: "AZ-093")
            }
            try plane.beginChange(of: id, .reimage)
            return plane.accept(.reimage, on: id, .restart(id), lasting: plane.settings.timings.creationFromImage)
        }
    }

    /// Finds a machine that takes changes.
    ///
    /// Rules: AZ-086 and AZ-088.
    func ready(_ id: ResourceID, for verb: Verb) throws(AzureFault) -> VirtualMachine {
        let machine = try virtualMachine(id)
        guard !machine.isMarkedForDeletion else { throw .markedForDeletion(verb, id) }
        guard machine.operation == nil else { throw .concurrent(id) }
        return machine
    }

    mutating func beginChange(of id: ResourceID, _ verb: Verb) throws(AzureFault) {
        do throws(NotInState<ProvisioningState>) { try virtualMachines[id]?.provisioning.update() } catch {
            throw .concurrent(id)
        }
    }
}

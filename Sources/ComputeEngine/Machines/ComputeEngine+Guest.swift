import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// What the guest knows itself by.
    func identity(of instance: Instance) -> GuestIdentity {
        GuestIdentity(
            machine: instance.machineID, privateAddress: instance.networkIP, publicAddress: instance.natIP,
            hardwareAddress: instance.hardwareAddress)
    }

    /// Boots the guest from what is on its boot disk now.
    mutating func boot(_ id: Instance.ID) {
        fit(id)
        guard let instance = instances[id], instance.machine?.power == .off else { return }
        passOnSurroundings(to: id)
        let identity = identity(of: instance)
        let time = instances[id]?.machine?.boot(as: identity, at: world.now) ?? .zero
        instances[id]?.settles = world.now + time
    }

    /// Makes the machine fit what lies on the boot disk: another installation is another machine.
    private mutating func fit(_ id: Instance.ID) {
        guard let instance = instances[id], let boot = instance.bootDisk, let guest = disks[boot.disk]?.guest else {
            return
        }
        if instance.machine == nil || instance.guest?.spec != guest.spec {
            for attached in instance.disks { moveContentsOutOfMachine(attached, of: id) }
            instances[id]?.machine = SimulatedMachine(spec: guest.spec, seed: world.dice.next())
            instances[id]?.guest = guest
            let fresh = instances[id]
            instances[id]?.disks = instance.disks.map { attached in
                AttachedDisk(
                    disk: attached.disk, deviceName: attached.deviceName, isBoot: attached.isBoot, mode: attached.mode,
                    autoDelete: attached.autoDelete, role: fresh?.role(of: attached))
            }
        }
        instances[id]?.guest = guest
        for attached in instances[id]?.disks ?? [] { moveContentsIntoMachine(attached, of: id) }
    }

    /// What is kept outside of a family of machines stays as the last of them left it.
    private mutating func passOnSurroundings(to id: Instance.ID) {
        guard let family = instances[id]?.guest?.family else { return }
        let outside = surroundings.speaks(id, of: family) { instances[$0]?.machine?.outside }
        if let outside { instances[id]?.machine?.outside = outside }
    }

    /// Asks the guest to shut down; one that does not in time has its power cut.
    ///
    /// Rule: GCE-111.
    ///
    /// - Returns: how long that takes.
    mutating func shutDown(_ id: Instance.ID) -> Duration {
        advanceMachine(id)
        guard let instance = instances[id], let epoch = instances[id]?.epoch, var machine = instance.machine,
            machine.power == .on
        else { return .zero }
        let timings = settings.timings
        let limit = instance.properties.isSpot ? timings.spotShutdownLimit : timings.shutdownLimit
        do throws(GuestFault) {
            let time = try machine.shutDown(at: now)
            if time <= limit {
                instances[id]?.machine = machine
                return time
            }
        } catch {
            note(instance.path.name, "does not shut down: \(error)")
        }
        enter(.powerCut(id, epoch: epoch), in: limit)
        return limit
    }

    /// The guest has not shut down in time.
    ///
    /// Rule: GCE-111.
    mutating func cutPower(of id: Instance.ID, _ epoch: Int) {
        guard instances[id]?.epoch == epoch else { return }
        note(instances[id]?.path.name ?? "", "power cut: the guest was still running")
        cutPower(of: id)
    }

    /// Memory and what had not reached the disks are gone.
    ///
    /// Rule: GCE-112.
    mutating func cutPower(of id: Instance.ID) {
        advanceMachine(id)
        guard instances[id]?.machine?.power != .off else { return }
        instances[id]?.machine?.cutPower(at: world.now)
    }

    /// The guest went off by itself, or lost its power in the middle of something.
    mutating func noticePowerLoss(of id: Instance.ID) {
        guard let instance = instances[id], instance.state == .running, instance.machine?.power == .off else { return }
        instances[id]?.state = .terminated
        instances[id]?.epoch += 1
        instances[id]?.lastStop = world.now
        giveUpHost(id)
        note(instance.path.name, "RUNNING -> TERMINATED: the guest is off")
    }

    /// An address from outside for as long as the instance runs, or the reserved one.
    ///
    /// Rule: GCE-119.
    mutating func lendAddress(to id: Instance.ID) {
        guard let instance = instances[id] else { return }
        switch instance.properties.accessConfig {
        case .ephemeral: instances[id]?.natIP = world.names.address(under: "34.68")
        case .reserved(let name):
            let reserved = address(name)?.address
            instances[id]?.natIP = reserved
        case nil: instances[id]?.natIP = nil
        }
    }

    /// The host is given back, and with it the lent address and what was on the host's own disks.
    ///
    /// Rules: GCE-118, GCE-119 and GCE-123.
    mutating func giveUpHost(_ id: Instance.ID) {
        guard let instance = instances[id] else { return }
        if case .reserved = instance.properties.accessConfig {} else { instances[id]?.natIP = nil }
        instances[id]?.settles = nil
        instances[id]?.localSSDEpoch += 1
        zones[instance.zone]?.taken -= 1
    }
}

extension Instance {
    /// What the guest uses an attached disk for: it boots from one, and mounts the other by its name.
    ///
    /// Rule: GCE-103.
    func role(of attached: AttachedDisk) -> DiskRole? {
        role(deviceName: attached.deviceName, isBoot: attached.isBoot, mode: attached.mode)
    }

    func role(deviceName: String, isBoot: Bool, mode: AttachedDisk.Mode) -> DiskRole? {
        guard let guest, mode == .readWrite else { return nil }
        if isBoot { return .root }
        let roles = guest.spec.disks.map(\.role).filter { $0 != .root }
        return roles.first { Guest.deviceName($0) == deviceName }
    }
}

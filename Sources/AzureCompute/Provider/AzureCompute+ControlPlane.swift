import HashTreeCollections
public import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute: ControlPlane {
    /// Azure's word in files and on the command line.
    public static let platform = Platform.azure

    /// All but memory: no snapshot and no restore point holds it.
    public static let capabilities = Capabilities(missing: [
        .memorySnapshot: Note(
            "Restore points and snapshots hold managed disks; the memory of a virtual machine is in none of them.",
            rule: "AZ-115")
    ])

    /// Makes a machine from the image of its vendor, and waits until its appliance is healthy.
    public mutating func makeMachine(_ spec: MachineSpec) throws(Refusal) -> MachineID {
        let skus = try skus(for: spec)
        let group = settings.provider.group
        let location = settings.location
        if groups[group.lowercased()] == nil {
            try native { plane throws(AzureFault) in try plane.createGroup(group, location: location) }
        }
        let image = publishImage(for: spec)
        let id = freeID(spec.name)
        let interface = try makeInterface(for: id, isStatic: spec.reservesAddress)
        var request = CreateMachine(
            location: location, size: VirtualMachineSize.fitting(spec.memory).name, osDisk: .init(.fromImage))
        request.imageReference = image
        request.osProfile = OSProfile(computerName: String(id.name.prefix(15)))
        request.osDisk.sku = skus[.root] ?? .premium
        request.osDisk.caching = settings.provider.osDiskCaching
        request.interfaces = [InterfaceReference(interface)]
        for disk in spec.disks where disk.role != .root {
            var data = CreateMachine.DataDiskRequest(
                lun: Guest.dataLUN, .fromImage, sizeGB: disk.size.gibibytesRoundedUp)
            data.sku = skus[disk.role] ?? .premium
            request.dataDisks.append(data)
        }
        let final = request
        try native { plane throws(AzureFault) in try plane.createMachine(id, final) }
        waitUntilReady(id)
        if let trouble = virtualMachines[id]?.machine?.serviceTrouble {
            throw .lab("the appliance did not become healthy: \(trouble)")
        }
        return MachineID(rawValue: id.name)
    }

    /// What each disk that names a type is stored on; an OS disk cannot lie on what copies its snapshots afterwards.
    private func skus(for spec: MachineSpec) throws(Refusal) -> [DiskRole: DiskSKU] {
        var skus: [DiskRole: DiskSKU] = [:]
        for disk in spec.disks {
            guard let type = disk.type else { continue }
            let known = DiskSKU.allCases.filter { disk.role == .data || !$0.copiesInBackground }
            guard let sku = known.first(where: { $0.rawValue == type }) else {
                throw .noDiskType(type, known: known.map(\.rawValue))
            }
            skus[disk.role] = sku
        }
        return skus
    }

    /// What the appliance's vendor publishes in the marketplace: freshly installed disks.
    private mutating func publishImage(for spec: MachineSpec) -> String {
        let family = UInt64(world.names.number("family"))
        var disks = SimulatedMachine.installedDisks(for: spec, seed: world.dice.next())
        for disk in spec.disks { disks[disk.role]?.grow(to: .gibibytes(max(1, disk.size.gibibytesRoundedUp))) }
        let name = "\(spec.appliance.rawValue):\(spec.version):\(family)"
        images[name] = VendorImage(disks: disks, guest: Guest(spec: spec, family: family))
        return name
    }

    /// An interface with an address from outside, a dynamic one or one that is kept.
    mutating func makeInterface(
        for machine: ResourceID, isStatic: Bool = false
    ) throws(Refusal) -> ResourceID {
        let address = id(.publicIPAddresses, "\(machine.name)-ip", in: machine.group)
        let interface = id(.networkInterfaces, "\(machine.name)-nic", in: machine.group)
        let location = settings.location
        try done { plane throws(AzureFault) in
            try plane.createPublicAddress(address, location: location, isStatic: isStatic)
        }
        try done { plane throws(AzureFault) in
            try plane.createNetworkInterface(interface, location: location, publicAddress: address)
        }
        return interface
    }

    /// A name for a machine that nobody has: the wish, made to fit, with a number where it is taken.
    func freeID(_ wish: String) -> ResourceID {
        let fitting = wish.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        var stem = String(fitting.drop { $0 == "-" }.prefix(40))
        while stem.hasSuffix("-") { stem.removeLast() }
        if stem.isEmpty { stem = "machine" }
        var count = 1
        while true {
            let name = count == 1 ? stem : "\(stem)-\(count)"
            let found = id(.virtualMachines, name, in: settings.provider.group)
            let address = id(.publicIPAddresses, "\(name)-ip", in: settings.provider.group)
            if virtualMachines[found] == nil, publicIPAddresses[address] == nil { return found }
            count += 1
        }
    }

    /// Changes a machine's power, and waits until that is done.
    public mutating func setPower(_ action: PowerAction, of machine: MachineID) throws(Refusal) {
        let id = try machineID(machine)
        try waitUntilSettled(id)
        switch action {
        case .on: try native { plane throws(AzureFault) in try plane.start(id) }
        case .shutDown: try native { plane throws(AzureFault) in try plane.powerOff(id) }
        case .cut: try native { plane throws(AzureFault) in try plane.powerOff(id, skipShutdown: true) }
        case .reboot: try native { plane throws(AzureFault) in try plane.restart(id) }
        }
        waitUntilReady(id)
    }

    /// Has the appliance in the guest do something, and waits for its answer.
    public mutating func perform(
        _ command: ApplianceCommand, on machine: MachineID
    ) throws(Refusal) -> ApplianceAnswer {
        let id = try machineID(machine)
        try waitUntilSettled(id)
        waitUntilReady(id)
        guard virtualMachines[id]?.power == .running else { throw Refusal(GuestFault(.isNotRunning)) }
        advanceMachine(id)
        let answer = try letGuestWork { plane, now throws(GuestFault) in
            try plane.virtualMachines[id]?.machine?.perform(command, at: now)
        }
        noticePowerLoss(of: id)
        return answer
    }

    /// Makes something go wrong later.
    public mutating func inject(_ fault: Fault, into machine: MachineID) throws(Refusal) {
        let id = try machineID(machine)
        switch fault {
        case .call(let verb, let occurrence, let effect): faults.plan(verb, occurrence: occurrence, effect)
        case .snapshotEndsInError: doomedSnapshots.plan(id)
        case .agentHangs: virtualMachines[id]?.machine?.inject(.agentHangs)
        case .quiesceRefused: virtualMachines[id]?.machine?.inject(.quiesceRefused)
        }
    }
}

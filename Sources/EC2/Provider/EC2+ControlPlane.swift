public import Hypervisor
import LabCore
import HashTreeCollections
import SimulatedMachine

extension EC2: ControlPlane {
    /// The platform that is simulated.
    public static let platform = Platform.ec2

    /// What the platform can do.
    public static let capabilities = Capabilities(missing: [
        .memorySnapshot: Note(
            "EBS snapshots hold what has reached the volumes; the memory of an instance is in none of them.",
            rule: "AWS-002")
    ])

    /// Launches a machine from an image of its vendor, and waits until its appliance is healthy.
    public mutating func makeMachine(_ spec: MachineSpec) throws(Refusal) -> MachineID {
        for type in spec.disks.compactMap(\.type) where !Self.plainTypes.contains(where: { $0.rawValue == type }) {
            throw .noDiskType(type, known: Self.plainTypes.map(\.rawValue))
        }
        let image = makeVendorImage(for: spec)
        var request = RunInstances(image: image)
        request.instanceTags = [ResourceTag("Name", String(spec.name.prefix(256)))]
        let launch = request
        let launched = try native { ec2 throws(EC2Fault) in try ec2.runInstances(launch) }
        guard let instance = launched.first else { throw .lab("RunInstances answered without an instance") }
        try waitUntilSettled(instance.id)
        guard let state = instances[instance.id]?.state, state == .running else {
            throw .lab(
                "the machine did not come up: \(instances[instance.id]?.stateReason?.message ?? "no reason given")")
        }
        waitUntilReady(instance.id)
        if spec.reservesAddress { try giveElasticAddress(to: instance.id) }
        if let trouble = instances[instance.id]?.machine.serviceTrouble {
            throw .lab("the appliance did not become healthy: \(trouble)")
        }
        return MachineID(rawValue: instance.id.rawValue)
    }

    /// Gives an instance an address that stays, and has its appliance know itself by it.
    private mutating func giveElasticAddress(to instance: Instance.ID) throws(Refusal) {
        let address = try native { ec2 throws(EC2Fault) in try ec2.allocateAddress() }
        try native { ec2 throws(EC2Fault) in try ec2.associateAddress(address.id, with: instance) }
        let machine = MachineID(rawValue: instance.rawValue)
        try setPower(.reboot, of: machine)
        _ = try perform(.correctAddresses, on: machine)
    }

    /// Registers what the appliance's vendor publishes: an image with freshly installed disks, of another account.
    mutating func makeVendorImage(for spec: MachineSpec) -> Image.ID {
        let family = "family-\(world.names.number("family"))"
        let disks = SimulatedMachine.installedDisks(for: spec, seed: world.dice.next())
        var mappings: [Image.Mapping] = []
        var roles: [String: DiskRole] = [:]
        for disk in spec.disks {
            let size = max(1, disk.size.gibibytesRoundedUp)
            var contents = disks[disk.role] ?? Disk(size: disk.size)
            contents.grow(to: .gibibytes(size))
            var snapshot = EBSSnapshot(
                id: makeID(EBSSnapshot.self), volume: EBSSnapshot.volumeOfCopies, volumeSize: size, contents: contents,
                start: now, due: now, description: spec.appliance.rawValue, owner: Self.vendor, region: settings.region,
                key: nil, parent: nil, software: Software(spec: spec, role: disk.role, family: family))
            (snapshot.state, snapshot.completed) = (.completed, now)
            snapshots[snapshot.id] = snapshot
            let device = disk.role == .root ? Self.rootDevice : Self.dataDevice
            roles[device] = disk.role
            mappings.append(
                Image.Mapping(
                    device: device, snapshot: snapshot.id, size: size,
                    type: disk.type.flatMap(VolumeType.init(rawValue:)) ?? .gp3,
                    deleteOnTermination: disk.role == .root))
        }
        var image = Image(
            id: makeID(Image.self), name: "\(spec.appliance.rawValue) \(spec.version) \(family)", state: .available,
            owner: Self.vendor, created: now, rootDevice: Self.rootDevice, mappings: mappings, architecture: "x86_64",
            software: Software(spec: spec, role: .root, family: family), roles: roles)
        image.isVendors = true
        images[image.id] = image
        return image.id
    }

    /// The types of volumes that need no more words than their names, on which any machine of the lab can lie.
    private static let plainTypes: [VolumeType] = [.gp2, .gp3, .standard]

    static let vendor = "679593333241"
    static let rootDevice = "/dev/sda1"
    static let dataDevice = "/dev/sdf"

    /// Changes the power of a machine, and waits until that is done.
    public mutating func setPower(_ action: PowerAction, of machine: MachineID) throws(Refusal) {
        let id = Instance.ID(rawValue: machine.rawValue)
        try waitUntilSettled(id)
        switch action {
        case .on:
            _ = try native { ec2 throws(EC2Fault) in try ec2.startInstances([id]) }
            try waitUntilSettled(id)
            waitUntilReady(id)
        case .shutDown:
            _ = try native { ec2 throws(EC2Fault) in try ec2.stopInstances([id]) }
            try waitUntilSettled(id)
        case .cut:
            _ = try native { ec2 throws(EC2Fault) in try ec2.stopInstances([id], .skipOSShutdown) }
            try waitUntilSettled(id)
        case .reboot:
            try native { ec2 throws(EC2Fault) in try ec2.rebootInstances([id]) }
            try waitUntilSettled(id)
            waitUntilReady(id)
        }
    }

    /// Has the appliance in the guest do something.
    public mutating func perform(
        _ command: ApplianceCommand, on machine: MachineID
    ) throws(Refusal) -> ApplianceAnswer {
        let id = Instance.ID(rawValue: machine.rawValue)
        try waitUntilSettled(id)
        waitUntilReady(id)
        advanceMachine(id)
        let answer = try letGuestWork { ec2, now throws(GuestFault) in
            try ec2.instances[id]?.machine.perform(command, at: now)
        }
        noticeGuestPower(of: id)
        try? waitUntilSettled(id)  // It is known, and a guest that lost its power always comes to rest.
        return answer
    }

    /// Makes something go wrong later.
    public mutating func inject(_ fault: Fault, into machine: MachineID) throws(Refusal) {
        let id = Instance.ID(rawValue: machine.rawValue)
        guard instances[id] != nil else { throw Refusal(EC2Fault.unknown([id])) }
        switch fault {
        case .call(let verb, let occurrence, let effect): faults.plan(verb, occurrence: occurrence, effect)
        case .snapshotEndsInError: doomedSnapshots.plan(id)
        case .agentHangs: instances[id]?.machine.inject(.agentHangs)
        case .quiesceRefused: instances[id]?.machine.inject(.quiesceRefused)
        }
    }
}

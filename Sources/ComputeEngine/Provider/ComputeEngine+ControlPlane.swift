import HashTreeCollections
public import Hypervisor
import LabCore
import SimulatedMachine

extension ComputeEngine: ControlPlane {
    /// Compute Engine's word in files and on the command line.
    public static let platform = Platform.gce

    /// All but memory: no snapshot and no image holds it.
    public static let capabilities = Capabilities(missing: [
        .memorySnapshot: Note(
            "Machine images and snapshots hold disks; the memory of an instance is in none of them.", rule: "GCE-093"),
        .pendingSnapshot: Note(
            "The operation that makes a snapshot runs until it can be used, and the provider waits for operations."),
    ])

    /// Makes an instance with disks from the images of its vendor, and waits until its appliance is healthy.
    public mutating func makeMachine(_ spec: MachineSpec) throws(Refusal) -> MachineID {
        for type in spec.disks.compactMap(\.type) where !Self.diskTypes.contains(type) {
            throw .noDiskType(type, known: Self.diskTypes)
        }
        let zone = settings.zones.first ?? ""
        let images = publishImages(for: spec, runsSnapshotScripts: true)
        var request = InsertInstance(name: freeName(spec.name, zone: zone))
        for disk in spec.disks {
            var parameters = InsertDisk(name: "", sizeGB: disk.size.gibibytesRoundedUp)
            parameters.sourceImage = images[disk.role]
            parameters.type = disk.type ?? "pd-balanced"
            let attach = AttachDisk(
                source: "", deviceName: Guest.deviceName(disk.role), boot: disk.role == .root,
                autoDelete: disk.role == .root)
            let name = disk.role == .root ? request.name : "\(request.name)-\(disk.role.rawValue)"
            request.disks.append(.initialize(name: name, parameters, attach))
        }
        if spec.reservesAddress {
            let address = "\(request.name)-address"
            try done { plane, id throws(ComputeFault) in try plane.insertAddress(address, requestID: id) }
            var properties = InstanceProperties()
            properties.accessConfig = .reserved(address)
            request.properties = properties
        }
        let launch = request
        try done { plane, id throws(ComputeFault) in try plane.insertInstance(launch, zone: zone, requestID: id) }
        guard let number = names[path(.instances, .zone(zone), request.name)] else {
            throw .lab("instances.insert made no instance")
        }
        let id = Instance.ID(rawValue: number)
        // Each machine is an installation of its own, with surroundings of its own.
        adopt(id)
        waitUntilReady(id)
        if let trouble = instances[id]?.machine?.serviceTrouble {
            throw .lab("the appliance did not become healthy: \(trouble)")
        }
        return MachineID(rawValue: id.description)
    }

    /// The types of disks that the lab's machines can lie on.
    private static let diskTypes = ["pd-standard", "pd-balanced", "pd-ssd"]

    /// Gives a new machine a family of its own.
    private mutating func adopt(_ id: Instance.ID) {
        guard let boot = instances[id]?.bootDisk?.disk, let old = instances[id]?.guest?.family else { return }
        let family = id.rawValue
        disks[boot]?.guest?.family = family
        instances[id]?.guest?.family = family
        surroundings.moves(id, from: old, to: family)
    }

    /// A name for an instance and its disks that nobody has: the wish, made to fit, with a number where it is taken.
    func freeName(_ wish: String, zone: String) -> String {
        let fitting = wish.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        var stem = String(fitting.drop { !$0.isLetter }.prefix(40))
        while stem.hasSuffix("-") { stem.removeLast() }
        if stem.isEmpty { stem = "machine" }
        var (name, count) = (stem, 1)
        let isTaken = { (name: String) in
            [Collection.instances, .disks].contains { names[path($0, .zone(zone), name)] != nil }
        }
        while isTaken(name) {
            count += 1
            name = "\(stem)-\(count)"
        }
        return name
    }

    /// Changes a machine's power, and waits until that is done.
    public mutating func setPower(_ action: PowerAction, of machine: MachineID) throws(Refusal) {
        let id = try instanceID(machine)
        try waitUntilSettled(id)
        guard let instance = instances[id] else { throw unknown(id) }
        let (name, zone) = (id.description, instance.zone)
        switch action {
        case .on where instance.state == .suspended:
            let operation = try native { plane throws(ComputeFault) in try plane.resumeInstance(name, zone: zone) }
            try finished(operation)
        case .on:
            let operation = try native { plane throws(ComputeFault) in try plane.startInstance(name, zone: zone) }
            try finished(operation)
        case .shutDown:
            let operation = try native { plane throws(ComputeFault) in try plane.stopInstance(name, zone: zone) }
            try finished(operation)
        case .cut:
            cutPower(of: id)
            noticePowerLoss(of: id)
        case .reboot:
            guard instance.state == .running else { throw Refusal(GuestFault(.isNotRunning)) }
            advance(by: shutDown(id))
            cutPower(of: id)
            boot(id)
        }
        waitUntilReady(id)
    }

    private mutating func finished(_ operation: Operation) throws(Refusal) {
        do throws(OperationError) {
            _ = try waited(for: operation)
        } catch { throw Refusal(error, verb: operation.verb) }
    }

    /// Has the appliance in the guest do something, and waits for its answer.
    public mutating func perform(
        _ command: ApplianceCommand, on machine: MachineID
    ) throws(Refusal) -> ApplianceAnswer {
        let id = try instanceID(machine)
        try waitUntilSettled(id)
        waitUntilReady(id)
        guard instances[id]?.state == .running else { throw Refusal(GuestFault(.isNotRunning)) }
        advanceMachine(id)
        let answer = try letGuestWork { plane, now throws(GuestFault) in
            try plane.instances[id]?.machine?.perform(command, at: now)
        }
        noticePowerLoss(of: id)
        return answer
    }

    /// Makes something go wrong later.
    public mutating func inject(_ fault: Fault, into machine: MachineID) throws(Refusal) {
        let id = try instanceID(machine)
        switch fault {
        case .call(let verb, let occurrence, let effect): faults.plan(verb, occurrence: occurrence, effect)
        case .snapshotEndsInError: doomedSnapshots.plan(id)
        case .agentHangs: instances[id]?.machine?.inject(.agentHangs)
        case .quiesceRefused: instances[id]?.machine?.inject(.quiesceRefused)
        }
    }
}

import Hypervisor
import LabCore
import SimulatedMachine
import Testing

extension MachineSpec {
    /// A machine of each appliance, with a root and a data disk unless the appliance keeps everything on one.
    static func small(_ appliance: Appliance, layout: Layout = Layout()) -> MachineSpec {
        let root = DiskSpec(role: .root, size: .mebibytes(128))
        let data = DiskSpec(role: .data, size: .mebibytes(128))
        let version =
            switch appliance {
            case .generic: "1.0"
            case .gitHubEnterpriseServer: "3.13.2"
            case .circleCIServices: "2.18.3"
            }
        return MachineSpec(
            name: "test", appliance: appliance, version: version,
            disks: appliance == .circleCIServices ? [root] : [root, data], memory: .gibibytes(1), layout: layout)
    }

    /// The version that changes the schema.
    var nextVersion: String {
        switch appliance {
        case .generic: "2.0"
        case .gitHubEnterpriseServer: "3.14.0"
        case .circleCIServices: "2.19.0"
        }
    }
}

extension GuestIdentity {
    static let first = GuestIdentity(
        machine: MachineID(rawValue: "m-1"), privateAddress: "10.0.0.4", publicAddress: "203.0.113.4",
        hardwareAddress: "00:00:00:00:00:01")
    static let second = GuestIdentity(
        machine: MachineID(rawValue: "m-2"), privateAddress: "10.0.0.9", publicAddress: "203.0.113.9",
        hardwareAddress: "00:00:00:00:00:02")
}

/// A machine with its own clock, as a plane keeps it.
struct Bench {
    var machine: SimulatedMachine
    var now = Instant.start
    let spec: MachineSpec

    /// A machine that is installed and, unless told otherwise, booted.
    init(_ spec: MachineSpec, seed: UInt64 = 7, booted: Bool = true) {
        self.spec = spec
        machine = SimulatedMachine(spec: spec, seed: seed)
        for (role, disk) in SimulatedMachine.installedDisks(for: spec, seed: seed) { machine.attach(disk, as: role) }
        if booted { boot() }
    }

    init(_ appliance: Appliance, layout: MachineSpec.Layout = .init(), seed: UInt64 = 7) {
        self.init(.small(appliance, layout: layout), seed: seed)
    }

    mutating func boot(as identity: GuestIdentity = .first) { now = now + machine.boot(as: identity, at: now) }

    mutating func wait(_ duration: Duration) {
        now = now + duration
        machine.advance(to: now)
    }

    /// The machine's facts, with the power that a platform adds.
    var facts: Facts {
        var facts = machine.facts()
        facts[.power] = .text(machine.power.rawValue)
        return facts
    }

    @discardableResult
    mutating func perform(_ command: ApplianceCommand) throws -> ApplianceAnswer {
        let (answer, elapsed) = try machine.perform(command, at: now)
        now = now + elapsed
        return answer
    }

    mutating func shutDown() throws { now = now + (try machine.shutDown(at: now)) }
    mutating func cut() { machine.cutPower(at: now) }

    /// The disks as they are now, which is a snapshot of the machine.
    var disks: [DiskRole: Disk] {
        Dictionary(
            uniqueKeysWithValues: spec.disks.compactMap { disk in machine.disk(disk.role).map { (disk.role, $0) } })
    }

    /// Puts disks back and boots.
    mutating func revert(to disks: [DiskRole: Disk], as identity: GuestIdentity = .first) {
        if machine.power != .off { cut() }
        for (role, disk) in disks { machine.replaceDisk(role, with: disk) }
        boot(as: identity)
    }

    var status: ApplianceStatus? {
        var copy = machine
        return (try? copy.perform(.status, at: now))?.answer.status  // Nothing when the machine is off.
    }
}

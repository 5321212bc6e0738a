import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import EC2

/// A plane with one running machine on it, and short names for what it has.
struct Bench {
    var ec2: EC2
    let machine: MachineID

    var instance: Instance.ID { Instance.ID(rawValue: machine.rawValue) }
    var root: Volume.ID { volume(at: "/dev/sda1") }
    var data: Volume.ID { volume(at: "/dev/sdf") }
    var image: Image.ID { record?.image ?? Image.ID(rawValue: "") }
    var record: Instance? { ec2.instances[instance] }

    /// A machine of another kind, or of another seed.
    init(seed: UInt64 = 1, spec: MachineSpec) throws {
        ec2 = EC2(seed: seed)
        machine = try ec2.makeMachine(spec)
        _ = ec2.takeEvents()
    }

    /// The usual machine: a fork of one that was made once.
    init(settings: EC2.Settings = EC2.Settings()) throws {
        self = try Self.usual.get()
        ec2.settings = settings
    }

    private static let usual = Result { try Bench(spec: .small) }

    /// A plane whose machine is stopped.
    static func stopped(settings: EC2.Settings = EC2.Settings()) throws -> Bench {
        var bench = try Bench(settings: settings)
        try bench.ec2.setPower(.shutDown, of: bench.machine)
        return bench
    }

    func volume(at device: String) -> Volume.ID { record?.devices[device] ?? Volume.ID(rawValue: "") }

    /// Makes a free volume of a few gibibytes, and waits until it is available.
    mutating func makeVolume(size: Int = 4, type: String = "gp3", zone: String = "us-east-1a") throws -> Volume.ID {
        let volume = try ec2.createVolume(CreateVolume(zone: zone, size: size, type: type))
        ec2.advance(by: .seconds(3))
        return volume.id
    }

    /// Takes a snapshot of a volume, and waits until it is complete.
    mutating func makeSnapshot(of volume: Volume.ID) throws -> EBSSnapshot.ID {
        ec2.advance(by: .seconds(15))
        let snapshot = try ec2.createSnapshot(of: volume)
        ec2.advance(by: .minutes(10))
        return snapshot.id
    }

    /// Makes an image of the machine without a reboot, and waits until it is available.
    mutating func makeImage(named name: String = "golden") throws -> Image.ID {
        ec2.advance(by: .seconds(15))
        var request = CreateImage(instance: instance, name: name)
        request.noReboot = true
        let image = try ec2.createImage(request)
        ec2.advance(by: .minutes(10))
        return image.id
    }

    /// Writes blocks to a volume that no guest uses.
    mutating func write(_ blocks: Range<Int>, token: UInt64 = 1, to volume: Volume.ID) {
        for block in blocks { ec2.volumes[volume]?.contents[block] = Block(token: token) }
    }
}

extension MachineSpec {
    /// One application on a root and a data disk.
    static let small = MachineSpec(
        name: "app", appliance: .generic, version: "3.13",
        disks: [DiskSpec(role: .root, size: .gibibytes(8)), DiskSpec(role: .data, size: .gibibytes(20))],
        memory: .gibibytes(8))
}

extension Bench {
    /// Expects a verb to be refused for the reason given, and nothing to be changed by it.
    mutating func refuses(
        _ code: EC2Fault.Code, _ message: String? = nil, _ rule: RuleID? = nil,
        sourceLocation: SourceLocation = #_sourceLocation, _ verb: (inout EC2) throws -> Void
    ) {
        _ = ec2.takeEvents()
        let before = ec2
        do {
            try verb(&ec2)
            Issue.record("nothing was refused", sourceLocation: sourceLocation)
        } catch let fault as EC2Fault {
            #expect(fault.code == code, sourceLocation: sourceLocation)
            if let message { #expect(fault.message == message, sourceLocation: sourceLocation) }
            if let rule { #expect(fault.rule == rule, sourceLocation: sourceLocation) }
        } catch {
            Issue.record("another error: \(error)", sourceLocation: sourceLocation)
        }
        _ = ec2.takeEvents()
        #expect(ec2 == before, "a refused verb changes nothing", sourceLocation: sourceLocation)
    }
}

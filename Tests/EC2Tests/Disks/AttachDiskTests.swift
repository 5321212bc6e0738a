import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import EC2

@Suite("Attaching and detaching volumes")
struct AttachDiskTests {
    @Test("AWS-070: volume and instance are in one zone")
    func zone() throws {
        var bench = try Bench()
        let (volume, instance) = (try bench.makeVolume(zone: "us-east-1b"), bench.instance)
        bench.refuses(
            "InvalidVolume.ZoneMismatch",
            "The volume '\(volume)' is not in the same availability zone as instance '\(instance)'", "AWS-070"
        ) { _ = try $0.attachVolume(volume, to: instance, device: "/dev/sdg") }
    }

    @Test("AWS-071: a volume that is still being made cannot be attached")
    func creating() throws {
        var bench = try Bench()
        let (volume, instance) = (
            try bench.ec2.createVolume(CreateVolume(zone: "us-east-1a", size: 1)).id, bench.instance
        )
        bench.refuses(.incorrectState, "\(volume) is not 'available'.", "AWS-071") {
            _ = try $0.attachVolume(volume, to: instance, device: "/dev/sdg")
        }
    }

    @Test("AWS-072: an attached volume cannot be attached again")
    func attached() throws {
        var bench = try Bench()
        let (data, instance) = (bench.data, bench.instance)
        bench.refuses("VolumeInUse", "\(data) is already attached to an instance", "AWS-072") {
            _ = try $0.attachVolume(data, to: instance, device: "/dev/sdg")
        }
    }

    @Test("AWS-073: the instance is running or stopped", arguments: [PowerState.pending, .stopping, .terminated])
    func instanceState(state: PowerState) throws {
        var bench = try Bench()
        let (volume, instance) = (try bench.makeVolume(), bench.instance)
        bench.ec2.instances[instance]?.state = state
        bench.refuses(
            bench.ec2.settings.inferred.attachToUnsettled, "Instance '\(instance)' is not 'running'.", "AWS-073"
        ) {
            _ = try $0.attachVolume(volume, to: instance, device: "/dev/sdg")
        }
    }

    @Test(
        "AWS-074: a device name is used once on an instance, the root's counts", arguments: ["/dev/sda1", "/dev/sdf"])
    func deviceInUse(device: String) throws {
        var bench = try Bench()
        let (volume, instance) = (try bench.makeVolume(), bench.instance)
        bench.refuses(
            .invalidParameterValue,
            "Invalid value '\(device)' for unixDevice. Attachment point \(device) is already in use",
            "AWS-074"
        ) { _ = try $0.attachVolume(volume, to: instance, device: device) }
    }

    @Test(
        "AWS-075: a device has one of the names of the grammar",
        arguments: [
            ("/dev/sda1", true), ("/dev/sdb", true), ("/dev/sdz", true), ("/dev/xvda", true), ("/dev/xvdba", true),
            ("/dev/xvddz", true), ("xvdf", true), ("/dev/sdb1", false), ("/dev/sda2", false), ("/dev/xvdea", false),
            ("/dev/nvme1n1", false), ("/dev/sd", false), ("/dev/xvd", false), ("/dev/SDF", false), ("", false),
        ])
    func grammar(name: String, isValid: Bool) throws {
        #expect(DeviceName.isValid(name) == isValid)
        guard !isValid else { return }
        var bench = try Bench()
        let (data, instance) = (bench.data, bench.instance)
        bench.refuses(.invalidParameterValue, nil, "AWS-075") {
            _ = try $0.attachVolume(data, to: instance, device: name)
        }
        var launch = RunInstances(image: bench.image)
        launch.mappings = [RunInstances.Mapping(device: name)]
        let wrong = launch
        bench.refuses(.invalidParameterValue, nil, "AWS-075") { _ = try $0.runInstances(wrong) }
    }

    @Test("AWS-076: /dev/sdf and /dev/xvdf are two names")
    func twoNames() throws {
        var bench = try Bench()
        let volume = try bench.makeVolume()
        _ = try bench.ec2.attachVolume(volume, to: bench.instance, device: "/dev/xvdf")
        #expect(bench.volume(at: "/dev/xvdf") == volume && bench.data != volume)
    }

    @Test("AWS-077: an instance has so many attachments and no more")
    func limit() throws {
        var bench = try Bench()
        #expect(bench.ec2.settings.quotas.attachments == 28)
        bench.ec2.settings.quotas.attachments = 2
        let (volume, instance) = (try bench.makeVolume(), bench.instance)
        bench.refuses("AttachmentLimitExceeded", nil, "AWS-077") {
            _ = try $0.attachVolume(volume, to: instance, device: "/dev/sdg")
        }
    }

    @Test("AWS-078: a volume is attached to a stopped instance without a guest, and may still attach during start")
    func stopped() throws {
        var bench = try Bench.stopped()
        let volume = try bench.makeVolume()
        #expect(try bench.ec2.attachVolume(volume, to: bench.instance, device: "/dev/sdg").state == .attaching)
        _ = try bench.ec2.startInstances([bench.instance])
        #expect(bench.record?.state == .pending)
        #expect(bench.ec2.volumes[volume]?.attachment?.state == .attaching)
        #expect(bench.ec2.volumes[volume]?.state == .inUse)
        bench.ec2.advance(by: .seconds(3))
        #expect(bench.ec2.volumes[volume]?.attachment?.state == .attached)
    }

    @Test("AWS-079: a volume is in use as soon and as long as it has an attachment in any state")
    func inUse() throws {
        var bench = try Bench()
        let volume = try bench.makeVolume()
        var states: [AttachmentState?] = []
        func look() { states.append(bench.ec2.volumes[volume]?.attachment?.state) }
        func expectInUse() { #expect(bench.ec2.volumes[volume]?.state == .inUse) }
        _ = try bench.ec2.attachVolume(volume, to: bench.instance, device: "/dev/sdg")
        look()
        expectInUse()
        bench.ec2.advance(by: .seconds(3))
        look()
        expectInUse()
        _ = try bench.ec2.detachVolume(volume)
        look()
        expectInUse()
        bench.ec2.advance(by: .seconds(3))
        look()
        #expect(states == [.attaching, .attached, .detaching, nil])
        #expect(bench.ec2.volumes[volume]?.state == .available)
    }

    @Test("AWS-080: the root of a running instance cannot be detached, not even by force", arguments: [false, true])
    func rootOfRunning(force: Bool) throws {
        var bench = try Bench()
        let (root, instance) = (bench.root, bench.instance)
        bench.refuses(
            bench.ec2.settings.inferred.rootDetach,
            "Unable to detach root volume '\(root)' from instance '\(instance)'", "AWS-080"
        ) { _ = try $0.detachVolume(root, force: force) }
        try bench.ec2.setPower(.shutDown, of: bench.machine)
        _ = try bench.ec2.detachVolume(root)
    }

    @Test("AWS-081: only what is attached, and where it is attached, can be detached")
    func notAttached() throws {
        var bench = try Bench()
        let (volume, data) = (try bench.makeVolume(), bench.data)
        bench.refuses(.incorrectState, "Volume '\(volume)' is in the 'available' state.", "AWS-081") {
            _ = try $0.detachVolume(volume)
        }
        bench.refuses("InvalidAttachment.NotFound", nil, "AWS-081") {
            _ = try $0.detachVolume(data, from: Instance.ID(rawValue: "i-00000000"))
        }
        bench.refuses("InvalidAttachment.NotFound") { _ = try $0.detachVolume(data, device: "/dev/sdz") }
        bench.refuses("InvalidVolume.NotFound") { _ = try $0.detachVolume(Volume.ID(rawValue: "vol-00000000")) }
    }

    @Test(
        "AWS-082: a mounted volume stays busy until the guest reboots, stops, or is not asked",
        arguments: [
            "reboot", "stop", "force",
        ])
    func busy(how: String) throws {
        var bench = try Bench()
        let (data, instance) = (bench.data, bench.instance)
        _ = try bench.ec2.perform(.writeLooseFiles(3), on: bench.machine)
        #expect(try bench.ec2.detachVolume(data).state == .detaching)
        bench.ec2.advance(by: .minutes(10))
        #expect(bench.ec2.volumes[data]?.attachment?.state == .busy)
        switch how {
        case "reboot": try bench.ec2.setPower(.reboot, of: bench.machine)
        case "stop": try bench.ec2.setPower(.shutDown, of: bench.machine)
        default: _ = try bench.ec2.detachVolume(data, force: true)
        }
        #expect(bench.ec2.volumes[data]?.state == .available)
        guard how == "force" else { return }
        bench.refuses(.invalidParameterValue, nil, "AWS-074") {
            _ = try $0.attachVolume(data, to: instance, device: "/dev/sdf")
        }
        try bench.ec2.setPower(.reboot, of: bench.machine)
        _ = try bench.ec2.attachVolume(data, to: instance, device: "/dev/sdf")
    }

    @Test("AWS-083: what was flushed survives a detachment, what was cached does not", arguments: [true, false])
    func contents(flushed: Bool) throws {
        var bench = try Bench()
        let data = bench.data
        let volume = try #require(bench.ec2.volumes[data])
        let before = bench.ec2.contents(of: volume)
        _ = try bench.ec2.perform(.writeLooseFiles(3), on: bench.machine)
        if flushed { _ = try bench.ec2.perform(.flush, on: bench.machine) }
        let reached = bench.ec2.contents(of: volume)
        _ = try bench.ec2.detachVolume(data, force: true)
        let kept = try #require(bench.ec2.volumes[data]).contents
        #expect(kept == reached)
        #expect((kept != before) == flushed)
    }

    @Test("AWS-084: a volume with product codes is attached and detached while the instance is stopped")
    func productCodes() throws {
        var bench = try Bench()
        let (volume, data, instance) = (try bench.makeVolume(), bench.data, bench.instance)
        for id in [volume, data] { bench.ec2.volumes[id]?.productCodes = ["code"] }
        bench.refuses(.incorrectInstanceState, nil, "AWS-084") {
            _ = try $0.attachVolume(volume, to: instance, device: "/dev/sdg")
        }
        bench.refuses(.incorrectInstanceState, nil, "AWS-084") { _ = try $0.detachVolume(data) }
        try bench.ec2.setPower(.shutDown, of: bench.machine)
        _ = try bench.ec2.attachVolume(volume, to: instance, device: "/dev/sdg")
        _ = try bench.ec2.detachVolume(data)
    }

    @Test("AWS-094: a throughput volume cannot be a root", arguments: ["st1", "sc1"])
    func bootable(type: String) throws {
        var bench = try Bench.stopped()
        let (root, instance) = (bench.root, bench.instance)
        let volume = try bench.makeVolume(size: 125, type: type)
        _ = try bench.ec2.detachVolume(root)
        bench.ec2.advance(by: .seconds(3))
        bench.refuses("BootForVolumeTypeUnsupported", nil, "AWS-094") {
            _ = try $0.attachVolume(volume, to: instance, device: "/dev/sda1")
        }
        var boot = RunInstances.Mapping(device: "/dev/sda1")
        (boot.type, boot.size) = (VolumeType(rawValue: type), 125)
        var launch = RunInstances(image: bench.image)
        launch.mappings = [boot]
        let wrong = launch
        bench.refuses("BootForVolumeTypeUnsupported", nil, "AWS-094") { _ = try $0.runInstances(wrong) }
    }

    /// A volume of type io2 for several instances, and as many instances besides the bench's own.
    private func shared(_ count: Int) throws -> (bench: Bench, volume: Volume.ID, others: [Instance.ID]) {
        var bench = try Bench()
        var request = CreateVolume(zone: "us-east-1a", size: 4, type: "io2")
        (request.iops, request.isMultiAttach) = (100, true)
        let volume = try bench.ec2.createVolume(request).id
        var launch = RunInstances(image: bench.image)
        (launch.minCount, launch.maxCount) = (count, count)
        let others = try bench.ec2.runInstances(launch).map(\.id)
        bench.ec2.advance(by: .minutes(5))
        return (bench, volume, others)
    }

    @Test("AWS-093: a volume for several instances is of type io1 or io2, and boots nobody", arguments: ["gp3", "st1"])
    func multiAttachTypes(type: String) throws {
        var (bench, volume, others) = try shared(1)
        var request = CreateVolume(zone: "us-east-1a", size: 125, type: type)
        request.isMultiAttach = true
        let wrong = request
        bench.refuses(.invalidParameterCombination, nil, "AWS-093") { _ = try $0.createVolume(wrong) }
        let (root, other) = (try #require(bench.ec2.instances[others[0]]?.devices["/dev/sda1"]), others[0])
        _ = try bench.ec2.stopInstances([other])
        bench.ec2.advance(by: .minutes(1))
        _ = try bench.ec2.detachVolume(root)
        bench.ec2.advance(by: .seconds(3))
        bench.refuses(.invalidParameterValue, nil, "AWS-093") {
            _ = try $0.attachVolume(volume, to: other, device: "/dev/sda1")
        }
    }

    @Test("AWS-093: sixteen instances have the volume at a time, each once, and a detachment names one")
    func multiAttach() throws {
        var (bench, volume, others) = try shared(16)
        let first = bench.instance
        for instance in [first] + others.prefix(15) {
            _ = try bench.ec2.attachVolume(volume, to: instance, device: "/dev/sdg")
        }
        bench.ec2.advance(by: .seconds(3))
        bench.refuses(.invalidParameterValue, nil, "AWS-093") {
            _ = try $0.attachVolume(volume, to: others[15], device: "/dev/sdg")
        }
        bench.refuses("VolumeInUse", nil, "AWS-072") {
            _ = try $0.attachVolume(volume, to: others[3], device: "/dev/sdh")
        }
        bench.refuses(.invalidParameterCombination, nil, "AWS-093") { _ = try $0.detachVolume(volume) }
        bench.refuses("VolumeInUse", nil, "AWS-085") { try $0.deleteVolume(volume) }
        _ = try bench.ec2.detachVolume(volume, from: others[3])
        _ = try bench.ec2.detachVolume(volume, from: first)
        bench.ec2.advance(by: .seconds(3))
        #expect(bench.ec2.instances[others[3]]?.devices["/dev/sdg"] == nil)
        #expect(bench.ec2.instances[first]?.devices["/dev/sdg"] == nil)
        #expect(bench.ec2.volumes[volume]?.state == .inUse && bench.ec2.volumes[volume]?.furtherAttachments.count == 13)
        _ = try bench.ec2.terminateInstances(others)
        bench.ec2.advance(by: .minutes(5))
        #expect(bench.ec2.volumes[volume]?.state == .available)
        try bench.ec2.deleteVolume(volume)
    }
}

import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import EC2

@Suite("Launching instances")
struct CreateMachineTests {
    private func made() throws -> (bench: Bench, image: Image.ID) {
        var bench = try Bench()
        let image = try bench.makeImage()
        return (bench, image)
    }

    @Test("AWS-053: a mapping smaller than its snapshot is refused")
    func smallMapping() throws {
        var (bench, image) = try made()
        var request = RunInstances(image: image)
        var mapping = RunInstances.Mapping(device: "/dev/sdf")
        mapping.size = 19
        request.mappings = [mapping]
        let wrong = request
        let snapshot = try #require(bench.ec2.images[image]?.mappings.first { $0.device == "/dev/sdf" }?.snapshot)
        bench.refuses(
            "InvalidBlockDeviceMapping",
            "Volume of size 19GB is smaller than snapshot '\(snapshot)', expect size >= 20GB", "AWS-053"
        ) { _ = try $0.runInstances(wrong) }
    }

    @Test("AWS-108: what goes with an instance: roots and mappings unless told not to, attached volumes not")
    func deleteOnTermination() throws {
        var (bench, image) = try made()
        var request = RunInstances(image: image)
        var mapping = RunInstances.Mapping(device: "/dev/sdg")
        mapping.size = 1
        request.mappings = [mapping]
        let instance = try bench.ec2.runInstances(request)[0].id
        let volume = try bench.makeVolume()
        bench.ec2.advance(by: .minutes(1))
        _ = try bench.ec2.attachVolume(volume, to: instance, device: "/dev/sdh")
        let devices = try #require(bench.ec2.instances[instance]).devices
        let flags = devices.mapValues { bench.ec2.volumes[$0]?.attachment?.deleteOnTermination }
        #expect(flags == ["/dev/sda1": true, "/dev/sdf": false, "/dev/sdg": true, "/dev/sdh": false])
    }

    @Test("AWS-114: as many as there is room for between the least and the most, or none")
    func counts() throws {
        var (bench, image) = try made()
        bench.ec2.settings.quotas.processors = 6
        var request = RunInstances(image: image)
        (request.minCount, request.maxCount) = (3, 9)
        let tooMany = request
        bench.refuses("VcpuLimitExceeded", nil, "AWS-114") { _ = try $0.runInstances(tooMany) }
        (request.minCount, request.maxCount) = (2, 1)
        let wrong = request
        bench.refuses(.invalidParameterValue, nil, "AWS-114") { _ = try $0.runInstances(wrong) }
        (request.minCount, request.maxCount) = (1, 9)
        #expect(try bench.ec2.runInstances(request).count == 2)
    }

    @Test("AWS-115: a replay gives the same instance; another request, or a replay after its end, is refused")
    func replay() throws {
        var (bench, image) = try made()
        var request = RunInstances(image: image)
        request.clientToken = "t"
        let first = try bench.ec2.runInstances(request)[0].id
        bench.ec2.advance(by: .minutes(1))
        #expect(try bench.ec2.runInstances(request)[0].id == first)
        var other = request
        other.maxCount = 2
        let changed = other
        bench.refuses("IdempotentParameterMismatch") { _ = try $0.runInstances(changed) }
        _ = try bench.ec2.terminateInstances([first])
        let same = request
        bench.refuses("IdempotentInstanceTerminated", nil, "AWS-115") { _ = try $0.runInstances(same) }
        request.clientToken = String(repeating: "x", count: 65)
        let long = request
        bench.refuses(.invalidParameterValue, nil, "AWS-115") { _ = try $0.runInstances(long) }
    }

    @Test("AWS-116: mappings are laid over the image's; a wrong root device adds a disk instead of resizing the root")
    func mappings() throws {
        var (bench, image) = try made()
        var request = RunInstances(image: image)
        var dropped = RunInstances.Mapping(device: "/dev/sdf")
        dropped.isDropped = true
        var resized = RunInstances.Mapping(device: "/dev/sda1")
        resized.size = 12
        var mistaken = RunInstances.Mapping(device: "/dev/xvda")
        mistaken.size = 30
        request.mappings = [dropped, resized, mistaken]
        let instance = try bench.ec2.runInstances(request)[0].id
        let devices = try #require(bench.ec2.instances[instance]).devices
        #expect(devices.mapValues { bench.ec2.volumes[$0]?.shape.size } == ["/dev/sda1": 12, "/dev/xvda": 30])
        var withoutRoot = RunInstances(image: image)
        withoutRoot.mappings = [RunInstances.Mapping(device: "/dev/sda1")]
        withoutRoot.mappings[0].isDropped = true
        let wrong = withoutRoot
        bench.refuses("InvalidBlockDeviceMapping", nil, "AWS-116") { _ = try $0.runInstances(wrong) }
    }

    @Test("AWS-116: the root of an image is of the image's snapshot, and a further disk has a size or a snapshot")
    func impossibleMappings() throws {
        var (bench, image) = try made()
        let snapshot = try bench.makeSnapshot(of: bench.root)
        var swapped = RunInstances.Mapping(device: "/dev/sda1")
        swapped.snapshot = snapshot
        for mapping in [swapped, RunInstances.Mapping(device: "/dev/sdz")] {
            var request = RunInstances(image: image)
            request.mappings = [mapping]
            let wrong = request
            bench.refuses("InvalidBlockDeviceMapping", nil, "AWS-116") { _ = try $0.runInstances(wrong) }
        }
        var request = RunInstances(image: image)
        request.mappings = [RunInstances.Mapping(device: "/dev/sdz")]
        request.mappings[0].snapshot = snapshot
        request.mappings[0].deleteOnTermination = false
        let instance = try bench.ec2.runInstances(request)[0].id
        let volume = try #require(bench.ec2.instances[instance]?.devices["/dev/sdz"])
        #expect(bench.ec2.volumes[volume]?.snapshot == snapshot)
        #expect(bench.ec2.volumes[volume]?.attachment?.deleteOnTermination == false)
    }

    @Test("AWS-117: a new instance has an id and addresses of its own; a private address is free or refused")
    func identity() throws {
        var (bench, image) = try made()
        let old = try #require(bench.record)
        let new = try bench.ec2.runInstances(RunInstances(image: image))[0]
        #expect(new.id != old.id)
        #expect(new.privateAddress != old.privateAddress && new.publicAddress != old.publicAddress)
        #expect(new.hardwareAddress != old.hardwareAddress)
        try bench.ec2.setPower(.shutDown, of: bench.machine)
        var request = RunInstances(image: image)
        request.privateAddress = old.privateAddress
        let wrong = request
        bench.refuses("InvalidIPAddress.InUse", nil, "AWS-117") { _ = try $0.runInstances(wrong) }
        request.privateAddress = "10.0.9.9"
        #expect(try bench.ec2.runInstances(request)[0].privateAddress == "10.0.9.9")
    }

    @Test("AWS-118: user data has 16 KB at most")
    func userData() throws {
        var (bench, image) = try made()
        var request = RunInstances(image: image)
        request.userData = String(repeating: "x", count: 16_385)
        let wrong = request
        bench.refuses(.invalidParameterValue, nil, "AWS-118") { _ = try $0.runInstances(wrong) }
        let instance = bench.instance
        try bench.ec2.setPower(.shutDown, of: bench.machine)
        bench.refuses(.invalidParameterValue, nil, "AWS-118") {
            try $0.modifyInstanceAttribute(of: instance, [.userData(String(repeating: "x", count: 16_385))])
        }
    }

    @Test(
        "AWS-119: when volumes cannot be made the call succeeds and the instance ends with a reason",
        arguments: [
            ("quota", "Client.VolumeLimitExceeded"), ("key", "Client.InternalError"),
            ("snapshot", "Client.InvalidSnapshot.NotFound"),
        ])
    func launchFailure(what: String, code: String) throws {
        var (bench, image) = try made()
        let snapshot = try #require(bench.ec2.images[image]?.mappings[0].snapshot)
        switch what {
        case "quota": bench.ec2.settings.quotas.storage = 28
        case "key":
            bench.ec2.snapshots[snapshot]?.key = "key-1"
            bench.ec2.account.disabledKeys = ["key-1"]
        default: bench.ec2.snapshots[snapshot] = nil
        }
        let instance = try bench.ec2.runInstances(RunInstances(image: image))[0]
        #expect(instance.state == .pending && instance.devices.isEmpty)
        bench.ec2.advance(by: .minutes(1))
        let ended = try #require(bench.ec2.instances[instance.id])
        #expect(ended.state == .terminated)
        #expect(ended.stateReason?.code == code)
        #expect(bench.ec2.volumes.values.allSatisfy { $0.attachment?.instance != instance.id })
    }

    @Test("AWS-127: neither a pending, nor a disabled, nor a deregistered image launches instances")
    func imageStates() throws {
        var (bench, image) = try made()
        var request = CreateImage(instance: bench.instance, name: "second")
        request.noReboot = true
        let pending = try bench.ec2.createImage(request).id
        bench.refuses("InvalidAMIID.Unavailable", nil, "AWS-127") {
            _ = try $0.runInstances(RunInstances(image: pending))
        }
        try bench.ec2.disableImage(image)
        bench.refuses("InvalidAMIID.Unavailable") { _ = try $0.runInstances(RunInstances(image: image)) }
        try bench.ec2.enableImage(image)
        _ = try bench.ec2.runInstances(RunInstances(image: image))
        try bench.ec2.deregisterImage(image)
        bench.refuses("InvalidAMIID.Unavailable") { _ = try $0.runInstances(RunInstances(image: image)) }
    }
}

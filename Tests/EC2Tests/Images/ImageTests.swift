import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import EC2

@Suite("Images")
struct ImageTests {
    @Test(
        "AWS-121: an image shuts the guest down and flushes its caches, unless it is told not to reboot",
        arguments: [
            (false, 4), (true, 0),
        ])
    func reboot(noReboot: Bool, files: Int) throws {
        var bench = try Bench()
        _ = try bench.ec2.perform(.writeLooseFiles(4), on: bench.machine)
        let before = try bench.ec2.facts(of: bench.machine)
        var request = CreateImage(instance: bench.instance, name: "golden")
        request.noReboot = noReboot
        let image = try bench.ec2.createImage(request).id
        #expect(bench.record?.state == .running)
        bench.ec2.advance(by: .minutes(10))
        let after = try bench.ec2.facts(of: bench.machine)
        #expect((after[.bootID] == before[.bootID]) == noReboot)
        let copy = try bench.ec2.runInstances(RunInstances(image: image))[0].id
        bench.ec2.advance(by: .minutes(2))
        #expect(try bench.ec2.facts(of: MachineID(rawValue: copy.rawValue))[.looseFiles] == .number(files))
    }

    @Test("AWS-121: the instance is running or stopped")
    func state() throws {
        var bench = try Bench()
        _ = try bench.ec2.stopInstances([bench.instance])
        let request = CreateImage(instance: bench.instance, name: "golden")
        bench.refuses(.invalidParameterValue, "Instance is not in state 'running' or 'stopped'", "AWS-121") {
            _ = try $0.createImage(request)
        }
    }

    @Test(
        "AWS-122: an image is pending, and shows no snapshots, until all of them are complete; or it fails",
        arguments: [false, true])
    func pending(fails: Bool) throws {
        var bench = try Bench()
        if fails { try bench.ec2.inject(.snapshotEndsInError, into: bench.machine) }
        var request = CreateImage(instance: bench.instance, name: "golden")
        request.noReboot = true
        let image = try bench.ec2.createImage(request)
        #expect(image.state == .pending && image.mappings.allSatisfy { $0.snapshot == nil && $0.size == 0 })
        bench.ec2.advance(by: .minutes(10))
        let done = try bench.ec2.describeImages([image.id])[0]
        #expect(done.state == (fails ? .failed : .available))
        #expect(done.mappings.map(\.size) == [8, 20])
        let snapshot = try #require(done.mappings[0].snapshot.flatMap { bench.ec2.snapshots[$0] })
        #expect(snapshot.description == "Created by CreateImage(\(bench.instance)) for \(image.id)")
    }

    @Test("AWS-123: the size of a volume cannot be changed on the way into an image")
    func resized() throws {
        var bench = try Bench()
        var request = CreateImage(instance: bench.instance, name: "golden")
        request.resizedDevices = ["/dev/sda1": 99]
        let wrong = request
        bench.refuses("InvalidBlockDeviceMapping", nil, "AWS-123") { _ = try $0.createImage(wrong) }
    }

    @Test("AWS-124: a name is used once, also for a while after its image is gone, and has a form")
    func names() throws {
        var bench = try Bench()
        let image = try bench.makeImage(named: "golden")
        let again = CreateImage(instance: bench.instance, name: "golden")
        bench.refuses("InvalidAMIName.Duplicate", "AMI name golden is already in use by AMI \(image)", "AWS-124") {
            _ = try $0.createImage(again)
        }
        try bench.ec2.deregisterImage(image)
        bench.refuses("InvalidAMIName.Duplicate") { _ = try $0.createImage(again) }
        bench.ec2.advance(by: .minutes(10))
        _ = try bench.ec2.createImage(again)
        for name in ["ab", "a*c", String(repeating: "x", count: 129)] {
            let wrong = CreateImage(instance: bench.instance, name: name)
            bench.refuses("InvalidAMIName.Malformed", nil, "AWS-124") { _ = try $0.createImage(wrong) }
        }
    }

    @Test("AWS-125: only so many images are made of an instance without a reboot at a time")
    func concurrency() throws {
        var bench = try Bench()
        bench.ec2.settings.timings.snapshotInterval = .zero
        bench.ec2.settings.quotas.imagesWithoutReboot = 1
        var request = CreateImage(instance: bench.instance, name: "first")
        request.noReboot = true
        _ = try bench.ec2.createImage(request)
        request.name = "second"
        let second = request
        bench.refuses("ConcurrentCreateImageNoRebootLimitExceeded", nil, "AWS-125") { _ = try $0.createImage(second) }
    }

    @Test("AWS-126: an image of a complete snapshot is available at once, with the defaults of the service")
    func register() throws {
        var bench = try Bench()
        let snapshot = try bench.makeSnapshot(of: bench.root)
        let request = RegisterImage(
            name: "golden", rootDevice: "/dev/sda1", mappings: [Image.Mapping(device: "/dev/sda1", snapshot: snapshot)])
        let image = try bench.ec2.registerImage(request)
        #expect(image.state == .available && image.location == "123456789012/golden")
        #expect(image.architecture == "i386" && image.virtualization == "paravirtual")
        let mapping = Image.Mapping(
            device: "/dev/sda1", snapshot: snapshot, size: 8, type: .gp2, deleteOnTermination: true)
        #expect(image.mappings == [mapping])
        let rootless = RegisterImage(
            name: "rootless", rootDevice: "/dev/xvda",
            mappings: [Image.Mapping(device: "/dev/sda1", snapshot: snapshot)])
        bench.refuses(.invalidParameterCombination, nil, "AWS-126") { _ = try $0.registerImage(rootless) }
    }

    @Test("AWS-128: deregistering leaves instances alone; snapshots go along when asked to and when nobody needs them")
    func deregister() throws {
        var bench = try Bench()
        let image = try bench.makeImage()
        let snapshots = try #require(bench.ec2.images[image]).mappings.compactMap(\.snapshot)
        let mapping = Image.Mapping(device: "/dev/sda1", snapshot: snapshots[0])
        _ = try bench.ec2.registerImage(RegisterImage(name: "other", rootDevice: "/dev/sda1", mappings: [mapping]))
        let instance = try bench.ec2.runInstances(RunInstances(image: image))[0].id
        bench.ec2.advance(by: .minutes(1))
        let results = try bench.ec2.deregisterImage(image, deletesSnapshots: true)
        #expect(results == [snapshots[0]: .skipped, snapshots[1]: .success])
        #expect(bench.ec2.snapshots[snapshots[0]] != nil && bench.ec2.snapshots[snapshots[1]] == nil)
        #expect(bench.ec2.instances[instance]?.state == .running)
        #expect(bench.ec2.instances[instance]?.image == image)
    }

    @Test("AWS-129: an image is deregistered once")
    func twice() throws {
        var bench = try Bench()
        let image = try bench.makeImage()
        try bench.ec2.deregisterImage(image)
        bench.refuses("InvalidAMIID.Unavailable", "The image ID '\(image)' is no longer available", "AWS-129") {
            _ = try $0.deregisterImage(image)
        }
    }

    @Test("AWS-130: a deregistered image is described by an empty list, and later not found")
    func describe() throws {
        var bench = try Bench()
        let image = try bench.makeImage()
        try bench.ec2.deregisterImage(image)
        #expect(try bench.ec2.describeImages([image]).isEmpty)
        bench.ec2.advance(by: .minutes(10))
        bench.refuses("InvalidAMIID.NotFound", "The image id '[\(image)]' does not exist", "AWS-130") {
            _ = try $0.describeImages([image])
        }
    }

    @Test("AWS-131: a protected image is not deregistered, and with a cool-down not for another day")
    func protection() throws {
        var bench = try Bench()
        let image = try bench.makeImage()
        try bench.ec2.setDeregistrationProtection(of: image, true, coolDown: true)
        let code = bench.ec2.settings.inferred.protectedImage
        bench.refuses(code, nil, "AWS-131") { _ = try $0.deregisterImage(image) }
        try bench.ec2.setDeregistrationProtection(of: image, false)
        bench.refuses(code, nil, "AWS-131") { _ = try $0.deregisterImage(image) }
        bench.ec2.advance(by: .hours(24))
        try bench.ec2.deregisterImage(image)
    }
}

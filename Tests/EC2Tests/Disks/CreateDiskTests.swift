import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import EC2

@Suite("Making volumes")
struct CreateDiskTests {
    @Test("AWS-063: a volume has one zone that exists, by name or by id")
    func zones() throws {
        var bench = try Bench()
        bench.refuses(.missingParameter, nil, "AWS-063") { _ = try $0.createVolume(CreateVolume(zone: nil, size: 1)) }
        bench.refuses("InvalidZone.NotFound", nil, "AWS-063") {
            _ = try $0.createVolume(CreateVolume(zone: "mars-1a", size: 1))
        }
        var both = CreateVolume(zone: "us-east-1a", size: 1)
        both.zoneID = bench.ec2.settings.zoneID(of: "us-east-1a")
        let wrong = both
        bench.refuses(.invalidParameterCombination, nil, "AWS-063") { _ = try $0.createVolume(wrong) }
        both.zone = nil
        #expect(try bench.ec2.createVolume(both).zone == "us-east-1a")
        var launch = RunInstances(image: bench.image)
        launch.zone = "mars-1a"
        let astray = launch
        bench.refuses("InvalidZone.NotFound", nil, "AWS-063") { _ = try $0.runInstances(astray) }
        let snapshot = try bench.makeSnapshot(of: bench.root)
        bench.refuses("InvalidZone.NotFound", nil, "AWS-063") {
            try $0.enableFastRestore(of: snapshot, in: "mars-1a")
        }
    }

    @Test("AWS-064: a volume needs a size or a snapshot")
    func size() throws {
        var bench = try Bench()
        bench.refuses(.missingParameter, "The request must contain the parameter size/snapshot", "AWS-064") {
            _ = try $0.createVolume(CreateVolume(zone: "us-east-1a"))
        }
    }

    @Test(
        "AWS-065: every type has its least and its largest size",
        arguments: [
            ("gp2", 1, 16_384), ("gp3", 1, 65_536), ("st1", 125, 16_384), ("sc1", 125, 16_384), ("standard", 1, 1_024),
            ("io1", 4, 16_384), ("io2", 4, 65_536),
        ])
    func ranges(type: String, least: Int, most: Int) throws {
        let type = try #require(VolumeType(rawValue: type))
        let iops = type == .io1 || type == .io2 ? 100 : nil
        func shape(_ size: Int) throws -> Volume.Shape {
            try Volume.Shape(size: size, type: type, iops: iops).settled()
        }
        #expect(try shape(least).size == least)
        #expect(try shape(most).size == most)
        for size in [least - 1, most + 1] { #expect(throws: EC2Fault.self) { try shape(size) } }
        let message = "Volume of \(least - 1)GiB is too small; minimum is \(least)GiB."
        do { _ = try shape(least - 1) } catch let fault as EC2Fault { #expect(fault.message == message) }
    }

    /// What is asked for, and what comes of it: nothing for a refusal.
    struct Speed: Sendable {
        var type: String
        var size: Int
        var iops: Int?
        var throughput: Int?
        var result: [Int?]?
    }

    @Test(
        "AWS-066: speeds are filled in, raised to the baseline, or refused",
        arguments: [
            Speed(type: "gp2", size: 10, result: [100, nil]), Speed(type: "gp2", size: 100, result: [300, nil]),
            Speed(type: "gp2", size: 16_384, result: [16_000, nil]), Speed(type: "gp2", size: 10, iops: 100),
            Speed(type: "gp3", size: 1, result: [3_000, 125]), Speed(type: "gp3", size: 1, iops: 99),
            Speed(type: "gp3", size: 1, iops: 100, result: [3_000, 125]), Speed(type: "gp3", size: 6, iops: 3_001),
            Speed(type: "gp3", size: 7, iops: 3_500, result: [3_500, 125]),
            Speed(type: "gp3", size: 1_000, iops: 80_001),
            Speed(type: "gp3", size: 1, throughput: 50, result: [3_000, 125]),
            Speed(type: "gp3", size: 1, throughput: 750, result: [3_000, 750]),
            Speed(type: "gp3", size: 1, throughput: 751),
            Speed(type: "gp3", size: 1_000, iops: 80_000, throughput: 2_001),
            Speed(type: "io1", size: 4), Speed(type: "io1", size: 4, iops: 200, result: [200, nil]),
            Speed(type: "io1", size: 4, iops: 201), Speed(type: "io2", size: 4, iops: 4_000, result: [4_000, nil]),
            Speed(type: "io2", size: 4, iops: 4_001), Speed(type: "gp3", size: 1, iops: -1),
            Speed(type: "standard", size: 1, throughput: 125), Speed(type: "standard", size: 1, result: [nil, nil]),
        ])
    func speeds(row: Speed) throws {
        let type = try #require(VolumeType(rawValue: row.type))
        let shape = Volume.Shape(size: row.size, type: type, iops: row.iops, throughput: row.throughput)
        guard let result = row.result else {
            #expect(throws: EC2Fault.self) { try shape.settled() }
            return
        }
        let settled = try shape.settled()
        #expect([settled.iops, settled.throughput] == result)
    }

    @Test("AWS-066: a ratio is named with six decimals")
    func ratio() {
        #expect(
            throws: EC2Fault.badShape("Iops to volume size ratio of 500.166666 is too high; maximum is 500", "AWS-066")
        ) {
            try Volume.Shape(size: 6, type: .gp3, iops: 3_001).settled()
        }
    }

    @Test("AWS-067: without a type a volume is gp2, and the case of the type makes no difference")
    func types() throws {
        var bench = try Bench()
        for name in [nil, ""] {
            #expect(
                try bench.ec2.createVolume(CreateVolume(zone: "us-east-1a", size: 1, type: name)).shape.type == .gp2)
        }
        #expect(try bench.ec2.createVolume(CreateVolume(zone: "us-east-1a", size: 1, type: "GP3")).shape.type == .gp3)
        bench.refuses("UnknownVolumeType", nil, "AWS-067") {
            _ = try $0.createVolume(CreateVolume(zone: "us-east-1a", size: 1, type: "gp9"))
        }
    }

    @Test("AWS-068: the answer gives whole seconds and no attachments, a look at the volume gives both")
    func answer() throws {
        var bench = try Bench()
        let snapshot = try bench.makeSnapshot(of: bench.data)
        bench.ec2.advance(by: .milliseconds(1_734) - .nanoseconds(bench.ec2.now.nanoseconds % 1_000_000_000))
        var request = CreateVolume(zone: "us-east-1a", snapshot: snapshot)
        request.clientToken = "once"
        let answer = try bench.ec2.createVolume(request)
        #expect(answer.state == .creating && answer.snapshot == snapshot && answer.attachment == nil)
        #expect(answer.created.nanoseconds % 1_000_000_000 == 0)
        #expect(bench.ec2.now - answer.created == .milliseconds(734))
        #expect(try bench.ec2.describeVolumes([answer.id])[0].created == bench.ec2.now)
        bench.ec2.advance(by: .seconds(3))
        _ = try bench.ec2.attachVolume(answer.id, to: bench.instance, device: "/dev/sdg")
        #expect(try bench.ec2.describeVolumes([answer.id])[0].attachment?.device == "/dev/sdg")
        #expect(try bench.ec2.createVolume(request).attachment == nil)
        #expect(try bench.ec2.createVolume(CreateVolume(zone: "us-east-1a", size: 1)).snapshot == nil)
    }

    @Test("AWS-165: a zone's name is each account's own, its id is the same for all")
    func zoneNames() throws {
        var seen: Set<String> = []
        for account in ["123456789012", "210987654321", "111111111111", "222222222222", "333333333333"] {
            var ec2 = EC2(seed: 1)
            ec2.settings.account = account
            let zones = ec2.describeAvailabilityZones()
            #expect(zones.map(\.name) == ["us-east-1a", "us-east-1b", "us-east-1c"])
            #expect(zones.map(\.id).sorted() == ["use1-az1", "use1-az2", "use1-az3"])
            for zone in zones {
                var request = CreateVolume(zone: nil, size: 1)
                request.zoneID = zone.id
                #expect(try ec2.createVolume(request).zone == zone.name)
            }
            seen.insert(zones[0].id)
        }
        #expect(seen.count > 1, "the same name means other zones in other accounts")
    }

    @Test("AWS-069: a replay gives the same volume as it is now; another request or a deleted volume is refused")
    func replay() throws {
        var bench = try Bench()
        var request = CreateVolume(zone: "us-east-1a", size: 1)
        (request.clientToken, request.tags) = ("t", [ResourceTag("a", "1"), ResourceTag("b", "2")])
        let volume = try bench.ec2.createVolume(request)
        bench.ec2.advance(by: .seconds(3))
        request.tags.reverse()
        let again = try bench.ec2.createVolume(request)
        #expect(again.id == volume.id && again.state == .available)
        var other = request
        other.size = 2
        let changed = other
        bench.refuses("IdempotentParameterMismatch", nil, "AWS-069") { _ = try $0.createVolume(changed) }
        try bench.ec2.deleteVolume(volume.id)
        let same = request
        bench.refuses("IdempotentParameterMismatch") { _ = try $0.createVolume(same) }
    }

    @Test("AWS-069: nor does one token stand for two launches, two copies or two replacements of a root")
    func otherReplays() throws {
        var bench = try Bench()
        var launch = RunInstances(image: bench.image)
        launch.clientToken = "launch"
        #expect(try bench.ec2.runInstances(launch).map(\.id) == bench.ec2.runInstances(launch).map(\.id))
        launch.maxCount = 2
        var copy = CopyVolumes(source: bench.data)
        copy.clientToken = "copy"
        #expect(try bench.ec2.copyVolumes(copy).id == bench.ec2.copyVolumes(copy).id)
        copy.size = 100
        var replacement = CreateReplaceRootVolumeTask(instance: bench.instance)
        replacement.clientToken = "root"
        _ = try bench.ec2.createReplaceRootVolumeTask(replacement)
        replacement.deletesReplacedRoot = true
        let (two, larger, other) = (launch, copy, replacement)
        bench.refuses("IdempotentParameterMismatch", nil, "AWS-069") { _ = try $0.runInstances(two) }
        bench.refuses("IdempotentParameterMismatch", nil, "AWS-069") { _ = try $0.copyVolumes(larger) }
        bench.refuses("IdempotentParameterMismatch", nil, "AWS-069") {
            _ = try $0.createReplaceRootVolumeTask(other)
        }
    }

    @Test("AWS-167: the account has so many volumes and so much storage of a type, and no more")
    func quotas() throws {
        var bench = try Bench()
        let request = CreateVolume(zone: "us-east-1a", size: 1, type: "gp3")
        #expect(bench.ec2.settings.quotas.volumes == 5_000)
        bench.ec2.settings.quotas.volumes = 2
        bench.refuses("VolumeLimitExceeded", nil, "AWS-167") { _ = try $0.createVolume(request) }
        bench.ec2.settings.quotas.volumes = 100
        bench.ec2.settings.quotas.storage = 28
        bench.refuses("VolumeLimitExceeded", nil, "AWS-167") { _ = try $0.createVolume(request) }
        bench.ec2.settings.quotas.storage = 29
        _ = try bench.ec2.createVolume(request)
    }

    @Test("a copied volume has the contents its source had when it was asked for")
    func copyVolumes() throws {
        var bench = try Bench()
        let volume = try bench.makeVolume()
        bench.write(0..<1, token: 1, to: volume)
        let copy = try bench.ec2.copyVolumes(CopyVolumes(source: volume, size: 9))
        bench.write(0..<1, token: 2, to: volume)
        bench.ec2.advance(by: .seconds(3))
        let made = try #require(bench.ec2.volumes[copy.id])
        #expect(made.contents[0] == Block(token: 1))
        #expect(made.state == .available && made.sourceVolume == volume && made.shape.size == 9)
        bench.refuses(.invalidParameterValue) { _ = try $0.copyVolumes(CopyVolumes(source: volume, size: 1)) }
    }
}

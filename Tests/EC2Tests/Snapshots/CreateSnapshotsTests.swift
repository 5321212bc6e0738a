import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import EC2

@Suite("Taking snapshots of an instance's volumes together")
struct CreateSnapshotsTests {
    @Test("AWS-021: all members have one instant")
    func oneInstant() throws {
        var bench = try Bench()
        _ = try bench.ec2.perform(.startJobs(5), on: bench.machine)
        let (root, data) = (bench.root, bench.data)
        let set = try bench.ec2.createSnapshots(CreateSnapshots(instance: bench.instance))
        #expect(set.map(\.volume) == [root, data])
        #expect(Set(set.map(\.start)) == [bench.ec2.now])
        let volumes = try bench.ec2.describeVolumes([root, data])
        #expect(set.map(\.contents) == volumes.map { bench.ec2.contents(of: $0) })
    }

    @Test("AWS-022: without a word the set holds the root and every data volume")
    func defaultSelection() throws {
        var bench = try Bench()
        let third = try bench.makeVolume()
        _ = try bench.ec2.attachVolume(third, to: bench.instance, device: "/dev/sdg")
        let set = try bench.ec2.createSnapshots(CreateSnapshots(instance: bench.instance))
        #expect(set.map(\.volume) == [bench.root, bench.data, third])
    }

    @Test("AWS-023: only attached data volumes can be excluded by their id")
    func exclusion() throws {
        var bench = try Bench()
        let loose = try bench.makeVolume()
        for volume in [bench.root, loose] {
            var request = CreateSnapshots(instance: bench.instance)
            request.excludedDataVolumes = [volume]
            bench.refuses(.invalidParameterValue, nil, "AWS-023") { _ = try $0.createSnapshots(request) }
        }
        var request = CreateSnapshots(instance: bench.instance)
        request.excludedDataVolumes = [bench.data]
        #expect(try bench.ec2.createSnapshots(request).map(\.volume) == [bench.root])
    }

    @Test("AWS-024: a set of nothing is refused")
    func emptySet() throws {
        var bench = try Bench()
        var request = CreateSnapshots(instance: bench.instance)
        (request.excludesBootVolume, request.excludedDataVolumes) = (true, [bench.data])
        bench.refuses(
            .invalidParameterValue, "There are no attached EBS-backed volumes on the instance id (\(bench.instance)).",
            "AWS-024"
        ) { _ = try $0.createSnapshots(request) }
    }

    @Test("AWS-025: one member that fails makes all of them fail")
    func failure() throws {
        var bench = try Bench()
        try bench.ec2.inject(.snapshotEndsInError, into: bench.machine)
        let set = try bench.ec2.createSnapshots(CreateSnapshots(instance: bench.instance))
        bench.ec2.advance(by: .minutes(5))
        #expect(try bench.ec2.describeSnapshots(set.map(\.id)).map(\.state) == [.error, .error])
    }

    @Test("AWS-026: deleting a pending member leaves the others alone")
    func deletion() throws {
        var bench = try Bench()
        let set = try bench.ec2.createSnapshots(CreateSnapshots(instance: bench.instance))
        try bench.ec2.deleteSnapshot(set[0].id)
        bench.ec2.advance(by: .minutes(5))
        #expect(bench.ec2.snapshots[set[0].id] == nil)
        #expect(bench.ec2.snapshots[set[1].id]?.state == .completed)
    }

    @Test(
        "AWS-027: tags are copied from the volumes; the request's own win, unless the setting says otherwise",
        arguments: [true, false])
    func tags(explicitWin: Bool) throws {
        var bench = try Bench()
        if !explicitWin { bench.ec2.settings.inferred.explicitTagsWin = false }
        try bench.ec2.createTags([ResourceTag("team", "blue"), ResourceTag("tier", "gold")], on: [bench.data.rawValue])
        bench.ec2.tagSets[bench.data.rawValue]?["aws:made-by"] = "stack"
        var request = CreateSnapshots(instance: bench.instance)
        (request.copiesTagsFromVolume, request.tags) = (true, [ResourceTag("tier", "silver")])
        let set = try bench.ec2.createSnapshots(request)
        let expected = [ResourceTag("team", "blue"), ResourceTag("tier", explicitWin ? "silver" : "gold")]
        #expect(bench.ec2.tags(of: set[1].id.rawValue) == expected)
    }

    @Test("AWS-028: one volume at its limit refuses the whole set, unless the setting says otherwise")
    func memberLimits() throws {
        var bench = try Bench()
        _ = try bench.ec2.createSnapshot(of: bench.root)
        let request = CreateSnapshots(instance: bench.instance)
        bench.refuses("SnapshotCreationPerVolumeRateExceeded") { _ = try $0.createSnapshots(request) }
        bench.ec2.settings.inferred.memberLimitsRefuseSets = false
        #expect(try bench.ec2.createSnapshots(request).map(\.volume) == [bench.data])
    }

    @Test("AWS-029: forty volumes can be excluded, and forty be in a set")
    func limits() throws {
        var bench = try Bench()
        #expect(EC2.Settings().quotas.excludedVolumes == 40 && EC2.Settings().quotas.volumesPerSnapshotSet == 40)
        bench.ec2.settings.quotas.excludedVolumes = 0
        var request = CreateSnapshots(instance: bench.instance)
        request.excludedDataVolumes = [bench.data]
        bench.refuses(.invalidParameterValue, nil, "AWS-029") { _ = try $0.createSnapshots(request) }
        bench.ec2.settings.quotas.volumesPerSnapshotSet = 1
        request.excludedDataVolumes = []
        bench.refuses(.invalidParameterValue, nil, "AWS-029") { _ = try $0.createSnapshots(request) }
    }

    @Test("AWS-030: the instance may be stopped but neither terminated nor unknown")
    func instanceStates() throws {
        var bench = try Bench.stopped()
        #expect(try bench.ec2.createSnapshots(CreateSnapshots(instance: bench.instance)).count == 2)
        _ = try bench.ec2.terminateInstances([bench.instance])
        let request = CreateSnapshots(instance: bench.instance)
        bench.refuses(.incorrectInstanceState, nil, "AWS-030") { _ = try $0.createSnapshots(request) }
        let unknown = CreateSnapshots(instance: Instance.ID(rawValue: "i-00000000"))
        bench.refuses("InvalidInstanceID.NotFound") { _ = try $0.createSnapshots(unknown) }
    }
}

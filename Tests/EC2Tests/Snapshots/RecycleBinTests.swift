import HashTreeCollections
import LabCore
import SimulatedMachine
import Testing

@testable import EC2

@Suite("The Recycle Bin")
struct RecycleBinTests {
    private func deleted(under rules: [RetentionRule]) throws -> (bench: Bench, snapshot: EBSSnapshot.ID) {
        var bench = try Bench()
        let snapshot = try bench.makeSnapshot(of: bench.root)
        try bench.ec2.createTags([ResourceTag("team", "blue")], on: [snapshot.rawValue])
        for rule in rules { try bench.ec2.createRetentionRule(rule) }
        try bench.ec2.deleteSnapshot(snapshot)
        return (bench, snapshot)
    }

    @Test("AWS-043: under a rule a deleted snapshot is in the bin, and unknown to every other verb")
    func inBin() throws {
        var (bench, snapshot) = try deleted(under: [RetentionRule(period: .days(7))])
        let listed = bench.ec2.listSnapshotsInRecycleBin()
        #expect(listed.map(\.id) == [snapshot])
        #expect(listed[0].bin?.exit == bench.ec2.now + .days(7))
        bench.refuses("InvalidSnapshot.NotFound") { _ = try $0.describeSnapshots([snapshot]) }
        bench.refuses("InvalidSnapshot.NotFound") { try $0.deleteSnapshot(snapshot) }
        bench.ec2.advance(by: .days(7))
        #expect(bench.ec2.snapshots[snapshot] == nil)
    }

    @Test(
        "AWS-146: a rule matches by any of its tags or everywhere, and the longest period wins",
        arguments: [
            ([RetentionRule(tags: [ResourceTag("team", "red")], period: .days(1))], nil),
            ([RetentionRule(.image, period: .days(9))], nil),
            ([RetentionRule(tags: [ResourceTag("team", "red"), ResourceTag("team", "blue")], period: .days(2))], 2),
            (
                [
                    RetentionRule(period: .days(3)),
                    RetentionRule(tags: [ResourceTag("team", "blue")], period: .days(5)),
                ], 5
            ),
            (
                [
                    RetentionRule(period: .days(8)),
                    RetentionRule(tags: [ResourceTag("team", "blue")], period: .days(5)),
                ], 8
            ),
        ] as [([RetentionRule], Int?)])
    func matching(rules: [RetentionRule], days: Int?) throws {
        let (bench, snapshot) = try deleted(under: rules)
        #expect(bench.ec2.snapshots[snapshot]?.bin?.exit == days.map { bench.ec2.now + .days($0) })
    }

    @Test("AWS-147: what is in the bin bears its tag, and comes back with its id and its own tags")
    func restore() throws {
        var (bench, snapshot) = try deleted(under: [RetentionRule(period: .days(7))])
        let tag = "aws:recycle-bin:resource-in-bin"
        #expect(bench.ec2.tag(tag, of: snapshot.rawValue) == "true")
        #expect(try bench.ec2.restoreSnapshotFromRecycleBin(snapshot) == .recovering)
        bench.ec2.advance(by: .minutes(1))
        #expect(try bench.ec2.describeSnapshots([snapshot])[0].state == .completed)
        #expect(bench.ec2.tags(of: snapshot.rawValue) == [ResourceTag("team", "blue")])
        bench.ec2.advance(by: .days(8))
        #expect(bench.ec2.snapshots[snapshot]?.state == .completed, "the old term is off")
    }

    @Test("AWS-148: an image comes out of the bin after all its snapshots, and without them it is lost")
    func images() throws {
        var bench = try Bench()
        let image = try bench.makeImage()
        let sources = try #require(bench.ec2.images[image]).mappings.compactMap(\.snapshot)
        try #require(sources.count == 2)
        for kind in RetentionRule.Kind.allCases {
            try bench.ec2.createRetentionRule(RetentionRule(kind, period: .days(kind == .image ? 20 : 10)))
        }
        try bench.ec2.deregisterImage(image, deletesSnapshots: true)
        #expect(bench.ec2.listImagesInRecycleBin().map(\.id) == [image])
        bench.refuses("InvalidAMIID.NotFound") { _ = try $0.describeImages([image]) }
        bench.refuses("InvalidState", nil, "AWS-148") { try $0.restoreImageFromRecycleBin(image) }
        _ = try bench.ec2.restoreSnapshotFromRecycleBin(sources[0])
        bench.ec2.advance(by: .minutes(1))
        bench.refuses("InvalidState", nil, "AWS-148") { try $0.restoreImageFromRecycleBin(image) }
        _ = try bench.ec2.restoreSnapshotFromRecycleBin(sources[1])
        bench.ec2.advance(by: .minutes(1))
        try bench.ec2.restoreImageFromRecycleBin(image)
        _ = try bench.ec2.runInstances(RunInstances(image: image))

        try bench.ec2.deregisterImage(image, deletesSnapshots: true)
        bench.ec2.advance(by: .days(10))
        #expect(bench.ec2.listSnapshotsInRecycleBin().isEmpty)
        bench.refuses("InvalidState", nil, "AWS-148") { try $0.restoreImageFromRecycleBin(image) }
        bench.ec2.advance(by: .days(10))
        bench.refuses("InvalidAMIID.NotFound") { try $0.restoreImageFromRecycleBin(image) }
    }
}

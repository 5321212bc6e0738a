import LabCore
import SimulatedMachine
import Testing

@testable import EC2

@Suite("Tags")
struct TagTests {
    @Test("AWS-149: fifty tags of the user, keys of 128 and values of 256 characters; the same key overwrites")
    func limits() throws {
        var bench = try Bench()
        let data = bench.data
        let fifty = (1...50).map { ResourceTag("key\($0)", "v") }
        try bench.ec2.createTags(fifty, on: [data.rawValue])
        try bench.ec2.createTags([ResourceTag("key1", "w")], on: [data.rawValue])
        #expect(bench.ec2.tag("key1", of: data.rawValue) == "w")
        var request = CreateVolume(zone: "us-east-1a", size: 1)
        request.tags = fifty + [ResourceTag("key51", "v")]
        let tagged = request
        bench.refuses("TagLimitExceeded", nil, "AWS-149") { _ = try $0.createVolume(tagged) }
        bench.refuses("TagLimitExceeded", nil, "AWS-149") {
            try $0.createTags([ResourceTag("more", "v")], on: [data.rawValue])
        }
        for tag in [
            ResourceTag(String(repeating: "k", count: 129), ""), ResourceTag("k", String(repeating: "v", count: 257)),
        ] {
            bench.refuses(.invalidParameterValue, nil, "AWS-149") { try $0.createTags([tag], on: [data.rawValue]) }
        }
    }

    @Test(
        "AWS-150: reserved, empty and repeated keys are refused, in a rehearsal too",
        arguments: [
            [ResourceTag("aws:x", "1")], [ResourceTag("", "1")], [ResourceTag("a", "1"), ResourceTag("a", "2")],
        ])
    func keys(tags: [ResourceTag]) throws {
        var bench = try Bench()
        let data = bench.data
        bench.refuses(.invalidParameterValue, nil, "AWS-150") { try $0.createTags(tags, on: [data.rawValue]) }
        var request = CreateVolume(zone: "us-east-1a", size: 1)
        request.tags = tags
        let wrong = request
        bench.refuses(.invalidParameterValue, nil, "AWS-150") { _ = try $0.createVolume(wrong, dryRun: true) }
    }

    @Test("AWS-151: what cannot be tagged is not made", arguments: ["volume", "snapshot", "set", "image", "instance"])
    func atomic(what: String) throws {
        var bench = try Bench()
        let (instance, root, image, wrong) = (bench.instance, bench.root, bench.image, [ResourceTag("aws:x", "")])
        bench.refuses(.invalidParameterValue) { ec2 in
            switch what {
            case "volume":
                var request = CreateVolume(zone: "us-east-1a", size: 1)
                request.tags = wrong
                _ = try ec2.createVolume(request)
            case "snapshot": _ = try ec2.createSnapshot(of: root, tags: wrong)
            case "set":
                var request = CreateSnapshots(instance: instance)
                request.tags = wrong
                _ = try ec2.createSnapshots(request)
            case "image":
                var request = CreateImage(instance: instance, name: "golden")
                request.snapshotTags = wrong
                _ = try ec2.createImage(request)
            default:
                var request = RunInstances(image: image)
                request.volumeTags = wrong
                _ = try ec2.runInstances(request)
            }
        }
    }

    @Test("AWS-152: tags go on resources that are named, well named, and there")
    func resources() throws {
        var bench = try Bench()
        bench.refuses(.missingParameter, "The request must contain the parameter resourceIdSet", "AWS-152") {
            try $0.createTags([ResourceTag("a", "1")], on: [])
        }
        bench.refuses("InvalidID", "The ID 'mars-1' is not valid", "AWS-152") {
            try $0.createTags([ResourceTag("a", "1")], on: ["mars-1"])
        }
        bench.refuses("InvalidVolume.NotFound") { try $0.createTags([ResourceTag("a", "1")], on: ["vol-00000000"]) }
    }

    @Test(
        "AWS-153: a key alone deletes any value, an empty value only an empty one, and nothing all of them",
        arguments: [
            ([("a", nil)], ["b", "c"]), ([("a", "1")], ["b", "c"]), ([("a", "")], ["a", "b", "c"]),
            ([("c", "")], ["a", "b"]), ([("z", nil)], ["a", "b", "c"]), ([], []),
        ] as [([(String, String?)], [String])])
    func deletion(tags: [(String, String?)], left: [String]) throws {
        var bench = try Bench()
        let data = bench.data.rawValue
        try bench.ec2.createTags([ResourceTag("a", "1"), ResourceTag("b", "2"), ResourceTag("c", "")], on: [data])
        try bench.ec2.deleteTags(tags.map { (key: $0.0, value: $0.1) }, from: [data])
        #expect(bench.ec2.tags(of: data).map(\.key) == left)
    }
}

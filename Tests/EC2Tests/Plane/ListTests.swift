import HashTreeCollections
import LabCore
import SimulatedMachine
import Testing

@testable import EC2

@Suite("Filters and pages")
struct ListTests {
    /// A plane with twelve small volumes besides the machine's two, of which every fourth is of type gp2.
    private func filled() throws -> Bench {
        var bench = try Bench()
        for number in 0..<12 {
            var request = CreateVolume(zone: "us-east-1a", size: 1, type: number % 4 == 0 ? "gp2" : "gp3")
            request.tags = [ResourceTag("team", number % 2 == 0 ? "blue" : "red*")]
            _ = try bench.ec2.createVolume(request)
        }
        bench.ec2.advance(by: .seconds(3))
        return bench
    }

    private func found(_ bench: Bench, _ filters: Filter...) throws -> Int {
        try bench.ec2.describeVolumes(Listing(filters: filters)).items.count
    }

    @Test("AWS-154: an answer is in an order of its own, whatever order was asked in")
    func order() throws {
        var bench = try filled()
        let ids = try bench.ec2.describeVolumes().map(\.id)
        #expect(try bench.ec2.describeVolumes(ids.reversed()).map(\.id) == ids)
        #expect(try bench.ec2.describeVolumes(Listing(ids: ids.reversed())).items.map(\.id) == ids)
        let snapshots = try [bench.root, bench.data].map { try bench.makeSnapshot(of: $0) }
        let inOrder = try bench.ec2.describeSnapshots(snapshots)
        #expect(try bench.ec2.describeSnapshots(snapshots.reversed()) == inOrder)
        let other = try bench.ec2.runInstances(RunInstances(image: bench.image))[0].id
        let both = try bench.ec2.describeInstances([bench.instance, other])
        #expect(try bench.ec2.describeInstances([other, bench.instance]) == both)
        let images = try [bench.makeImage(named: "one"), bench.makeImage(named: "two")]
        let found = try bench.ec2.describeImages(images)
        #expect(try bench.ec2.describeImages(images.reversed()) == found)
        try bench.ec2.createTags([ResourceTag("z", ""), ResourceTag("a", "")], on: [ids[0].rawValue])
        #expect(bench.ec2.tags(of: ids[0].rawValue).map(\.key).first == "a")
    }

    @Test("AWS-158: a page looks at five resources or more, at a thousand at most, and never at resources by name")
    func pages() throws {
        var bench = try filled()
        #expect(bench.ec2.settings.quotas.pageSize == 1_000)
        let all = try bench.ec2.describeVolumes().map(\.id)
        var listing = Listing<Volume>(maxResults: 5)
        var seen: [[Volume.ID]] = []
        repeat {
            let page = try bench.ec2.describeVolumes(listing)
            seen.append(page.items.map(\.id))
            listing.nextToken = page.nextToken
        } while listing.nextToken != nil
        #expect(seen.map(\.count) == [5, 5, 4] && seen.flatMap { $0 } == all)
        let message = "Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than 5."
        bench.refuses(.invalidParameterValue, message, "AWS-158") {
            _ = try $0.describeVolumes(Listing<Volume>(maxResults: 4))
        }
        bench.refuses(
            .invalidParameterCombination,
            "The parameter volumeIdsSet cannot be used with the parameter maxResults", "AWS-158"
        ) { _ = try $0.describeVolumes(Listing(ids: [all[0]], maxResults: 4)) }
        #expect(try bench.ec2.describeVolumes(Listing<Volume>(maxResults: 5_000)).items.count == 14)
        bench.ec2.settings.quotas.pageSize = 10
        #expect(try bench.ec2.describeVolumes(Listing<Volume>(maxResults: 5_000)).items.count == 10)
    }

    @Test(
        "AWS-159: a page can be empty and not the last; its token can be used again, and by other filters leads nowhere"
    )
    func tokens() throws {
        var bench = try filled()
        let last = try #require(try bench.ec2.describeVolumes().map(\.id).last)
        var listing = Listing<Volume>(filters: [Filter("volume-id", [last.rawValue])], maxResults: 5)
        let first = try bench.ec2.describeVolumes(listing)
        #expect(first.items.isEmpty && first.nextToken != nil)
        listing.nextToken = first.nextToken
        #expect(try bench.ec2.describeVolumes(listing) == bench.ec2.describeVolumes(listing))
        listing.nextToken = try bench.ec2.describeVolumes(listing).nextToken
        #expect(try bench.ec2.describeVolumes(listing).items.map(\.id) == [last])
        listing.filters = [Filter("status", ["available"])]
        #expect(try bench.ec2.describeVolumes(listing) == Page(items: []))
        listing.nextToken = "nonsense"
        let garbage = listing
        bench.refuses("InvalidPaginationToken", "Unable to parse pagination token", "AWS-159") {
            _ = try $0.describeVolumes(garbage)
        }
    }

    @Test("AWS-160: an unknown filter is refused, one without values matches nothing, and there may be so many values")
    func filters() throws {
        var bench = try filled()
        bench.refuses(.invalidParameterValue, "The filter 'colour' is invalid", "AWS-160") {
            _ = try $0.describeVolumes(Listing<Volume>(filters: [Filter("colour", ["red"])]))
        }
        bench.refuses(.invalidParameterValue, "The filter 'Status' is invalid", "AWS-160") {
            _ = try $0.describeSnapshots(Listing<EBSSnapshot>(filters: [Filter("Status", ["pending"])]))
        }
        #expect(try found(bench, Filter("status", [])) == 0)
        let many = Filter("size", (1...201).map(String.init))
        bench.refuses("FilterLimitExceeded", nil, "AWS-160") {
            _ = try $0.describeVolumes(Listing<Volume>(filters: [many]))
        }
    }

    @Test("values of one filter are alternatives, filters add up, and a pattern stands for more than one text")
    func matching() throws {
        let bench = try filled()
        #expect(try found(bench, Filter("volume-type", ["gp2"])) == 3)
        #expect(try found(bench, Filter("volume-type", ["gp2", "gp3"])) == 14)
        #expect(try found(bench, Filter("volume-type", ["gp3"]), Filter("tag:team", ["blue"])) == 3)
        #expect(try found(bench, Filter("tag:team", ["b*"])) == 6)
        #expect(try found(bench, Filter("tag:team", ["red\\*"])) == 6)
        #expect(try found(bench, Filter("tag:team", ["red?"])) == 6)
        #expect(try found(bench, Filter("tag:team", ["red"])) == 0)
        #expect(try found(bench, Filter("tag-key", ["team"])) == 12)
        #expect(try found(bench, Filter("attachment.instance-id", [bench.instance.rawValue])) == 2)
        let running = Listing<Instance>(filters: [Filter("instance-state-name", ["running"])])
        #expect(try bench.ec2.describeInstances(running).items.map(\.id) == [bench.instance])
    }
}

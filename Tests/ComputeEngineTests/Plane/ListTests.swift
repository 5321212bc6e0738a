import LabCore
import Testing

@testable import ComputeEngine

@Suite("Lists")
struct ListTests {
    /// Five disks, made one after the other in an order that is not that of their names.
    private func filled() throws -> ComputeEngine {
        var plane = ComputeEngine.seeded()
        for name in ["c", "a", "e", "b", "d"] { try plane.makeDisk(name) }
        try plane.makeDisk("elsewhere", zone: .zoneB)
        return plane
    }

    @Test("GCE-032: a page has as many items as were asked for, and says where the next one begins")
    func pages() throws {
        let plane = try filled()
        var request = ListRequest(maxResults: 2)
        var seen: [[String]] = []
        repeat {
            let page = try plane.listDisks(zone: .zoneA, request)
            seen.append(page.items.map(\.path.name))
            request.pageToken = page.nextPageToken
        } while request.pageToken != nil
        #expect(seen == [["a", "b"], ["c", "d"], ["e"]])
        #expect(try plane.listDisks(zone: .zoneA).items.count == 5)
        for wrong in [-1, 501] {
            let fault = refusal { _ = try plane.listDisks(zone: .zoneA, ListRequest(maxResults: wrong)) }
            #expect(fault?.rule == "GCE-032")
        }
    }

    @Test(
        "GCE-034: a filter is written in one of two syntaxes, and not in both",
        arguments: [
            ("name = a", ["a"]), ("name != a AND status = READY", ["b", "c", "d", "e"]), ("name eq [ab]", ["a", "b"]),
            ("(name ne [ab]) (status eq READY)", ["c", "d", "e"]), ("status = CREATING", []),
            ("labels.team = blue", []), ("(name eq a) AND (status = READY)", nil), ("nonsense", nil),
        ] as [(String, [String]?)])
    func filters(text: String, names: [String]?) throws {
        let plane = try filled()
        let request = ListRequest(filter: text)
        guard let names else {
            let fault = refusal { _ = try plane.listDisks(zone: .zoneA, request) }
            #expect(fault?.message.hasPrefix("Invalid value for field 'filter': '\(text)'") == true)
            #expect(fault?.rule == (text == "nonsense" ? nil : "GCE-034"))
            return
        }
        #expect(try plane.listDisks(zone: .zoneA, request).items.map(\.path.name) == names)
    }

    @Test("GCE-035: a list over all zones names each, and says of an empty one that it is")
    func aggregated() throws {
        let plane = try filled()
        let lists = try plane.aggregatedListDisks()
        #expect(lists.map(\.scope) == plane.settings.zones.map { "zones/\($0)" })
        #expect(lists.map { $0.items?.count } == [5, 1, nil])
        #expect(lists.map(\.warning) == [nil, nil, "NO_RESULTS_ON_PAGE"])
        #expect(try plane.aggregatedListDisks("name = elsewhere").map { $0.items?.count } == [nil, 1, nil])
    }

    @Test("GCE-033: a list is in the order of names, or the latest first, and in no other")
    func order() throws {
        var plane = try filled()
        let latest = try plane.listDisks(zone: .zoneA, ListRequest(orderBy: "creationTimestamp desc"))
        #expect(latest.items.map(\.path.name) == ["d", "b", "e", "a", "c"])
        #expect(refusal { _ = try plane.listDisks(zone: .zoneA, ListRequest(orderBy: "size")) }?.rule == "GCE-033")
        try plane.makeSnapshot("s", of: "a")
        #expect(try plane.listSnapshots().items.map(\.path.name) == ["s"])
        #expect(try plane.listInstances(zone: .zoneA).items == [])
    }
}

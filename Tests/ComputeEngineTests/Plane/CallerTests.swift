import LabCore
import Testing

@testable import ComputeEngine

@Suite("Who calls")
struct CallerTests {
    @Test(
        "GCE-138: a call without a token, or with none that holds, is refused before anything is looked at",
        arguments: [(Caller.Token.absent, "required"), (.invalid, "authError")])
    func token(token: Caller.Token, reason: String) throws {
        var plane = ComputeEngine.seeded()
        plane.caller.token = token
        let fault = refusal { _ = try plane.insertDisk(InsertDisk(name: "d"), zone: "nowhere") }
        #expect(fault?.reason.rawValue == reason && fault?.status == 401 && fault?.rule == "GCE-138")
        plane.caller = Caller()
        try plane.makeDisk("d")
    }

    @Test("GCE-138: a call needs the permission of its verb, which the refusal names")
    func permission() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        plane.caller.lacking = ["compute.snapshots.create"]
        let disk = plane.disk("d")
        let fault = refusal { _ = try plane.insertSnapshot(InsertSnapshot(name: "s", sourceDisk: disk)) }
        #expect(fault?.reason == "forbidden" && fault?.status == 403 && fault?.rule == "GCE-138")
        #expect(fault?.message == "Required 'compute.snapshots.create' permission for 'projects/belay-lab'")
        try plane.makeDisk("other")
    }

    @Test("GCE-076: labels of a new snapshot need a permission of their own", arguments: [true, false])
    func labels(areGiven: Bool) throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        plane.caller.lacking = ["compute.snapshots.setLabels"]
        var request = InsertSnapshot(name: "s", sourceDisk: plane.disk("d"))
        if areGiven { request.labels = ["team": "blue"] }
        let final = request
        guard areGiven else {
            #expect(plane.end(of: try plane.insertSnapshot(final)) == nil)
            return
        }
        #expect(refusal { _ = try plane.insertSnapshot(final) }?.rule == "GCE-076")
        let zonal = refusal { _ = try plane.createSnapshot(final, ofDisk: "d", zone: .zoneA) }
        #expect(zonal?.rule == "GCE-076" && zonal?.status == 403)
    }
}

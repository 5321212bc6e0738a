import HashTreeCollections
import Hypervisor
import LabCore
import Testing

@testable import AzureCompute

@Suite("Removing everything")
struct RemovalTests {
    @Test("everything that was made is removed, whatever state it is in")
    func removal() throws {
        var (plane, machine, id) = try AzureCompute.withMachine()
        _ = try plane.takeSnapshot(SnapshotRequest(name: "point"), of: machine)
        _ = try plane.takeSnapshot(SnapshotRequest(name: "disks", method: "full-snapshots"), of: machine)
        try plane.makeBlank("other", data: ["d"])
        try plane.makeDisk("free")
        plane.end(of: try plane.beginGetAccess(to: plane.diskID("free")))
        _ = try plane.createLock("l", on: id, .cannotDelete)
        _ = try plane.deallocate(id)
        try plane.inject(.call(verb: "*", occurrence: 1, effect: .refuse(code: nil)), into: machine)
        #expect(!plane.leftovers.isEmpty)
        try plane.removeEverything()
        #expect(plane.leftovers == [])
        #expect(plane.usage.values.allSatisfy { $0.cores == 0 && $0.allocatedCores == 0 })
        #expect(try plane.makeMachine(.small) == machine, "and the subscription can be used again")
    }
}

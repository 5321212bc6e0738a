import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import ComputeEngine

@Suite("Instant snapshots")
struct InstantSnapshotTests {
    @Test("GCE-082: a disk has 32 instant snapshots at most")
    func limit() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        for index in 0..<32 {
            plane.end(of: try plane.insertInstantSnapshot("i\(index)", ofDisk: plane.disk("d"), zone: .zoneA))
            plane.advance(by: .seconds(30))
        }
        let fault = refusal { _ = try plane.insertInstantSnapshot("more", ofDisk: plane.disk("d"), zone: .zoneA) }
        #expect(fault?.rule == "GCE-082")
        plane.end(of: try plane.deleteInstantSnapshot("i0", zone: .zoneA))
        plane.end(of: try plane.insertInstantSnapshot("more", ofDisk: plane.disk("d"), zone: .zoneA))
    }

    @Test("GCE-083: half a minute lies between two instant snapshots of a disk")
    func interval() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        _ = try plane.insertInstantSnapshot("a", ofDisk: plane.disk("d"), zone: .zoneA)
        plane.advance(by: .seconds(29))
        let fault = refusal { _ = try plane.insertInstantSnapshot("b", ofDisk: plane.disk("d"), zone: .zoneA) }
        #expect(fault?.rule == "GCE-083")
        plane.advance(by: .seconds(1))
        _ = try plane.insertInstantSnapshot("b", ofDisk: plane.disk("d"), zone: .zoneA)
    }

    @Test("GCE-084: an instant snapshot lies in the zone of its disk and serves disks there alone")
    func zone() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        #expect(
            refusal { _ = try plane.insertInstantSnapshot("i", ofDisk: plane.disk("d"), zone: .zoneB) }?.rule
                == "GCE-084")
        plane.end(of: try plane.insertInstantSnapshot("i", ofDisk: plane.disk("d"), zone: .zoneA))
        var request = InsertDisk(name: "e")
        request.sourceInstantSnapshot = "zones/us-central1-a/instantSnapshots/i"
        let final = request
        #expect(refusal { _ = try plane.insertDisk(final, zone: .zoneB) }?.rule == "GCE-084")
        #expect(plane.end(of: try plane.insertDisk(final, zone: .zoneA)) == nil)
    }

    @Test("GCE-086: a standard snapshot of an instant one holds the same and outlives the disk")
    func keeping() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        try plane.write(1, at: 0, on: "d")
        plane.end(of: try plane.insertInstantSnapshot("i", ofDisk: plane.disk("d"), zone: .zoneA))
        try plane.write(2, at: 0, on: "d")
        let source = "zones/us-central1-a/instantSnapshots/i"
        plane.end(of: try plane.insertSnapshot(InsertSnapshot(name: "s", sourceInstantSnapshot: source)))
        plane.end(of: try plane.deleteDisk("d", zone: .zoneA))
        #expect(try plane.getSnapshot("s").contents?[0] == Block(token: 1))
    }

    @Test("GCE-087: an instant snapshot stores what changed, and takes over what a deleted one held")
    func increments() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        for (name, block) in [("a", 0), ("b", 1), ("c", 2)] {
            try plane.write(1, at: block, on: "d")
            plane.end(of: try plane.insertInstantSnapshot(name, ofDisk: plane.disk("d"), zone: .zoneA))
            plane.advance(by: .seconds(30))
        }
        #expect(plane.storedBytes(of: try plane.instantSnapshot("c", zone: .zoneA)) == .kibibytes(4))
        plane.end(of: try plane.deleteInstantSnapshot("b", zone: .zoneA))
        #expect(plane.storedBytes(of: try plane.instantSnapshot("c", zone: .zoneA)) == .kibibytes(8))
    }

    @Test("GCE-131: a consistency group is of one zone and of 128 disks at most, and is cut at one instant")
    func group() throws {
        var plane = ComputeEngine.seeded()
        #expect(plane.settings.quotas.groupDisks == 128)
        plane.settings.quotas.groupDisks = 2
        plane.end(of: try plane.insertPolicy("g", .consistencyGroup))
        let policy = "regions/us-central1/resourcePolicies/g"
        for name in ["a", "b", "c"] { try plane.makeDisk(name) }
        try plane.makeDisk("far", zone: .zoneB)
        plane.end(of: try plane.addResourcePolicies([policy], toDisk: "a", zone: .zoneA))
        #expect(refusal { _ = try plane.addResourcePolicies([policy], toDisk: "far", zone: .zoneB) }?.rule == "GCE-131")
        plane.end(of: try plane.addResourcePolicies([policy], toDisk: "b", zone: .zoneA))
        #expect(refusal { _ = try plane.addResourcePolicies([policy], toDisk: "c", zone: .zoneA) }?.rule == "GCE-131")
        #expect(plane.end(of: try plane.insertInstantSnapshotGroup("x", consistencyGroup: policy, zone: .zoneA)) == nil)
        let members = try ["x-1", "x-2"].map { try plane.instantSnapshot($0, zone: .zoneA) }
        #expect(members.allSatisfy { $0.state == .ready })
        #expect(Set(members.map(\.cut)).count == 1)
    }
}

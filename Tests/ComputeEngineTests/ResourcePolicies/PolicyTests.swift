import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import ComputeEngine

@Suite("Resource policies")
struct PolicyTests {
    private let daily = ResourcePolicy.Kind.snapshotSchedule(SnapshotSchedule(cycle: .days(1), maxRetentionDays: 3))
    private func reference(_ name: String) -> String { "regions/us-central1/resourcePolicies/\(name)" }

    @Test("GCE-126: a disk has one schedule at most")
    func oneSchedule() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        for name in ["a", "b"] { plane.end(of: try plane.insertPolicy(name, daily)) }
        plane.end(of: try plane.addResourcePolicies([reference("a")], toDisk: "d", zone: .zoneA))
        let fault = refusal { _ = try plane.addResourcePolicies([reference("b")], toDisk: "d", zone: .zoneA) }
        #expect(fault?.rule == "GCE-126")
    }

    @Test(
        "GCE-127: hours divide the day, and days come one by one",
        arguments: [
            (.hours(1), true), (.hours(4), true), (.hours(5), false), (.hours(0), false), (.hours(24), false),
            (.days(1), true), (.days(2), false), (.weekly, true),
        ] as [(SnapshotSchedule.Cycle, Bool)])
    func cycles(cycle: SnapshotSchedule.Cycle, isAllowed: Bool) throws {
        var plane = ComputeEngine.seeded()
        let kind = ResourcePolicy.Kind.snapshotSchedule(SnapshotSchedule(cycle: cycle))
        if isAllowed {
            #expect(plane.end(of: try plane.insertPolicy("p", kind)) == nil)
        } else {
            #expect(refusal { _ = try plane.insertPolicy("p", kind) }?.rule == "GCE-127")
        }
    }

    @Test("GCE-077 and GCE-128: a schedule takes snapshots from its hour on, and marks them as its own")
    func runs() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        let schedule = SnapshotSchedule(cycle: .hours(12), startHour: 6)
        plane.end(of: try plane.insertPolicy("p", .snapshotSchedule(schedule)))
        plane.end(of: try plane.addResourcePolicies([reference("p")], toDisk: "d", zone: .zoneA))
        plane.advance(by: .hours(24))
        let taken = plane.snapshots.values.sorted { $0.created < $1.created }
        #expect(taken.map { $0.created.fields.clock.hour } == [6, 18])
        #expect(taken.map(\.autoCreated) == [true, true])
        #expect(try !plane.makeSnapshot("own", of: "d").autoCreated)
    }

    @Test(
        "GCE-129: retention deletes scheduled snapshots, those of a deleted disk only if the schedule says so",
        arguments: SnapshotSchedule.OnSourceDiskDelete.allCases)
    func retention(onDelete: SnapshotSchedule.OnSourceDiskDelete) throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("kept")
        try plane.makeDisk("gone")
        let schedule = SnapshotSchedule(cycle: .weekly, startHour: 6, maxRetentionDays: 3, onSourceDiskDelete: onDelete)
        plane.end(of: try plane.insertPolicy("p", .snapshotSchedule(schedule)))
        for name in ["kept", "gone"] {
            plane.end(of: try plane.addResourcePolicies([reference("p")], toDisk: name, zone: .zoneA))
        }
        plane.advance(by: .hours(7))
        #expect(plane.snapshots.count == 2)
        plane.end(of: try plane.deleteDisk("gone", zone: .zoneA))
        plane.advance(by: .days(4))
        #expect(plane.snapshots.count == (onDelete == .keepAutoSnapshots ? 1 : 0))
    }

    @Test("GCE-130: a policy of a disk cannot be deleted, unless set otherwise", arguments: [true, false])
    func deletion(isProtected: Bool) throws {
        var plane = ComputeEngine.seeded()
        if !isProtected { plane.settings.inferred.protectsAttachedPolicies = false }
        try plane.makeDisk("d")
        plane.end(of: try plane.insertPolicy("p", daily))
        plane.end(of: try plane.addResourcePolicies([reference("p")], toDisk: "d", zone: .zoneA))
        if isProtected {
            #expect(refusal { _ = try plane.deletePolicy("p") }?.rule == "GCE-130")
            plane.end(of: try plane.removeResourcePolicies([reference("p")], fromDisk: "d", zone: .zoneA))
        }
        #expect(plane.end(of: try plane.deletePolicy("p")) == nil)
        #expect(try plane.getDisk("d", zone: .zoneA).policies == [])
    }

    @Test("GCE-132: a group holds primaries or secondaries, and nobody comes or goes while it replicates")
    func replication() throws {
        var plane = ComputeEngine.seeded()
        for name in ["primary", "other", "secondary"] { try plane.makeDisk(name) }
        plane.end(of: try plane.insertPolicy("group", .consistencyGroup))
        let group = ["regions/\(plane.settings.region)/resourcePolicies/group"]
        plane.end(of: try plane.addResourcePolicies(group, toDisk: "other", zone: .zoneA))
        plane.end(of: try plane.startReplication(of: "primary", zone: .zoneA, to: plane.disk("secondary")))
        for name in ["primary", "secondary"] {
            let fault = refusal { _ = try plane.addResourcePolicies(group, toDisk: name, zone: .zoneA) }
            #expect(fault?.rule == "GCE-132", "\(name)")
        }
        plane.end(of: try plane.stopReplication(of: "primary", zone: .zoneA))
        plane.end(of: try plane.addResourcePolicies(group, toDisk: "primary", zone: .zoneA))
        plane.end(of: try plane.startReplication(of: "primary", zone: .zoneA, to: plane.disk("secondary")))
        let leaving = refusal { _ = try plane.removeResourcePolicies(group, fromDisk: "primary", zone: .zoneA) }
        #expect(leaving?.rule == "GCE-132")
        plane.end(of: try plane.removeResourcePolicies(group, fromDisk: "other", zone: .zoneA))
    }
}

import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import AzureCompute

@Suite("Snapshots that are copied in the background")
struct CopyTests {
    /// A disk of a kind that is copied in the background, with something on it.
    private func plane(with sku: DiskSKU = .ultra, sectors: Int = 512) throws -> AzureCompute {
        var plane = AzureCompute.seeded()
        try plane.makeDisk("u") {
            $0.sku = sku; $0.logicalSectorSize = sectors
        }
        plane.write(1, on: "u")
        return plane
    }

    private func makeDisk(_ plane: inout AzureCompute, of snapshot: String, _ sku: DiskSKU = .ultra) throws {
        let source = plane.snapshotID(snapshot)
        try plane.makeDisk("of-\(snapshot)", sizeGB: nil) {
            $0.creation = .init(.copy, source: source); $0.sku = sku
        }
    }

    @Test(
        "AZ-035: that a snapshot was provisioned does not say that it can be used",
        arguments: [DiskSKU.ultra, .premiumV2])
    func readiness(sku: DiskSKU) throws {
        var plane = try plane(with: sku)
        plane.refuses(.operationNotAllowed, "AZ-035", "a full one") { try $0.makeSnapshot("s", of: "u") }
        let snapshot = try plane.makeSnapshot("s", of: "u", isIncremental: true)
        #expect(snapshot.provisioning == .succeeded && snapshot.access == .pending)
        #expect(snapshot.completionPercent(at: plane.now).map { $0 < 100 } == true)
        plane.refuses(.operationNotAllowed, "AZ-035", "a disk") { try makeDisk(&$0, of: "s") }
        plane.refuses(.operationNotAllowed, "AZ-035", "reading") { _ = try $0.beginGetAccess(to: $0.snapshotID("s")) }
        plane.write(2, on: "u")
        plane.advance(by: .hours(1))
        #expect(try plane.snapshot(plane.snapshotID("s")).completionPercent(at: plane.now) == 100)
        try makeDisk(&plane, of: "s")
        #expect(plane.read(on: "of-s") == Block(token: 1), "the point in time was fixed at the beginning")
    }

    @Test("AZ-035: three snapshots of one such disk are copied at a time")
    func concurrency() throws {
        var plane = try plane()
        for index in 0..<3 { try plane.makeSnapshot("s\(index)", of: "u", isIncremental: true) }
        plane.refuses(.operationNotAllowed, "AZ-035", status: 409) {
            try $0.makeSnapshot("s3", of: "u", isIncremental: true)
        }
        plane.advance(by: .hours(1))
        #expect(throws: Never.self) { try plane.makeSnapshot("s3", of: "u", isIncremental: true) }
    }

    @Test("AZ-035: five disks at once are made of one snapshot of such a disk, of another one any number")
    func disksOfOneSnapshot() throws {
        var plane = try plane()
        try plane.makeDisk("p") { _ in }
        for (name, disk) in [("s", "u"), ("t", "u"), ("other", "p")] {
            try plane.makeSnapshot(name, of: disk, isIncremental: true)
        }
        plane.advance(by: .hours(1))
        plane.settings.timings.copyRate = ByteCount(1)
        func make(_ name: String, of snapshot: String, in plane: inout AzureCompute) throws {
            let source = plane.snapshotID(snapshot)
            try plane.makeDisk(name, sizeGB: nil) { $0.creation = .init(.copy, source: source) }
        }
        for number in 0..<5 { try make("d\(number)", of: "s", in: &plane) }
        plane.refuses(.operationNotAllowed, "AZ-035", status: 409) { try make("d5", of: "s", in: &$0) }
        #expect(throws: Never.self) { try make("of-another", of: "t", in: &plane) }
        for number in 0..<6 { try make("e\(number)", of: "other", in: &plane) }
        plane.end(of: try plane.deleteDisk(plane.diskID("d0")))
        #expect(throws: Never.self) { try make("d5", of: "s", in: &plane) }
        plane.advance(by: .hours(2))
        #expect(throws: Never.self) { try make("d6", of: "s", in: &plane) }
    }

    @Test(
        "AZ-035: fifty copies of a subscription run in the background, of snapshots and into disks, until they end",
        arguments: [nil, "a deletion", "a failure"])
    func backgroundCopies(ending: String?) throws {
        var plane = try plane()
        #expect(plane.settings.quotas.backgroundCopies == 50)
        plane.settings.quotas.backgroundCopies = 3
        try plane.makeDisk("p") { _ in }
        try plane.makeDisk("v") { $0.sku = .premiumV2 }
        plane.write(1, on: "v")
        try plane.makeSnapshot("whole", of: "v", isIncremental: true)
        plane.advance(by: .hours(1))
        plane.settings.timings.copyRate = ByteCount(1)
        plane.settings.timings.copyFloor = .hours(1)
        try makeDisk(&plane, of: "whole")
        for name in ["a", "b"] { try plane.makeSnapshot(name, of: "u", isIncremental: true) }
        plane.refuses(.operationNotAllowed, "AZ-035", status: 409, "a snapshot") {
            try $0.makeSnapshot("c", of: "v", isIncremental: true)
        }
        let source = plane.snapshotID("whole")
        plane.refuses(.operationNotAllowed, "AZ-035", status: 409, "a disk") {
            try $0.makeDisk("d", sizeGB: nil) {
                $0.creation = .init(.copy, source: source); $0.sku = .ultra
            }
        }
        #expect(throws: Never.self, "what is not of such a kind does not count") {
            try plane.makeSnapshot("full", of: "p")
        }
        switch ending {
        case "a deletion": plane.end(of: try plane.deleteSnapshot(plane.snapshotID("a")))
        case "a failure": plane.end(of: try plane.updateDisk(plane.diskID("u"), DiskChange(sizeGB: 8)))
        default: plane.advance(by: .hours(2))
        }
        #expect(throws: Never.self) { try plane.makeSnapshot("c", of: "v", isIncremental: true) }
    }

    @Test("AZ-036: growing such a disk fails what is still being copied, and nothing else")
    func growth() throws {
        var plane = try plane()
        try plane.makeSnapshot("old", of: "u", isIncremental: true)
        plane.advance(by: .hours(1))
        try plane.makeSnapshot("new", of: "u", isIncremental: true)
        plane.end(of: try plane.updateDisk(plane.diskID("u"), DiskChange(sizeGB: 8)))
        #expect(try plane.snapshot(plane.snapshotID("new")).provisioning == .failed)
        #expect(try plane.snapshot(plane.snapshotID("old")).provisioning == .succeeded)
    }

    @Test(
        "AZ-037: with instant access a disk is made at once, of fitting kind and size, while the snapshot leans on its disk"
    )
    func instantAccess() throws {
        var plane = try plane()
        for minutes in [59, 301] {
            plane.refuses(.invalidParameter, "AZ-037", "\(minutes)") { plane in
                try plane.makeSnapshot("s", of: "u", isIncremental: true) {
                    $0.instantAccessDuration = .minutes(minutes)
                }
            }
        }
        let snapshot = try plane.makeSnapshot("s", of: "u", isIncremental: true) {
            $0.instantAccessDuration = .minutes(60)
        }
        #expect(snapshot.access == .instantAccess)
        plane.refuses(.operationNotAllowed, "AZ-037", "its disk is deleted") { _ = try $0.deleteDisk($0.diskID("u")) }
        plane.refuses(.operationNotAllowed, "AZ-037", "reading") { _ = try $0.beginGetAccess(to: $0.snapshotID("s")) }
        plane.refuses(.invalidParameter, "AZ-037", "another kind") { try makeDisk(&$0, of: "s", .premium) }
        try makeDisk(&plane, of: "s")
        plane.advance(by: .minutes(10))
        #expect(try plane.snapshot(plane.snapshotID("s")).access == .availableWithInstantAccess)
        #expect(plane.end(of: try plane.deleteDisk(plane.diskID("u"))) == nil)
        plane.advance(by: .minutes(60))
        #expect(try plane.snapshot(plane.snapshotID("s")).access == .available)
    }

    @Test("AZ-037: fifteen disks at once are made of all instant access snapshots of one disk")
    func instantAccessDisks() throws {
        var plane = try plane()
        plane.settings.timings.copyRate = ByteCount(1)
        for name in ["s", "t"] {
            try plane.makeSnapshot(name, of: "u", isIncremental: true) { $0.instantAccessDuration = .minutes(300) }
        }
        let sources = [plane.snapshotID("s"), plane.snapshotID("t")]
        for number in 0..<15 {
            try plane.makeDisk("d\(number)", sizeGB: nil) {
                $0.creation = .init(.copy, source: sources[number % 2]); $0.sku = .ultra
            }
        }
        plane.refuses(.operationNotAllowed, "AZ-037", status: 409) { try makeDisk(&$0, of: "s") }
        plane.advance(by: .hours(2))
        #expect(throws: Never.self) { try makeDisk(&plane, of: "s") }
    }

    @Test("AZ-037: instant access that ends before the copy does leaves a snapshot that waits")
    func instantAccessEnds() throws {
        var plane = try plane()
        plane.settings.timings.copyFloor = .hours(2)
        try plane.makeSnapshot("s", of: "u", isIncremental: true) { $0.instantAccessDuration = .minutes(60) }
        plane.advance(by: .minutes(90))
        #expect(try plane.snapshot(plane.snapshotID("s")).access == .pending)
        plane.advance(by: .hours(1))
        #expect(try plane.snapshot(plane.snapshotID("s")).access == .available)
    }

    @Test("AZ-038: a snapshot with sectors of 4096 bytes restores to kinds that have them only")
    func sectors() throws {
        var plane = try plane(sectors: 4_096)
        try plane.makeSnapshot("s", of: "u", isIncremental: true)
        plane.advance(by: .hours(1))
        plane.refuses(.invalidParameter, "AZ-038") { try makeDisk(&$0, of: "s", .premium) }
        #expect(throws: Never.self) { try makeDisk(&plane, of: "s", .premiumV2) }
    }

    // MARK: To another location

    /// A disk with incremental snapshots `a` and `b` in one location.
    private func regional() throws -> AzureCompute {
        var plane = AzureCompute.seeded()
        try plane.makeDisk("d")
        plane.write(1, on: "d")
        for name in ["a", "b"] {
            try plane.makeSnapshot(name, of: "d", isIncremental: true)
            plane.advance(by: .minutes(1))
        }
        return plane
    }

    private func copy(
        _ plane: inout AzureCompute, _ name: String, of source: ResourceID, isIncremental: Bool = true
    ) throws {
        let request = CreateSnapshot(
            location: "westus", .init(.copyStart, source: source), isIncremental: isIncremental)
        plane.end(of: try plane.createSnapshot(plane.snapshotID(name), request))
    }

    @Test("AZ-032: a copy to another location goes from an incremental snapshot to an incremental one")
    func kinds() throws {
        var plane = try regional()
        try plane.makeSnapshot("full", of: "d")
        let (disk, full, a) = (plane.diskID("d"), plane.snapshotID("full"), plane.snapshotID("a"))
        plane.refuses(.invalidParameter, "AZ-032", "a disk") { try copy(&$0, "t", of: disk) }
        plane.refuses(.invalidParameter, "AZ-032", "a full one") { try copy(&$0, "t", of: full) }
        plane.refuses(.invalidParameter, "AZ-032", "to a full one") { try copy(&$0, "t", of: a, isIncremental: false) }
        try copy(&plane, "t", of: a)
        #expect(try plane.snapshot(plane.snapshotID("t")).provisioning == .succeeded)
        #expect(try plane.snapshot(plane.snapshotID("t")).access == .pending)
        plane.advance(by: .hours(1))
        #expect(try plane.snapshot(plane.snapshotID("t")).access == .available)
    }

    @Test("AZ-033: copies of one disk go one at a time, in the order in which they were made")
    func order() throws {
        var plane = try regional()
        let (a, b) = (plane.snapshotID("a"), plane.snapshotID("b"))
        try copy(&plane, "tb", of: b)
        plane.refuses(.conflict, "AZ-033", status: 409, "at the same time") { try copy(&$0, "ta", of: a) }
        plane.advance(by: .hours(1))
        plane.refuses(.conflict, "AZ-033", status: 409, "an earlier one") { try copy(&$0, "ta", of: a) }
        #expect(throws: Never.self) { try copy(&plane, "again", of: b) }
    }

    @Test("AZ-033: to one location so many copies go at a time, whichever disks they are of")
    func copiesOfAllDisks() throws {
        var plane = try regional()
        #expect(plane.settings.quotas.copyStarts == 100)
        plane.settings.quotas.copyStarts = 1
        try plane.makeDisk("other")
        try plane.makeSnapshot("c", of: "other", isIncremental: true)
        let (a, c) = (plane.snapshotID("a"), plane.snapshotID("c"))
        try copy(&plane, "ta", of: a)
        plane.refuses(.conflict, "AZ-033", status: 409) { try copy(&$0, "tc", of: c) }
        plane.advance(by: .hours(1))
        #expect(throws: Never.self) { try copy(&plane, "tc", of: c) }
    }

    @Test("AZ-034: deleting the source kills a copy that goes on saying that it succeeded")
    func brokenCopy() throws {
        var plane = try regional()
        try copy(&plane, "t", of: plane.snapshotID("a"))
        plane.end(of: try plane.deleteSnapshot(plane.snapshotID("a")))
        let target = try plane.snapshot(plane.snapshotID("t"))
        #expect(target.provisioning == .succeeded)
        #expect(target.copyCompletionError == "CopySourceNotFound")
        plane.advance(by: .hours(1))
        plane.refuses(.operationNotAllowed, "AZ-034") { plane in
            let source = plane.snapshotID("t")
            try plane.makeDisk("e", sizeGB: nil, location: "westus") { $0.creation = .init(.copy, source: source) }
        }
    }
}

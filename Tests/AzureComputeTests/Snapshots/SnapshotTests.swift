import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import AzureCompute

@Suite("Snapshots of disks")
struct SnapshotTests {
    @Test("AZ-021: a snapshot is taken in any power state, and the guest is told nothing")
    func anyPower() throws {
        var (plane, machine, id) = try AzureCompute.withMachine()
        #expect(try plane.perform(.writeLooseFiles(5), on: machine).succeeded)
        let disk = try #require(plane.virtualMachines[id]?.disksByRole[.data])
        let boot = try plane.facts(of: machine)[.bootID]
        let states: [(String, (inout AzureCompute) throws -> Void)] = [
            ("running", { _ in }), ("stopped", { $0.end(of: try $0.powerOff(id)) }),
            ("deallocated", { $0.end(of: try $0.deallocate(id)) }),
        ]
        for (name, change) in states {
            try change(&plane)
            let request = CreateSnapshot(location: "eastus", .init(.copy, source: disk))
            let snapshot = plane.snapshotID(name)
            #expect(plane.end(of: try plane.createSnapshot(snapshot, request)) == nil)
            if name == "running" { #expect(try plane.facts(of: machine)[.bootID] == boot) }
        }
        let sizes = ["running", "stopped"].map { plane.snapshots[plane.snapshotID($0)]?.contents.writtenBlocks ?? 0 }
        #expect(sizes[0] < sizes[1], "what was in the page cache is in the second alone")
    }

    @Test("AZ-022 and AZ-041: a snapshot outlives its disk, and a disk its snapshot")
    func independence() throws {
        var plane = AzureCompute.seeded()
        try plane.makeDisk("d")
        plane.write(1, on: "d")
        try plane.makeSnapshot("a", of: "d")
        try plane.makeSnapshot("b", of: "d")
        plane.write(2, on: "d")
        plane.end(of: try plane.deleteDisk(plane.diskID("d")))
        plane.end(of: try plane.deleteSnapshot(plane.snapshotID("a")))
        let source = plane.snapshotID("b")
        var request = CreateDisk(location: "eastus", .init(.copy, source: source))
        request.sku = .premium
        plane.settings.timings.copyRate = ByteCount(1)
        plane.end(of: try plane.createDisk(plane.diskID("f"), request))
        #expect(try plane.disk(plane.diskID("f")).hydrated > plane.now)
        let creation = try plane.createDisk(plane.diskID("e"), request)
        #expect(plane.end(of: try plane.deleteSnapshot(source)) == nil, "even while disks are being made and hydrated")
        plane.end(of: creation)
        #expect(plane.read(on: "e") == Block(token: 1))
    }

    @Test("AZ-023: a deleted incremental snapshot leaves its blocks to the next")
    func merging() throws {
        var plane = AzureCompute.seeded()
        try plane.makeDisk("d")
        for (index, name) in ["a", "b", "c"].enumerated() {
            for block in 0..<(index + 1) { plane.write(UInt8(index), at: index * 100 + block, on: "d") }
            try plane.makeSnapshot(name, of: "d", isIncremental: true)
        }
        func stored(_ name: String) throws -> ByteCount {
            plane.storedBytes(of: try plane.snapshot(plane.snapshotID(name)))
        }
        #expect(try ["a", "b", "c"].map(stored) == [.kibibytes(4), .kibibytes(8), .kibibytes(12)])
        plane.end(of: try plane.deleteSnapshot(plane.snapshotID("b")))
        #expect(try ["a", "c"].map(stored) == [.kibibytes(4), .kibibytes(20)])
        let source = plane.snapshotID("c")
        try plane.makeDisk("e", sizeGB: nil) { $0.creation = .init(.copy, source: source) }
        #expect(plane.read(100, on: "e") == Block(token: 1))
    }

    @Test("AZ-024: a disk has so many incremental snapshots, and what was refused is left behind under its name")
    func limit() throws {
        var plane = AzureCompute.seeded()
        #expect(plane.settings.quotas.incrementalsPerDisk == 500)
        plane.settings.quotas.incrementalsPerDisk = 2
        try plane.makeDisk("d")
        for name in ["a", "b"] { try plane.makeSnapshot(name, of: "d", isIncremental: true) }
        do {
            try plane.makeSnapshot("c", of: "d", isIncremental: true)
            Issue.record("nothing was refused")
        } catch let fault as AzureFault {
            #expect(fault.code == "SnapshotsLimitReached" && fault.rule == "AZ-024" && fault.status == 409)
        }
        #expect(try plane.snapshot(plane.snapshotID("c")).provisioning == .failed)
        #expect(throws: Never.self) { try plane.makeSnapshot("full", of: "d") }
        plane.end(of: try plane.deleteSnapshot(plane.snapshotID("a")))
        plane.end(of: try plane.deleteSnapshot(plane.snapshotID("c")))
        #expect(try plane.makeSnapshot("c", of: "d", isIncremental: true).provisioning == .succeeded)
    }

    @Test("AZ-025: seven incremental snapshots of a disk in five minutes, and the eighth is told when to come back")
    func pace() throws {
        var plane = AzureCompute.seeded()
        try plane.makeDisk("d")
        for index in 0..<7 { try plane.makeSnapshot("s\(index)", of: "d", isIncremental: true) }
        plane.refuses(.operationNotAllowed, "AZ-025", status: 429) {
            try $0.makeSnapshot("s7", of: "d", isIncremental: true)
        }
        #expect(throws: Never.self) { try plane.makeSnapshot("full", of: "d") }
        do { try plane.makeSnapshot("s7", of: "d", isIncremental: true) } catch let fault as AzureFault {
            plane.advance(by: try #require(fault.retryAfter))
        }
        #expect(throws: Never.self) { try plane.makeSnapshot("s7", of: "d", isIncremental: true) }
    }

    @Test(
        "AZ-027, AZ-028 and AZ-029: incremental snapshots stay in their subscription, do not move, and are not premium")
    func incrementals() throws {
        var plane = AzureCompute.seeded()
        _ = try plane.createGroup("other", location: "eastus")
        try plane.makeDisk("d")
        let foreign = ResourceID(.disks, ["d"], in: "g", of: "99999999-0000-0000-0000-000000000000")
        plane.refuses(.invalidParameter, "AZ-027", status: 400) { plane in
            let request = CreateSnapshot(location: "eastus", .init(.copy, source: foreign), isIncremental: true)
            _ = try plane.createSnapshot(plane.snapshotID("s"), request)
        }
        plane.refuses(.invalidParameter, "AZ-029", status: 400) { plane in
            try plane.makeSnapshot("s", of: "d", isIncremental: true) { $0.sku = .premium }
        }
        #expect(throws: Never.self) { try plane.makeSnapshot("full", of: "d") { $0.sku = .premium } }
        try plane.makeSnapshot("s", of: "d", isIncremental: true)
        plane.refuses("ResourceMoveProviderValidationFailed", "AZ-028", status: 409) {
            _ = try $0.move([$0.snapshotID("s")], to: "other")
        }
    }

    @Test("AZ-030: what a snapshot is made of, and whether it is incremental, never changes")
    func immutable() throws {
        var plane = AzureCompute.seeded()
        try plane.makeDisk("d")
        try plane.makeDisk("e")
        try plane.makeSnapshot("s", of: "d")
        plane.refuses(.operationNotAllowed, "AZ-030", status: 409) { try $0.makeSnapshot("s", of: "e") }
        plane.refuses(.propertyChangeNotAllowed, "AZ-030", status: 409) {
            try $0.makeSnapshot("s", of: "d", isIncremental: true)
        }
        #expect(try plane.makeSnapshot("s", of: "d") { $0.tags = ["a": "b"] }.tags == ["a": "b"])
    }

    @Test("AZ-039: a snapshot takes system and generation from its disk, unless the request says otherwise")
    func properties() throws {
        var plane = AzureCompute.seeded()
        try plane.makeOSDisk("d")
        let plain = try plane.makeSnapshot("a", of: "d")
        #expect(plain.osType == .linux && plain.hyperVGeneration == .v2)
        #expect(try plane.makeSnapshot("b", of: "d") { $0.hyperVGeneration = .v1 }.hyperVGeneration == .v1)
        let source = plane.snapshotID("a")
        let disk = try plane.makeDisk("e", sizeGB: nil) { $0.creation = .init(.copy, source: source) }
        #expect(disk.osType == .linux && disk.hyperVGeneration == .v2)
    }

    @Test("AZ-042: an empty difference takes no space, and six mebibytes where sectors have 4096 bytes")
    func emptyDelta() throws {
        var plane = AzureCompute.seeded()
        try plane.makeDisk("d")
        try plane.makeDisk("u") {
            $0.sku = .ultra; $0.logicalSectorSize = 4_096
        }
        for disk in ["d", "u"] {
            plane.write(1, on: disk)
            for name in ["a", "b"] {
                try plane.makeSnapshot("\(disk)-\(name)", of: disk, isIncremental: true)
                plane.advance(by: .hours(1))
            }
        }
        let sizes = try ["d-b", "u-b"].map { plane.storedBytes(of: try plane.snapshot(plane.snapshotID($0))) }
        #expect(sizes == [.zero, .mebibytes(6)])
    }

    @Test("AZ-043: an ephemeral OS disk exists on its host alone")
    func ephemeral() throws {
        var (plane, machine) = try Self.ephemeralMachine()
        let disk = machine.osDisk.disk
        plane.refuses(.operationNotAllowed, "AZ-043", status: 409) { plane in
            let request = CreateSnapshot(location: "eastus", .init(.copy, source: disk))
            _ = try plane.createSnapshot(plane.snapshotID("s"), request)
        }
    }

    /// A machine of an image with an OS disk on its host.
    static func ephemeralMachine() throws -> (plane: AzureCompute, machine: VirtualMachine) {
        var (plane, _, _) = try AzureCompute.withMachine()
        var request = CreateMachine(location: "eastus", size: "Standard_D2s_v5", osDisk: .init(.fromImage))
        request.imageReference = plane.images.keys.first
        request.osProfile = OSProfile(computerName: "e")
        request.osDisk.isEphemeral = true
        plane.end(of: try plane.createMachine(plane.machineID("e"), request))
        return (plane, try plane.virtualMachine(plane.machineID("e")))
    }

    @Test("a snapshot that ends in error stays as a resource that failed")
    func failed() throws {
        var (plane, machine, id) = try AzureCompute.withMachine()
        try plane.inject(.snapshotEndsInError, into: machine)
        let disk = try #require(plane.virtualMachines[id]?.osDisk.disk)
        let request = CreateSnapshot(location: "eastus", .init(.copy, source: disk))
        let fault = plane.end(of: try plane.createSnapshot(plane.snapshotID("s"), request))
        #expect(fault?.code == .internalExecutionError)
        #expect(try plane.snapshot(plane.snapshotID("s")).provisioning == .failed)
        plane.refuses(.operationNotAllowed, "AZ-035") { plane in
            let source = plane.snapshotID("s")
            try plane.makeDisk("d", sizeGB: nil) { $0.creation = .init(.copy, source: source) }
        }
    }
}

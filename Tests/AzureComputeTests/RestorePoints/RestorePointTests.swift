import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import AzureCompute

@Suite("Restore points")
struct RestorePointTests {
    /// A machine without a guest, and a collection for it.
    private func blank(
        _ change: (inout CreateMachine) -> Void = { _ in }
    ) throws -> (plane: AzureCompute, machine: ResourceID) {
        var plane = AzureCompute.seeded()
        let machine = try plane.makeBlank("m", data: ["d"], change).id
        try plane.makeCollection(of: machine)
        return (plane, machine)
    }

    /// The lab's machine, and a collection for it.
    private func guest() throws -> (plane: AzureCompute, machine: MachineID, id: ResourceID) {
        var (plane, machine, id) = try AzureCompute.withMachine()
        try plane.makeCollection(of: id)
        return (plane, machine, id)
    }

    @discardableResult
    private func take(
        _ plane: inout AzureCompute, _ name: String, _ request: CreateRestorePoint = CreateRestorePoint(.crash)
    ) throws -> AzureFault? {
        plane.end(of: try plane.createRestorePoint(plane.pointID(name), request))
    }

    @Test("AZ-096: old versions of the interface know no restore points, or not all kinds")
    func versions() throws {
        var (plane, _) = try blank()
        plane.caller.apiVersion = "2021-03-01"
        plane.refuses(.badRequest, "AZ-096", status: 400) { try take(&$0, "p") }
        plane.caller.apiVersion = "2021-07-01"
        #expect(throws: Never.self) { try take(&plane, "p") }
    }

    @Test("AZ-097: a collection is of a machine of its location, for ever")
    func source() throws {
        var (plane, machine) = try blank()
        let (c, d) = (plane.collectionID(), plane.collectionID("d"))
        plane.refuses(.invalidParameter, "AZ-097", status: 400, "another location") {
            _ = try $0.createRestorePointCollection(d, location: "westus", source: machine)
        }
        plane.refuses(.invalidParameter, "AZ-097", status: 400, "a disk") {
            _ = try $0.createRestorePointCollection(d, location: "eastus", source: $0.diskID("d"))
        }
        let other = try plane.makeBlank("other").id
        plane.refuses(.propertyChangeNotAllowed, "AZ-097", status: 409) {
            _ = try $0.createRestorePointCollection(c, location: "eastus", source: other)
        }
        #expect(try plane.createRestorePointCollection(c, location: "eastus", source: machine).isOver)
    }

    @Test("AZ-098: a machine has so many points over all its collections, and a location so many collections")
    func limits() throws {
        var (plane, machine) = try blank()
        #expect(plane.settings.quotas.restorePointsPerMachine == 500 && plane.settings.quotas.collections == 10_000)
        plane.settings.quotas.restorePointsPerMachine = 2
        plane.settings.quotas.collections = 2
        try plane.makeCollection("d", of: machine)
        plane.refuses(.operationNotAllowed, "AZ-098", status: 409, "collections") {
            try $0.makeCollection("e", of: machine)
        }
        try take(&plane, "p")
        plane.end(of: try plane.createRestorePoint(plane.pointID("q", of: "d"), CreateRestorePoint(.crash)))
        plane.refuses(.operationNotAllowed, "AZ-098", status: 409, "points") { try take(&$0, "r") }
        plane.end(of: try plane.deleteRestorePoint(plane.pointID("p")))
        #expect(throws: Never.self) { try take(&plane, "r") }
    }

    @Test(
        "AZ-098: a point that failed counts until it is deleted, unless it is set otherwise", arguments: [true, false])
    func failedPoints(count: Bool) throws {
        var (plane, _) = try blank()
        if !count { plane.settings.inferred.failedPointsCount = false }
        plane.settings.quotas.restorePointsPerMachine = 1
        plane.faults.plan(
            Verb.createRestorePoint.rawValue, occurrence: 1, .refuse(code: "VMRestorePointInternalError"))
        let failing = try plane.createRestorePoint(plane.pointID("p"), CreateRestorePoint(.crash))
        #expect(plane.end(of: failing)?.code == "VMRestorePointInternalError")
        if count {
            plane.refuses(.operationNotAllowed, "AZ-098", status: 409) { try take(&$0, "q") }
            plane.end(of: try plane.deleteRestorePoint(plane.pointID("p")))
        }
        #expect(throws: Never.self) { try take(&plane, "q") }
    }

    @Test("AZ-099: three points of a machine and mode in an hour, or hours apart where the strict page holds")
    func pace() throws {
        var (plane, _) = try blank()
        for index in 0..<3 { try take(&plane, "p\(index)") }
        plane.refuses(.operationNotAllowed, "AZ-099", status: 429) { try take(&$0, "p3") }
        do { try take(&plane, "p3") } catch let fault as AzureFault {
            plane.advance(by: try #require(fault.retryAfter))
        }
        #expect(throws: Never.self) { try take(&plane, "p3") }
        plane.settings.eras.strictRestorePointPace = true
        plane.refuses(.operationNotAllowed, "AZ-099", status: 429) { try take(&$0, "p4") }
        plane.advance(by: .hours(1))
        #expect(throws: Never.self) { try take(&plane, "p4") }
    }

    @Test("AZ-100 and AZ-101: one point of a machine is made at a time, and a change of its disks spoils it")
    func concurrency() throws {
        var (plane, machine) = try blank()
        plane.settings.timings.restorePoint = .minutes(2)
        let operation = try plane.createRestorePoint(plane.pointID("p"), CreateRestorePoint(.crash))
        plane.refuses(.restorePointClientError, "AZ-100") { try take(&$0, "q") }
        plane.end(of: try plane.set([], of: machine))
        let fault = plane.end(of: operation)
        #expect(fault?.code == .operationNotAllowed && fault?.rule == "AZ-101" && fault?.status == 200)
        #expect(try plane.restorePoint(plane.pointID("p")).state == .failed)
        #expect(try take(&plane, "q") == nil)
    }

    @Test("AZ-102, AZ-103 and AZ-104: what cannot be in a point has to be left out")
    func exclusions() throws {
        let rows: [(String, AzureFault.Code, RuleID, (inout ManagedDisk) -> Void)] = [
            ("shared", .restorePointClientError, "AZ-102", { $0.maxShares = 2 }),
            ("ultra", .operationNotAllowed, "AZ-103", { $0.sku = .ultra }),
            ("accelerated", .operationNotAllowed, "AZ-103", { $0.isWriteAccelerated = true }),
            ("failed", .operationNotAllowed, "AZ-104", { $0.provisioning = .failed }),
        ]
        for (name, code, rule, change) in rows {
            var (plane, _) = try blank()
            let disk = plane.diskID("d")
            if var found = plane.disks[disk] {
                change(&found)
                plane.disks[disk] = found
            }
            plane.refuses(code, rule, status: 409, name) { try take(&$0, "p") }
            #expect(try take(&plane, "p", CreateRestorePoint(.crash, excluding: [disk])) == nil)
            #expect(try plane.restorePoint(plane.pointID("p")).disks.map(\.sourceDisk) == [plane.diskID("m-os")])
        }
        var (plane, ephemeral) = try SnapshotTests.ephemeralMachine()
        try plane.makeCollection(of: ephemeral.id)
        plane.refuses(.restorePointClientError, "AZ-102", "ephemeral") { try take(&$0, "p") }
    }

    @Test("AZ-103: crash-consistent points need a size with premium support")
    func sizes() throws {
        var (plane, _) = try blank { $0.size = "Standard_D2_v5" }
        plane.refuses(.operationNotAllowed, "AZ-103", status: 409) { try take(&$0, "p") }
    }

    @Test("AZ-105: with the guest, the machine runs, its agent reports, and its extensions are well")
    func agent() throws {
        let rows: [(String, (inout AzureCompute, ResourceID) throws -> Void)] = [
            ("stopped", { $0.end(of: try $0.powerOff($1)) }),
            ("no agent", { $0.virtualMachines[$1]?.hasAgent = false }),
            ("a failed extension", { $0.virtualMachines[$1]?.extensions["x"] = .failed }),
            ("an agent that hangs", { $0.virtualMachines[$1]?.machine?.inject(.agentHangs) }),
        ]
        for (name, change) in rows {
            var (plane, _, id) = try guest()
            try change(&plane, id)
            let fault = try take(&plane, "p", CreateRestorePoint())
            #expect(fault?.code == "VMAgentStatusCommunicationError" && fault?.rule == "AZ-105", "\(name)")
            #expect(try plane.restorePoint(plane.pointID("p")).state == .failed)
            #expect(try take(&plane, "q") == nil, "past the guest it is possible: \(name)")
        }
    }

    @Test("AZ-106: the first point with the guest installs an extension, and takes longer")
    func firstPoint() throws {
        var (plane, _, id) = try guest()
        var times: [Duration] = []
        for name in ["p", "q"] {
            let start = plane.now
            #expect(try take(&plane, name, CreateRestorePoint()) == nil)
            times.append(plane.now - start)
        }
        #expect(times[0] > times[1])
        #expect(plane.virtualMachines[id]?.extensions["VMSnapshot"] == .succeeded)
    }

    @Test(
        "AZ-107: after writers in a bad state three attempts are file-system-consistent, then the best is tried again")
    func writers() throws {
        var (plane, _, id) = try guest()
        plane.settings.quotas.restorePointsPerHour = 10
        plane.virtualMachines[id]?.osDisk.osType = .windows
        plane.virtualMachines[id]?.machine?.inject(.quiesceRefused)
        let fault = try take(&plane, "p0", CreateRestorePoint())
        #expect(fault?.code == .restorePointClientError && fault?.rule == "AZ-107")
        for index in 1...4 { #expect(try take(&plane, "p\(index)", CreateRestorePoint()) == nil) }
        let found = try (1...4).map { try plane.restorePoint(plane.pointID("p\($0)")).consistency }
        #expect(found == [.fileSystem, .fileSystem, .fileSystem, .application])
    }

    @Test("AZ-108: only crash consistency can be asked for, and what was achieved is read afterwards")
    func consistency() throws {
        var (plane, _, id) = try guest()
        for asked in [RestorePoint.Consistency.application, .fileSystem] {
            plane.refuses(.invalidParameter, "AZ-108", status: 400) { try take(&$0, "p", CreateRestorePoint(asked)) }
        }
        let operation = try plane.createRestorePoint(plane.pointID("p"))
        #expect(try plane.restorePoint(plane.pointID("p")).consistency == nil)
        plane.end(of: operation)
        #expect(try plane.restorePoint(plane.pointID("p")).consistency == .fileSystem, "Linux without scripts")
        plane.virtualMachines[id]?.hasSnapshotScripts = true
        try take(&plane, "q", CreateRestorePoint())
        #expect(try plane.restorePoint(plane.pointID("q")).consistency == .application)
        try take(&plane, "r")
        #expect(try plane.restorePoint(plane.pointID("r")).consistency == .crash)
    }

    @Test("AZ-109: the same point once more changes nothing, another one is refused")
    func immutable() throws {
        var (plane, _) = try blank()
        try take(&plane, "p")
        let first = try plane.restorePoint(plane.pointID("p"))
        try take(&plane, "p")
        #expect(try plane.restorePoint(plane.pointID("p")) == first)
        plane.refuses(.operationNotAllowed, "AZ-109", status: 409) {
            try take(&$0, "p", CreateRestorePoint(.crash, excluding: [$0.diskID("d")]))
        }
    }

    @Test("AZ-111: a collection that is being removed takes nothing, and goes with all its points")
    func removal() throws {
        var (plane, machine) = try blank()
        try take(&plane, "p")
        let deletion = try plane.deleteRestorePointCollection(plane.collectionID())
        plane.refuses(.operationNotAllowed, "AZ-111", status: 409, "a point") { try take(&$0, "q") }
        plane.refuses(.operationNotAllowed, "AZ-111", status: 409, "itself") { try $0.makeCollection(of: machine) }
        plane.refuses(.operationNotAllowed, "AZ-111", status: 409, "a deletion") {
            _ = try $0.deleteRestorePoint($0.pointID("p"))
        }
        plane.end(of: deletion)
        #expect(plane.restorePoints.isEmpty && plane.restorePointCollections.isEmpty)
    }

    @Test("AZ-112 and AZ-113: without its machine a point still gives disks, one by one, and no new point is made")
    func orphans() throws {
        var (plane, machine) = try blank()
        plane.write(1, on: "d")
        try take(&plane, "p")
        plane.end(of: try plane.deleteMachine(machine))
        plane.refuses(.notFound, "AZ-112", status: 404) { try take(&$0, "q") }
        let point = plane.pointID("p")
        plane.refuses(.invalidParameter, "AZ-113") { plane in
            try plane.makeDisk("r", sizeGB: nil) { $0.creation = .init(.restore, source: point) }
        }
        let source = try #require(try plane.restorePoint(point).disks.last?.id)
        try plane.makeDisk("r", sizeGB: nil) { $0.creation = .init(.restore, source: source) }
        #expect(plane.read(on: "r") == Block(token: 1))
    }

    @Test(
        "AZ-114 and AZ-115: a restored disk may be in another zone, has its own encryption, and no interface comes with it"
    )
    func contents() throws {
        var plane = AzureCompute.seeded()
        let set = plane.id(.diskEncryptionSets, "keys", in: "g")
        plane.end(of: try plane.createEncryptionSet(set, location: "eastus"))
        try plane.makeOSDisk("m-os") {
            $0.zone = "1"; $0.encryption = Encryption(.customerKey, set: set)
        }
        let machine = try plane.makeBlank("m") { $0.zone = "1" }.id
        try plane.makeCollection(of: machine)
        try take(&plane, "p")
        let source = try #require(try plane.restorePoint(plane.pointID("p")).disks.first?.id)
        let disk = try plane.makeDisk("r", sizeGB: nil) {
            $0.creation = .init(.restore, source: source)
            $0.zone = "3"
        }
        #expect(disk.zone == "3")
        #expect(disk.encryption == .platformKey)
        plane.setVault(of: set, isReachable: false)
        plane.refuses("DiskRestorePointClientError", "AZ-068", status: 409) { try take(&$0, "q") }
    }

    @Test("AZ-116: with a host cache that holds writes back, or on sizes without it, the disks have no common instant")
    func commonInstant() throws {
        for (caching, size, isTorn) in [
            (Caching.uncached, "Standard_D2s_v5", false), (.readWrite, "Standard_D2s_v5", true),
            (.uncached, "Standard_D2s_v6", true),
        ] {
            var (plane, machine) = try blank { request in
                request.size = size
                request.osDisk.caching = .uncached
                request.dataDisks[0].caching = caching
                request.dataDisks.append(.init(lun: 1, .empty, sizeGB: 4))
            }
            let operation = try plane.createRestorePoint(plane.pointID("p"), CreateRestorePoint(.crash))
            plane.write(7, on: "d")
            plane.end(of: operation)
            let point = try plane.restorePoint(plane.pointID("p"))
            #expect(point.consistency == .crash, "which is what it says either way")
            let data = point.disks.first { $0.sourceDisk == plane.diskID("d") }
            #expect((data?.contents?[0] == Block(token: 7)) == isTorn, "\(caching) \(size)")
            #expect(try plane.virtualMachine(machine).provisioning == .succeeded)
        }
    }

    @Test("AZ-117: points hold what changed since the one before, and any one can go")
    func increments() throws {
        var (plane, _) = try blank()
        plane.write(1, at: 0, on: "d")
        try take(&plane, "p")
        plane.write(2, at: 9, on: "d")
        try take(&plane, "q")
        func data(_ name: String) throws -> DiskRestorePoint {
            try #require(try plane.restorePoint(plane.pointID(name)).disks.last)
        }
        #expect(plane.storedBytes(of: try data("q")) == .kibibytes(4))
        plane.end(of: try plane.deleteRestorePoint(plane.pointID("p")))
        #expect(plane.storedBytes(of: try data("q")) == .kibibytes(8))
        #expect(try data("q").contents?[0] == Block(token: 1))
    }

    @Test("AZ-118: a copy in another location succeeds long before its disks are there, and has the platform's key")
    func copies() throws {
        var (plane, _) = try blank()
        plane.write(1, on: "d")
        try take(&plane, "p")
        let collection = plane.collectionID("far")
        plane.end(
            of: try plane.createRestorePointCollection(
                collection, location: "westus", source: plane.collectionID()))
        var request = CreateRestorePoint()
        request.source = plane.pointID("p")
        let final = request
        let copy = collection.child(.restorePoints, "p")
        #expect(plane.end(of: try plane.createRestorePoint(copy, final)) == nil)
        let source = try #require(try plane.restorePoint(copy).disks.last)
        #expect(source.encryption == .platformKey && source.completionPercent(at: plane.now) < 100)
        plane.refuses(.operationNotAllowed, "AZ-118", status: 409) { plane in
            try plane.makeDisk("r", sizeGB: nil, location: "westus") {
                $0.creation = .init(.restore, source: source.id)
            }
        }
        plane.advance(by: .hours(1))
        try plane.makeDisk("r", sizeGB: nil, location: "westus") { $0.creation = .init(.restore, source: source.id) }
        #expect(plane.read(on: "r") == Block(token: 1))
    }

    @Test("AZ-119: no restore points of confidential machines")
    func confidential() throws {
        var plane = AzureCompute.seeded()
        try plane.makeOSDisk("m-os") { $0.securityType = .confidential }
        let machine = try plane.makeBlank("m") { $0.securityType = .confidential }.id
        try plane.makeCollection(of: machine)
        plane.refuses(.operationNotAllowed, "AZ-119", status: 409) { try take(&$0, "p") }
    }
}

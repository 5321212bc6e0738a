import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import ComputeEngine

@Suite("Operations")
struct OperationTests {
    @Test(
        "GCE-013: an operation is found in the scope of its verb: zonal for createSnapshot, global for snapshots.insert"
    )
    func scopes() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        let zonal = try plane.createSnapshot(InsertSnapshot(name: "a"), ofDisk: "d", zone: .zoneA)
        let global = try plane.insertSnapshot(InsertSnapshot(name: "b", sourceDisk: plane.disk("d")))
        #expect(zonal.scope == .zone(.zoneA))
        #expect(global.scope == .global)
        #expect(zonal.operationType == "createSnapshot")
        #expect(global.operationType == "insert")
        #expect(try plane.operation(zonal.name.rawValue, in: .zone(.zoneA)).name == zonal.name)
        #expect(refusal { _ = try plane.operation(zonal.name.rawValue, in: .global) }?.status == 404)
        #expect(refusal { _ = try plane.operation(global.name.rawValue, in: .zone(.zoneA)) }?.status == 404)
    }

    @Test("GCE-014 and GCE-015: what was accepted can fail later, and the object never was")
    func lateFailure() throws {
        var plane = ComputeEngine.seeded()
        plane.settings.quotas.snapshots = 0
        try plane.makeDisk("d")
        let operation = try plane.insertSnapshot(InsertSnapshot(name: "s", sourceDisk: plane.disk("d")))
        #expect(operation.state.word == "RUNNING")
        #expect(refusal { _ = try plane.getSnapshot("s") }?.status == 404)
        #expect(plane.end(of: operation)?.code == .quotaExceeded)
        #expect(refusal { _ = try plane.getSnapshot("s") }?.status == 404)
    }

    @Test("GCE-016: an error carries its code and both HTTP fields", arguments: OperationError.Code.allCases)
    func errors(code: OperationError.Code) {
        let error = OperationError(code, "why")
        #expect((400...503).contains(error.httpErrorStatusCode))
        let words = [
            400: "BAD REQUEST", 403: "FORBIDDEN", 404: "NOT FOUND", 409: "CONFLICT", 412: "PRECONDITION FAILED",
            500: "INTERNAL SERVER ERROR", 503: "SERVICE UNAVAILABLE",
        ]
        #expect(error.httpErrorMessage == words[error.httpErrorStatusCode])
    }

    @Test("GCE-017: progress never goes back and ends at 100")
    func progress() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        let operation = try plane.insertSnapshot(InsertSnapshot(name: "s", sourceDisk: plane.disk("d")))
        var last = operation.progress
        var seen: Set<Int> = [last]
        while let found = plane.operations[operation.name], !found.isDone {
            plane.advance(by: .milliseconds(500))
            let progress = plane.operations[operation.name]?.progress ?? 0
            #expect(progress >= last)
            last = progress
            seen.insert(progress)
            plane.report(operation.name, progress: 1)
        }
        #expect(last == 100)
        #expect(seen == [0, 1, 50, 100], "it is measured on the way as well")
    }

    @Test("GCE-018: the target of a snapshot's creation is the disk")
    func snapshotTarget() throws {
        var plane = ComputeEngine.seeded()
        let disk = try plane.makeDisk("d")
        let operation = try plane.insertSnapshot(InsertSnapshot(name: "s", sourceDisk: plane.disk("d")))
        #expect(operation.target == disk.path)
        #expect(operation.targetID == disk.id.rawValue)
    }

    @Test("GCE-019: one wait lasts two minutes at most and may leave the operation running")
    func waiting() throws {
        var plane = ComputeEngine.seeded()
        plane.settings.timings.diskInsert = .seconds(200)
        let operation = try plane.insertDisk(InsertDisk(name: "d"), zone: .zoneA)
        let start = plane.now
        let first = try plane.waitOperation(operation.name.rawValue, in: operation.scope)
        #expect(!first.isDone)
        #expect(plane.now == start + .seconds(120))
        let second = try plane.waitOperation(operation.name.rawValue, in: operation.scope)
        #expect(second.isDone)
        #expect(plane.now == start + .seconds(200))
    }

    @Test("GCE-020: the name of an operation is made of the time and of three groups of digits")
    func naming() throws {
        var plane = ComputeEngine.seeded()
        let operation = try plane.insertDisk(InsertDisk(name: "d"), zone: .zoneA)
        let pattern = /operation-1767225600000-[0-9a-f]{13}-[0-9a-f]{8}-[0-9a-f]{8}/
        #expect(operation.name.rawValue.wholeMatch(of: pattern) != nil)
    }

    @Test("GCE-021: a finished operation is kept for a while, and then not found")
    func retention() throws {
        var plane = ComputeEngine.seeded()
        plane.settings.inferred.operationRetention = .hours(1)
        let operation = try plane.insertDisk(InsertDisk(name: "d"), zone: .zoneA)
        plane.end(of: operation)
        #expect(try plane.operation(operation.name.rawValue, in: operation.scope).isDone)
        plane.advance(by: .hours(2))
        #expect(refusal { _ = try plane.operation(operation.name.rawValue, in: operation.scope) }?.status == 404)
        try plane.makeDisk("e")
        #expect(plane.operations[operation.name] == nil, "and its record is forgotten")
    }

    @Test("GCE-022: deleting a running operation removes the record alone", arguments: [true, false])
    func deletion(isAllowed: Bool) throws {
        var plane = ComputeEngine.seeded()
        if !isAllowed { plane.settings.inferred.deletesRunningOperations = false }
        let operation = try plane.insertDisk(InsertDisk(name: "d"), zone: .zoneA)
        guard isAllowed else {
            #expect(
                refusal { try plane.deleteOperation(operation.name.rawValue, in: operation.scope) }?.rule == "GCE-022")
            return
        }
        try plane.deleteOperation(operation.name.rawValue, in: operation.scope)
        #expect(refusal { _ = try plane.operation(operation.name.rawValue, in: operation.scope) }?.status == 404)
        plane.advance(by: .minutes(1))
        #expect(try plane.getDisk("d", zone: .zoneA).state == .ready)
    }

    @Test("GCE-023 and GCE-024: the same request id answers with the first operation and does nothing again")
    func repeats() throws {
        var plane = ComputeEngine.seeded()
        let first = try plane.insertDisk(InsertDisk(name: "d"), zone: .zoneA, requestID: .request)
        #expect(first.clientOperationID == .request)
        plane.end(of: first)
        let again = try plane.insertDisk(InsertDisk(name: "d"), zone: .zoneA, requestID: .request)
        #expect(again.name == first.name)
        #expect(again.isDone)
        #expect(again.clientOperationID == .request)
        #expect(plane.disks.count == 1)
    }

    @Test(
        "GCE-025: a request id is a UUID and not the zero UUID",
        arguments: [
            "", "x", "00000000-0000-0000-0000-000000000000", "11111111222243338444555555555555",
            "1111111g-2222-4333-8444-555555555555",
        ])
    func requestIDs(id: String) {
        var plane = ComputeEngine.seeded()
        #expect(
            refusal { _ = try plane.insertDisk(InsertDisk(name: "d"), zone: .zoneA, requestID: id) }?.rule == "GCE-025")
    }

    @Test("GCE-026: a request id that comes back with another call is refused", arguments: [true, false])
    func changedRepeats(refuses: Bool) throws {
        var plane = ComputeEngine.seeded()
        if !refuses { plane.settings.inferred.refusesChangedRepeats = false }
        let first = try plane.insertDisk(InsertDisk(name: "d"), zone: .zoneA, requestID: .request)
        if refuses {
            let fault = refusal { _ = try plane.insertDisk(InsertDisk(name: "e"), zone: .zoneA, requestID: .request) }
            #expect(fault?.rule == "GCE-026")
        } else {
            let other = try plane.insertDisk(InsertDisk(name: "e"), zone: .zoneA, requestID: .request)
            #expect(other.name == first.name)
        }
        #expect(plane.disks.count == 1)
    }

    @Test("an operation of older recordings begins pending")
    func pendingFirst() throws {
        var plane = ComputeEngine.seeded()
        plane.settings.eras.operationsBeginPending = true
        let operation = try plane.insertDisk(InsertDisk(name: "d"), zone: .zoneA)
        #expect(operation.state.word == "PENDING")
        #expect(operation.startTime == nil)
        plane.advance(by: .seconds(1))
        #expect(plane.operations[operation.name]?.state.word == "RUNNING")
        #expect(plane.end(of: operation) == nil)
    }

    @Test("GCE-136: calls are counted by the minute, and start anew at the next whole one")
    func metering() throws {
        var plane = ComputeEngine.seeded()
        plane.settings.isMetering = true
        #expect(plane.settings.quotas.callsPerMinute == 1_500)
        plane.settings.quotas.callsPerMinute = 2
        plane.advance(by: .seconds(50))
        _ = try plane.insertDisk(InsertDisk(name: "a"), zone: .zoneA)
        _ = try plane.insertDisk(InsertDisk(name: "b"), zone: .zoneA)
        let fault = refusal { _ = try plane.insertDisk(InsertDisk(name: "c"), zone: .zoneA) }
        #expect(fault?.status == 403)
        #expect(fault?.rule == "GCE-136")
        plane.advance(by: .seconds(10))
        _ = try plane.insertDisk(InsertDisk(name: "c"), zone: .zoneA)
    }
}

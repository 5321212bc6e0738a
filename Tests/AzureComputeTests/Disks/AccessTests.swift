import HashTreeCollections
import Hypervisor
import LabCore
import Testing

@testable import AzureCompute

@Suite("Access from outside")
struct AccessTests {
    @Test("AZ-047: a disk that is read from outside can be neither attached nor deleted")
    func interlock() throws {
        var plane = AzureCompute.seeded()
        let machine = try plane.makeBlank("m").id
        try plane.makeDisk("d")
        let disk = plane.diskID("d")
        let operation = try plane.beginGetAccess(to: disk)
        #expect(operation.accessSAS?.hasPrefix("https://") == true)
        plane.end(of: operation)
        #expect(try plane.disk(disk).state == .activeSAS)
        plane.refuses(.operationNotAllowed, "AZ-047", status: 409) { _ = try $0.deleteDisk(disk) }
        plane.refuses(.operationNotAllowed, "AZ-047", status: 409) {
            _ = try $0.attachDetachDataDisks(machine, attaching: [DataDisk(lun: 0, disk: disk)])
        }
        plane.end(of: try plane.endGetAccess(to: disk))
        #expect(try plane.disk(disk).state == .unattached)
        #expect(plane.end(of: try plane.deleteDisk(disk)) == nil)
    }

    @Test("AZ-048: a deallocated machine does not start while one of its disks is read from outside")
    func start() throws {
        var plane = AzureCompute.seeded()
        let machine = try plane.makeBlank("m").id
        plane.end(of: try plane.deallocate(machine))
        plane.end(of: try plane.beginGetAccess(to: plane.diskID("m-os")))
        let fault = plane.end(of: try plane.start(machine))
        #expect(fault?.code == .operationNotAllowed)
        #expect(fault?.rule == "AZ-048")
        #expect(try plane.virtualMachine(machine).power == .deallocated)
        plane.end(of: try plane.endGetAccess(to: plane.diskID("m-os")))
        #expect(try plane.disk(plane.diskID("m-os")).state == .reserved)
        #expect(plane.end(of: try plane.start(machine)) == nil)
    }

    @Test("AZ-049: no access to a disk of a machine that holds a host")
    func running() throws {
        var plane = AzureCompute.seeded()
        let machine = try plane.makeBlank("m", data: ["d"]).id
        plane.refuses(.conflict, "AZ-049", status: 409) { _ = try $0.beginGetAccess(to: $0.diskID("d")) }
        plane.end(of: try plane.deallocate(machine))
        #expect(throws: Never.self) { _ = try plane.beginGetAccess(to: plane.diskID("d")) }
    }

    @Test("AZ-050: access lasts sixty days at most, ends by itself, and writes only what waits to be filled")
    func lifetime() throws {
        var plane = AzureCompute.seeded()
        try plane.makeDisk("d")
        let disk = plane.diskID("d")
        plane.refuses(.invalidParameter, "AZ-050") { _ = try $0.beginGetAccess(to: disk, for: .seconds(5_184_001)) }
        plane.refuses(.invalidParameter, "AZ-050") { _ = try $0.beginGetAccess(to: disk, .write) }
        plane.end(of: try plane.beginGetAccess(to: disk, for: .hours(1)))
        plane.advance(by: .minutes(30))
        #expect(try plane.disk(disk).state == .activeSAS)
        plane.advance(by: .minutes(31))
        #expect(try plane.disk(disk).state == .unattached)
        #expect(try plane.disk(disk).grant == nil)
        try plane.makeDisk("up") { $0.creation = .init(.upload) }
        plane.end(of: try plane.beginGetAccess(to: plane.diskID("up"), .write))
        #expect(try plane.disk(plane.diskID("up")).state == .activeUpload)
        plane.end(of: try plane.endGetAccess(to: plane.diskID("up")))
        #expect(try plane.disk(plane.diskID("up")).state == .unattached)
    }

    @Test("AZ-026 and AZ-040: five snapshots of a family at once are read from outside, and none of them is deleted")
    func snapshots() throws {
        var plane = AzureCompute.seeded()
        try plane.makeDisk("d")
        for index in 0..<6 { try plane.makeSnapshot("s\(index)", of: "d") }
        for index in 0..<5 { plane.end(of: try plane.beginGetAccess(to: plane.snapshotID("s\(index)"))) }
        plane.refuses(.operationNotAllowed, "AZ-026", status: 409) {
            _ = try $0.beginGetAccess(to: $0.snapshotID("s5"))
        }
        plane.refuses(.operationNotAllowed, "AZ-040", status: 409) { _ = try $0.deleteSnapshot($0.snapshotID("s0")) }
        plane.end(of: try plane.endGetAccess(to: plane.snapshotID("s0")))
        #expect(plane.end(of: try plane.deleteSnapshot(plane.snapshotID("s0"))) == nil)
        #expect(throws: Never.self) { _ = try plane.beginGetAccess(to: plane.snapshotID("s5")) }
    }

    @Test("AZ-051 and AZ-110: a second grant of a disk restore point lengthens the first, and keeps the point")
    func points() throws {
        var plane = AzureCompute.seeded()
        let machine = try plane.makeBlank("m").id
        try plane.makeCollection(of: machine)
        let point = plane.pointID("p")
        plane.end(of: try plane.createRestorePoint(point, CreateRestorePoint(.crash)))
        let disk = try #require(try plane.restorePoint(point).disks.first?.id)
        let first = try plane.beginGetAccess(to: disk, for: .hours(1))
        plane.end(of: first)
        let second = try plane.beginGetAccess(to: disk, for: .hours(3))
        #expect(first.accessSAS == second.accessSAS)
        plane.end(of: second)
        plane.advance(by: .hours(2))
        #expect(try plane.diskRestorePoint(disk).grant != nil, "the first grant alone would be over")
        for delete in [
            { (plane: inout AzureCompute) in _ = try plane.deleteRestorePoint(point) },
            { plane in _ = try plane.deleteRestorePointCollection(plane.collectionID()) },
        ] as [(inout AzureCompute) throws -> Void] {
            plane.refuses("DiskRestorePointUsedByCustomer", "AZ-110", status: 409, "", delete)
        }
        plane.advance(by: .hours(2))
        #expect(plane.end(of: try plane.deleteRestorePoint(point)) == nil)
    }
}

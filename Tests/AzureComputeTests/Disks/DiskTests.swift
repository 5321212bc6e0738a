import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import AzureCompute

@Suite("Managed disks")
struct DiskTests {
    @Test("AZ-031: a source is looked for where the copy is made, so one elsewhere is not found")
    func location() throws {
        var plane = AzureCompute.seeded()
        try plane.makeDisk("far", location: "westus")
        let far = plane.diskID("far")
        plane.refuses(.notFound, "AZ-031", status: 404, "a disk") { plane in
            try plane.makeDisk("d", sizeGB: nil) { $0.creation = .init(.copy, source: far) }
        }
        plane.refuses(.notFound, "AZ-031", status: 404, "a snapshot") { try $0.makeSnapshot("s", of: "far") }
    }

    @Test("AZ-046: a disk that a machine has cannot be deleted, be the machine deallocated")
    func attached() throws {
        var plane = AzureCompute.seeded()
        let machine = try plane.makeBlank("m", data: ["d"]).id
        plane.refuses(.operationNotAllowed, "AZ-046", status: 409) { _ = try $0.deleteDisk($0.diskID("d")) }
        plane.end(of: try plane.deallocate(machine))
        #expect(try plane.disk(plane.diskID("d")).state == .reserved)
        plane.refuses(.operationNotAllowed, "AZ-046", status: 409) { _ = try $0.deleteDisk($0.diskID("m-os")) }
    }

    @Test("AZ-052 and AZ-053: a disk never shrinks, and is never smaller than what it is made of")
    func growth() throws {
        var plane = AzureCompute.seeded()
        try plane.makeDisk("d", sizeGB: 8)
        plane.refuses(.badRequest, "AZ-052", status: 400) {
            _ = try $0.updateDisk($0.diskID("d"), DiskChange(sizeGB: 4))
        }
        plane.end(of: try plane.updateDisk(plane.diskID("d"), DiskChange(sizeGB: 16)))
        #expect(try plane.disk(plane.diskID("d")).sizeGB == 16)
        try plane.makeSnapshot("s", of: "d")
        let source = plane.snapshotID("s")
        plane.refuses(.badRequest, "AZ-053", status: 400) { plane in
            try plane.makeDisk("e", sizeGB: 8) { $0.creation = .init(.copy, source: source) }
        }
        #expect(try plane.makeDisk("e", sizeGB: 32) { $0.creation = .init(.copy, source: source) }.sizeGB == 32)
    }

    @Test("AZ-054 and AZ-055: an OS disk is resized, and a disk's sku changed, only while the machine is deallocated")
    func resize() throws {
        var plane = AzureCompute.seeded()
        let machine = try plane.makeBlank("m", data: ["d"]).id
        plane.refuses(.operationNotAllowed, "AZ-054", status: 409) {
            _ = try $0.updateDisk($0.diskID("m-os"), DiskChange(sizeGB: 8))
        }
        plane.refuses(.operationNotAllowed, "AZ-055", status: 409) {
            _ = try $0.updateDisk($0.diskID("d"), DiskChange(sku: .premium))
        }
        #expect(plane.end(of: try plane.updateDisk(plane.diskID("d"), DiskChange(sizeGB: 8))) == nil)
        plane.end(of: try plane.deallocate(machine))
        let change = DiskChange(sizeGB: 8, sku: .premium)
        #expect(plane.end(of: try plane.updateDisk(plane.diskID("m-os"), change)) == nil)
        #expect(try plane.disk(plane.diskID("m-os")).sku == .premium)
    }

    @Test("AZ-056: what a disk was made of never changes, and a new disk of an old name is another one")
    func identity() throws {
        var plane = AzureCompute.seeded()
        let first = try plane.makeDisk("d").uniqueID
        let source = plane.diskID("d")
        plane.refuses(.propertyChangeNotAllowed, "AZ-056", status: 409) { plane in
            try plane.makeDisk("d") { $0.creation = .init(.copy, source: source) }
        }
        try plane.makeSnapshot("s", of: "d")
        plane.end(of: try plane.deleteDisk(plane.diskID("d")))
        let second = try plane.makeDisk("d").uniqueID
        #expect(first != second)
        #expect(try plane.snapshot(plane.snapshotID("s")).creation.sourceUniqueID == first)
    }

    @Test("AZ-044: what is being deleted still answers, and its name cannot be taken yet")
    func deletion() throws {
        var plane = AzureCompute.seeded()
        try plane.makeDisk("d")
        try plane.makeSnapshot("s", of: "d")
        let operations = [
            try plane.deleteDisk(plane.diskID("d")), try plane.deleteSnapshot(plane.snapshotID("s")),
        ]
        #expect(operations.map(\.status) == [202, 202])
        #expect(try plane.disk(plane.diskID("d")).provisioning == .deleting)
        plane.refuses(.conflict, "AZ-044", status: 409, "the disk") { try $0.makeDisk("d") }
        plane.refuses(.conflict, "AZ-044", status: 409, "the snapshot") { plane in
            let request = CreateSnapshot(location: "eastus", .init(.copy, source: plane.diskID("d")))
            _ = try plane.createSnapshot(plane.snapshotID("s"), request)
        }
        for operation in operations { plane.end(of: operation) }
        #expect(throws: Never.self) { try plane.makeDisk("d") }
    }

    @Test("AZ-067 and AZ-068: a customer's key comes from a set of the same location whose vault is there")
    func encryption() throws {
        var plane = AzureCompute.seeded()
        let set = plane.id(.diskEncryptionSets, "keys", in: "g")
        plane.refuses(.notFound, "AZ-068", "no set") { plane in
            try plane.makeDisk("d") { $0.encryption = Encryption(.customerKey, set: set) }
        }
        plane.end(of: try plane.createEncryptionSet(set, location: "eastus"))
        plane.refuses(.invalidParameter, "AZ-067", "platform key with a set") { plane in
            try plane.makeDisk("d") { $0.encryption = Encryption(.platformKey, set: set) }
        }
        plane.refuses(.invalidParameter, "AZ-067", "customer key without a set") { plane in
            try plane.makeDisk("d") { $0.encryption = Encryption(.customerKey) }
        }
        plane.refuses(.notFound, "AZ-068", "another location") { plane in
            try plane.makeDisk("d", location: "westus") { $0.encryption = Encryption(.customerKey, set: set) }
        }
        plane.setVault(of: set, isReachable: false)
        plane.refuses(.badRequest, "AZ-068", "no vault") { plane in
            try plane.makeDisk("d") { $0.encryption = Encryption(.customerKey, set: set) }
        }
        plane.setVault(of: set, isReachable: true)
        let machine = try plane.makeBlank("m", data: ["d"]).id
        let change = DiskChange(encryption: Encryption(.customerKey, set: set))
        plane.refuses(.operationNotAllowed, "AZ-067", "while it is in use") {
            _ = try $0.updateDisk($0.diskID("d"), change)
        }
        plane.end(of: try plane.deallocate(machine))
        #expect(plane.end(of: try plane.updateDisk(plane.diskID("d"), change)) == nil)
    }

    @Test("AZ-069: there is a limit to the disks of a kind and location")
    func quota() throws {
        var plane = AzureCompute.seeded()
        #expect(plane.settings.quotas.disks == 50_000)
        plane.settings.quotas.disks = 2
        try plane.makeDisk("a")
        try plane.makeDisk("b")
        plane.refuses(.operationNotAllowed, "AZ-069", status: 409) { try $0.makeDisk("c") }
        #expect(throws: Never.self) { try plane.makeDisk("c") { $0.sku = .premium } }
        plane.end(of: try plane.deleteDisk(plane.diskID("a")))
        #expect(throws: Never.self) { try plane.makeDisk("d") }
    }

    @Test("AZ-045 and AZ-066: a disk of a snapshot can be attached while it is hydrated, faster from premium storage")
    func hydration() throws {
        var plane = AzureCompute.seeded()
        try plane.makeDisk("d", sizeGB: 8)
        for block in 0..<60_000 { plane.disks[plane.diskID("d")]?.contents?[block] = Block(token: 1) }
        try plane.makeSnapshot("slow", of: "d")
        try plane.makeSnapshot("fast", of: "d") { $0.sku = .premium }
        let times = try ["slow", "fast"].map { name in
            let source = plane.snapshotID(name)
            let disk = try plane.makeDisk("of-\(name)", sizeGB: nil) { $0.creation = .init(.copy, source: source) }
            return disk.hydrated - disk.timeCreated
        }
        #expect(times[0] > times[1] * 3)
        let slow = try plane.disk(plane.diskID("of-slow"))
        #expect(slow.hydrated > plane.now)
        #expect(throws: Never.self) { try plane.makeBlank("m", data: ["of-slow"]) }
        #expect(plane.read(on: "of-slow") == Block(token: 1))
        try plane.makeDisk("empty", sizeGB: 4) { $0.creation = .init(.upload) }
        let request = DataDisk(lun: 1, disk: plane.diskID("empty"))
        plane.refuses(.operationNotAllowed, "AZ-066") {
            _ = try $0.attachDetachDataDisks($0.machineID("m"), attaching: [request])
        }
    }
}

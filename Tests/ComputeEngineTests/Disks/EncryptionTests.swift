import LabCore
import SimulatedMachine
import Testing

@testable import ComputeEngine

@Suite("Keys")
struct EncryptionTests {
    private static let key = EncryptionKey.customerSupplied("c2VjcmV0")

    /// A project that still takes keys of the customer's, with one disk under such a key.
    private func supplied() throws -> ComputeEngine {
        var plane = ComputeEngine.seeded()
        plane.settings.eras.acceptsCustomerSuppliedKeys = true
        try plane.makeDisk("d") { request in
            request.sizeGB = 10
            request.diskEncryptionKey = Self.key
        }
        return plane
    }

    @Test(
        "GCE-133: what is under a customer's key needs that key for snapshot, restore, attach and start",
        arguments: ["snapshot", "restore", "clone", "attach", "start"],
        [Self.key, nil, .customerSupplied("wrong"), .managed("kms")])
    func customerSupplied(what: String, brought: EncryptionKey?) throws {
        var plane = try supplied()
        let disk = plane.disk("d")
        var snapshot = InsertSnapshot(name: "s", sourceDisk: disk)
        snapshot.sourceDiskEncryptionKey = what == "snapshot" ? brought : Self.key
        var made = InsertDisk(name: "new")
        made.sourceEncryptionKey = brought
        if what == "clone" { made.sourceDisk = disk } else { made.sourceSnapshot = plane.link(.snapshots, "s") }
        var attach = AttachDisk(source: disk)
        attach.diskEncryptionKey = what == "attach" ? brought : Self.key
        let (request, taken, attached) = (made, snapshot, attach)
        if ["attach", "start"].contains(what) { try plane.makeInstance("vm") }
        if what == "start" {
            plane.end(of: try plane.attachDisk(attached, to: "vm", zone: .zoneA))
            plane.end(of: try plane.stopInstance("vm", zone: .zoneA))
        }
        if what == "restore" { plane.end(of: try plane.insertSnapshot(taken)) }
        func call() throws -> Operation {
            switch what {
            case "snapshot": try plane.insertSnapshot(taken)
            case "attach": try plane.attachDisk(attached, to: "vm", zone: .zoneA)
            case "start": try plane.startInstance("vm", zone: .zoneA, keys: brought.map { [$0] } ?? [])
            default: try plane.insertDisk(request, zone: .zoneA)
            }
        }
        guard brought != Self.key else {
            #expect(plane.end(of: try call()) == nil)
            return
        }
        let fault = refusal { _ = try call() }
        #expect(fault?.rule == "GCE-133")
        let isWrong = brought == .customerSupplied("wrong")
        #expect(
            fault?.reason
                == (isWrong ? "customerEncryptionKeyIsIncorrect" : "resourceIsEncryptedWithCustomerEncryptionKey"))
    }

    @Test("GCE-134: new disks and snapshots take no keys of the customer's any more, unless the era is set back")
    func eras() throws {
        var plane = try supplied()
        plane.settings.eras.acceptsCustomerSuppliedKeys = false
        var disk = InsertDisk(name: "new", sizeGB: 10)
        disk.diskEncryptionKey = Self.key
        var snapshot = InsertSnapshot(name: "s", sourceDisk: plane.disk("d"))
        snapshot.sourceDiskEncryptionKey = Self.key
        let (made, kept) = (disk, snapshot)
        #expect(refusal { _ = try plane.insertDisk(made, zone: .zoneA) }?.rule == "GCE-134")
        #expect(plane.end(of: try plane.insertSnapshot(kept)) == nil, "what is there goes on working")
        snapshot.name = "s2"
        snapshot.snapshotEncryptionKey = Self.key
        let rekeyed = snapshot
        #expect(refusal { _ = try plane.insertSnapshot(rekeyed) }?.rule == "GCE-134")
    }

    @Test(
        "GCE-135: a resource keeps the version of the key that made it, and cannot be used while that is disabled",
        arguments: ["snapshot", "restore", "attach", "start"])
    func managed(what: String) throws {
        var plane = ComputeEngine.seeded()
        plane.managedKeys["kms"] = ManagedKey()
        try plane.makeDisk("d") { request in
            request.sizeGB = 10
            request.diskEncryptionKey = .managed("kms")
        }
        plane.managedKeys["kms"]?.primary = 2
        #expect(try plane.getDisk("d", zone: .zoneA).key == .managed(name: "kms", version: 1))
        #expect(try plane.makeSnapshot("s", of: "d").key == .managed(name: "kms", version: 1))
        try plane.makeInstance("vm")
        if what == "start" {
            plane.end(of: try plane.attachDisk(AttachDisk(source: plane.disk("d")), to: "vm", zone: .zoneA))
            plane.end(of: try plane.stopInstance("vm", zone: .zoneA))
        }
        plane.managedKeys["kms"]?.disabled = [1]
        var restored = InsertDisk(name: "new")
        restored.sourceSnapshot = plane.link(.snapshots, "s")
        let (request, disk) = (restored, plane.disk("d"))
        func call() throws -> Operation {
            switch what {
            case "snapshot": try plane.insertSnapshot(InsertSnapshot(name: "s2", sourceDisk: disk))
            case "restore": try plane.insertDisk(request, zone: .zoneA)
            case "attach": try plane.attachDisk(AttachDisk(source: disk), to: "vm", zone: .zoneA)
            default: try plane.startInstance("vm", zone: .zoneA)
            }
        }
        let error = plane.end(of: try call())
        #expect(error?.rule == "GCE-135" && error?.message.hasPrefix("Cloud KMS error") == true)
        plane.managedKeys["kms"]?.disabled = []
        #expect(plane.end(of: try call()) == nil)
    }
}

import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import ComputeEngine

@Suite("Disks")
struct DiskTests {
    @Test("GCE-012: a disk without a source is empty, and nothing says so")
    func emptyDisk() throws {
        var plane = ComputeEngine.seeded()
        let disk = try plane.makeDisk("d")
        #expect(disk.state == .ready)
        #expect(disk.contents?.writtenBlocks == 0)
        #expect(disk.origin == nil)
    }

    @Test("GCE-037: a disk is at least as large as its source")
    func size() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d", sizeGB: 20)
        try plane.makeSnapshot("s", of: "d")
        var request = InsertDisk(name: "e", sizeGB: 19)
        request.sourceSnapshot = "global/snapshots/s"
        let final = request
        let fault = refusal { _ = try plane.insertDisk(final, zone: .zoneA) }
        #expect(fault?.rule == "GCE-037")
        #expect(
            fault?.message
                == "Invalid value for field 'resource.sizeGb': '19'. Requested disk size cannot be smaller than the "
                + "snapshot size (20 GB)")
    }

    @Test("GCE-038: a size that is left out is that of the source, or 500 GB")
    func defaultSize() throws {
        var plane = ComputeEngine.seeded()
        #expect(try plane.makeDisk("blank") { $0.sizeGB = nil }.sizeGB == 500)
        try plane.makeDisk("d", sizeGB: 30)
        try plane.makeSnapshot("s", of: "d")
        #expect(try plane.makeDisk("e") { $0.sourceSnapshot = "global/snapshots/s" }.sizeGB == 30)
    }

    @Test("GCE-039: a disk only grows", arguments: [9, 10])
    func shrinking(size: Int) throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        let fault = refusal { _ = try plane.resizeDisk("d", zone: .zoneA, sizeGB: size) }
        #expect(fault?.rule == "GCE-039")
        #expect(try plane.getDisk("d", zone: .zoneA).sizeGB == 10)
    }

    @Test("GCE-040: a disk grows while a guest has it, and the guest goes on")
    func growing() throws {
        var plane = ComputeEngine.seeded()
        let (machine, instance) = try plane.machine()
        #expect(plane.end(of: try plane.resizeDisk("web-data", zone: .zoneA, sizeGB: 30)) == nil)
        #expect(try plane.getDisk("web-data", zone: .zoneA).sizeGB == 30)
        #expect(try plane.facts(of: machine)[.service] == "healthy")
        plane.end(of: try plane.stopInstance(instance.path.name, zone: .zoneA))
        plane.end(of: try plane.detachDisk(deviceName: "data", from: instance.path.name, zone: .zoneA))
        #expect(try plane.getDisk("web-data", zone: .zoneA).contents?.size == .gibibytes(30))
    }

    @Test("GCE-041: a disk in use cannot be deleted")
    func deletionInUse() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeInstance("vm")
        let fault = refusal { _ = try plane.deleteDisk("vm", zone: .zoneA) }
        #expect(fault?.reason == .resourceInUse)
        #expect(fault?.rule == "GCE-041")
    }

    @Test("GCE-042: a disk is written by one instance at a time")
    func oneWriter() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeInstance("vm")
        try plane.makeInstance("other")
        try plane.makeDisk("d")
        let attach = AttachDisk(source: plane.disk("d"))
        #expect(plane.end(of: try plane.attachDisk(attach, to: "vm", zone: .zoneA)) == nil)
        let fault = refusal { _ = try plane.attachDisk(attach, to: "other", zone: .zoneA) }
        #expect(fault?.rule == "GCE-042")
        #expect(
            fault?.message.contains("already being used by 'projects/belay-lab/zones/us-central1-a/instances/vm'")
                == true)
    }

    @Test("GCE-043: many may read a disk, but nobody beside a writer, and no writer beside them")
    func readers() throws {
        var plane = ComputeEngine.seeded()
        for name in ["a", "b", "c"] { try plane.makeInstance(name) }
        try plane.makeDisk("d")
        let reading = AttachDisk(source: plane.disk("d"), mode: .readOnly)
        let writing = AttachDisk(source: plane.disk("d"))
        plane.end(of: try plane.attachDisk(reading, to: "a", zone: .zoneA))
        plane.end(of: try plane.attachDisk(reading, to: "b", zone: .zoneA))
        #expect(try plane.getDisk("d", zone: .zoneA).users.count == 2)
        #expect(refusal { _ = try plane.attachDisk(writing, to: "c", zone: .zoneA) }?.rule == "GCE-043")
        try plane.makeDisk("e")
        plane.end(of: try plane.attachDisk(AttachDisk(source: plane.disk("e")), to: "a", zone: .zoneA))
        let late = AttachDisk(source: plane.disk("e"), mode: .readOnly)
        #expect(refusal { _ = try plane.attachDisk(late, to: "b", zone: .zoneA) }?.rule == "GCE-043")
    }

    @Test("GCE-044: disk and instance are in one zone")
    func oneZone() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeInstance("vm")
        try plane.makeDisk("d", zone: .zoneB)
        let attach = AttachDisk(source: plane.disk("d", in: .zoneB))
        #expect(refusal { _ = try plane.attachDisk(attach, to: "vm", zone: .zoneA) }?.rule == "GCE-044")
    }

    @Test("GCE-045: a zonal disk is not attached by force")
    func force() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeInstance("vm")
        try plane.makeDisk("d")
        let attach = AttachDisk(source: plane.disk("d"), forceAttach: true)
        #expect(refusal { _ = try plane.attachDisk(attach, to: "vm", zone: .zoneA) }?.rule == "GCE-045")
    }

    @Test("GCE-046: a disk that is being made or restored is neither attached nor snapshotted")
    func unready() throws {
        var plane = ComputeEngine.seeded()
        let (_, instance) = try plane.machine()
        plane.settings.timings.restoreRate = .mebibytes(1)
        try plane.makeSnapshot("s", of: "web")
        var request = InsertDisk(name: "d")
        request.sourceSnapshot = "global/snapshots/s"
        let operation = try plane.insertDisk(request, zone: .zoneA)
        let attach = AttachDisk(source: plane.disk("d"))
        for state in [DiskState.creating, .restoring] {
            #expect(try plane.getDisk("d", zone: .zoneA).state == state)
            let name = instance.path.name
            #expect(refusal { _ = try plane.attachDisk(attach, to: name, zone: .zoneA) }?.rule == "GCE-046")
            #expect(
                refusal { _ = try plane.insertSnapshot(InsertSnapshot(name: "t", sourceDisk: plane.disk("d"))) }?.rule
                    == "GCE-046")
            plane.advance(by: plane.settings.timings.diskInsert)
        }
        #expect(plane.end(of: operation) == nil)
        #expect(try plane.getDisk("d", zone: .zoneA).state == .ready)
    }

    @Test("GCE-046: the operation can end before the contents are there")
    func earlyEnd() throws {
        var plane = ComputeEngine.seeded()
        _ = try plane.machine()
        plane.settings.timings.restoreRate = .mebibytes(1)
        plane.settings.inferred.diskOperationsEndAtListing = true
        try plane.makeSnapshot("s", of: "web")
        var request = InsertDisk(name: "d")
        request.sourceSnapshot = "global/snapshots/s"
        let operation = try plane.insertDisk(request, zone: .zoneA)
        plane.advance(by: plane.settings.timings.diskInsert)
        #expect(plane.operations[operation.name]?.isDone == true)
        #expect(try plane.getDisk("d", zone: .zoneA).state == .restoring)
        plane.advance(by: .hours(1))
        #expect(try plane.getDisk("d", zone: .zoneA).state == .ready)
    }

    @Test("GCE-047, GCE-061 and GCE-085: a deleted disk leaves its snapshots and takes its instant snapshots along")
    func deletion() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        try plane.write(1, at: 0, on: "d")
        try plane.makeSnapshot("s", of: "d")
        plane.end(of: try plane.insertInstantSnapshot("i", ofDisk: plane.disk("d"), zone: .zoneA))
        #expect(plane.end(of: try plane.deleteDisk("d", zone: .zoneA)) == nil)
        #expect(try plane.getSnapshot("s").state == .ready)
        #expect(refusal { _ = try plane.instantSnapshot("i", zone: .zoneA) }?.status == 404)
        let restored = try plane.makeDisk("e") { $0.sourceSnapshot = "global/snapshots/s" }
        #expect(restored.contents?[0] == Block(token: 1))
    }

    @Test("GCE-048: a disk loses the link to a snapshot that is deleted, and keeps its number and its data")
    func lostOrigin() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        try plane.write(1, at: 0, on: "d")
        let snapshot = try plane.makeSnapshot("s", of: "d")
        #expect(
            try plane.makeDisk("e") { $0.sourceSnapshot = "global/snapshots/s" }.sourceSnapshot == snapshot.path.link)
        plane.end(of: try plane.deleteSnapshot("s"))
        let disk = try plane.getDisk("e", zone: .zoneA)
        #expect(disk.sourceSnapshot == nil)
        #expect(disk.sourceSnapshotID == snapshot.id)
        #expect(disk.contents?[0] == Block(token: 1))
    }

    @Test("GCE-049: a disk lists who uses it, and says when it was attached and detached")
    func users() throws {
        var plane = ComputeEngine.seeded()
        let instance = try plane.makeInstance("vm")
        try plane.makeDisk("d")
        plane.end(
            of: try plane.attachDisk(AttachDisk(source: plane.disk("d"), deviceName: "x"), to: "vm", zone: .zoneA))
        let attached = try plane.getDisk("d", zone: .zoneA)
        #expect(attached.users == [instance.id])
        #expect(attached.lastAttach != nil)
        #expect(attached.lastDetach == nil)
        plane.end(of: try plane.detachDisk(deviceName: "x", from: "vm", zone: .zoneA))
        let detached = try plane.getDisk("d", zone: .zoneA)
        #expect(detached.users == [])
        #expect(detached.lastDetach != nil)
    }

    @Test("GCE-050: what a disk is licensed as goes with its data")
    func licenses() throws {
        var plane = ComputeEngine.seeded()
        _ = try plane.machine()
        try plane.makeSnapshot("s", of: "web")
        let disk = try plane.makeDisk("e") { $0.sourceSnapshot = "global/snapshots/s" }
        #expect(disk.guest?.licenses == ["generic"])
        #expect(try plane.makeDisk("blank").guest == nil)
    }

    @Test("GCE-051: the far end of a replication is neither attached nor snapshotted nor deleted")
    func replication() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeInstance("vm")
        let disk = try plane.makeDisk("d")
        plane.disks[disk.id]?.isReplicationSecondary = true
        let attach = AttachDisk(source: plane.disk("d"))
        #expect(refusal { _ = try plane.attachDisk(attach, to: "vm", zone: .zoneA) }?.rule == "GCE-051")
        #expect(refusal { _ = try plane.deleteDisk("d", zone: .zoneA) }?.rule == "GCE-051")
        #expect(
            refusal { _ = try plane.insertSnapshot(InsertSnapshot(name: "s", sourceDisk: plane.disk("d"))) }?.rule
                == "GCE-051")
    }

    @Test("GCE-137: a quota on disks is refused up front")
    func quota() throws {
        var plane = ComputeEngine.seeded()
        #expect(plane.settings.quotas.disks == 10_000)
        plane.settings.quotas.disks = 1
        try plane.makeDisk("a")
        let fault = refusal { _ = try plane.insertDisk(InsertDisk(name: "b"), zone: .zoneA) }
        #expect(fault?.status == 403)
        #expect(fault?.rule == "GCE-137")
    }

    @Test("GCE-028 and GCE-029: labels are replaced as a whole by whoever names their present fingerprint")
    func labels() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        let empty = "42WmSpB8rSM="
        #expect(try plane.getDisk("d", zone: .zoneA).labels.fingerprint == empty)
        #expect(
            refusal { _ = try plane.setDiskLabels("d", zone: .zoneA, ["a": "1"], fingerprint: "wrong") }?.status == 412)
        let operation = try plane.setDiskLabels("d", zone: .zoneA, ["a": "1", "b": "2"], fingerprint: empty)
        #expect(operation.isDone, "it is done in its first answer")
        let fingerprint = try plane.getDisk("d", zone: .zoneA).labels.fingerprint
        #expect(fingerprint == Labels(["b": "2", "a": "1"]).fingerprint)
        #expect(fingerprint != Labels(["b": "1", "a": "2"]).fingerprint)
        let stale = refusal { _ = try plane.setDiskLabels("d", zone: .zoneA, [:], fingerprint: empty) }
        #expect(stale?.rule == "GCE-028")
        #expect(stale?.location == "If-Match")
        _ = try plane.setDiskLabels("d", zone: .zoneA, [:], fingerprint: fingerprint)
        #expect(try plane.getDisk("d", zone: .zoneA).labels.fingerprint == empty)
    }

    @Test("GCE-028: the labels of instances and snapshots are nobody's either who names an old fingerprint")
    func staleLabels() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeInstance("vm")
        try plane.makeSnapshot("s", of: "vm")
        let late = refusal { _ = try plane.setLabels(["a": "1"], fingerprint: "old", of: "vm", zone: .zoneA) }
        #expect(late?.rule == "GCE-028")
        #expect(refusal { _ = try plane.setSnapshotLabels("s", ["a": "1"], fingerprint: "old") }?.rule == "GCE-028")
        #expect(try plane.getInstance("vm", zone: .zoneA).labels.values.isEmpty)
        #expect(try plane.getSnapshot("s").labels.values.isEmpty)
    }

    @Test("GCE-042: a disk that an instance has is not moved to another zone")
    func usedDiskStays() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeInstance("vm")
        #expect(refusal { _ = try plane.moveDisk("vm", zone: .zoneA, to: .zoneB) }?.rule == "GCE-042")
    }

    @Test("GCE-046: nor is such a disk resized, moved, deleted, copied, or taken into an image or an instant snapshot")
    func unreadyForOthers() throws {
        var plane = ComputeEngine.seeded()
        _ = try plane.machine()
        plane.settings.timings.restoreRate = .mebibytes(1)
        try plane.makeSnapshot("s", of: "web")
        var request = InsertDisk(name: "d")
        request.sourceSnapshot = "global/snapshots/s"
        _ = try plane.insertDisk(request, zone: .zoneA)
        plane.advance(by: plane.settings.timings.diskInsert)
        #expect(try plane.getDisk("d", zone: .zoneA).state == .restoring)
        var copy = InsertDisk(name: "e")
        copy.sourceDisk = plane.disk("d")
        let (final, source) = (copy, plane.disk("d"))
        let faults = [
            refusal { _ = try plane.resizeDisk("d", zone: .zoneA, sizeGB: 100) },
            refusal { _ = try plane.moveDisk("d", zone: .zoneA, to: .zoneB) },
            refusal { _ = try plane.deleteDisk("d", zone: .zoneA) },
            refusal { _ = try plane.insertDisk(final, zone: .zoneA) },
            refusal { _ = try plane.insertImage(InsertImage(name: "i", sourceDisk: source)) },
            refusal { _ = try plane.insertInstantSnapshot("n", ofDisk: source, zone: .zoneA) },
        ]
        #expect(faults.map { $0?.rule } == Array(repeating: "GCE-046", count: 6))
    }

    @Test("GCE-044: a disk is copied in its own zone alone")
    func copyElsewhere() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        var copy = InsertDisk(name: "e")
        copy.sourceDisk = plane.disk("d")
        let final = copy
        #expect(refusal { _ = try plane.insertDisk(final, zone: .zoneB) }?.rule == "GCE-044")
    }

    @Test("GCE-052: a disk is moved to another zone when it is free and has no instant snapshots")
    func move() throws {
        var plane = ComputeEngine.seeded()
        let disk = try plane.makeDisk("d")
        try plane.write(7, at: 0, on: "d")
        plane.end(of: try plane.insertInstantSnapshot("i", ofDisk: plane.disk("d"), zone: .zoneA))
        let fault = refusal { _ = try plane.moveDisk("d", zone: .zoneA, to: .zoneB) }
        #expect(fault?.rule == "GCE-052")
        #expect(fault?.message.hasPrefix("Disks with instant snapshots can't be moved.") == true)
        plane.end(of: try plane.deleteInstantSnapshot("i", zone: .zoneA))
        #expect(plane.end(of: try plane.moveDisk("d", zone: .zoneA, to: .zoneB)) == nil)
        #expect(refusal { _ = try plane.getDisk("d", zone: .zoneA) }?.status == 404)
        let moved = try plane.getDisk("d", zone: .zoneB)
        #expect(moved.id == disk.id && moved.contents?[0] == Block(token: 7))
    }
}

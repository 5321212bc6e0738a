import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import ComputeEngine

@Suite("Snapshots")
struct SnapshotTests {
    /// A disk with three snapshots: blocks 0 to 9, then 5 to 14 anew, then 0 to 1 anew.
    private func chained() throws -> ComputeEngine {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        for (name, blocks, byte) in [("a", 0..<10, 1), ("b", 5..<15, 2), ("c", 0..<2, 3)]
            as [(String, Range<Int>, UInt8)]
        {
            for block in blocks { try plane.write(byte, at: block, on: "d") }
            try plane.makeSnapshot(name, of: "d")
        }
        return plane
    }

    private func stored(_ plane: ComputeEngine, _ name: String) throws -> Int? {
        try plane.getSnapshot(name).storageBytes.map { Int($0.bytes / Disk.blockSize.bytes) }
    }

    @Test("GCE-053: a snapshot stores what changed since the last one of its disk, the first one everything")
    func incremental() throws {
        let plane = try chained()
        #expect(try stored(plane, "a") == 10)
        #expect(try stored(plane, "b") == 10)
        #expect(try stored(plane, "c") == 2)
    }

    @Test("GCE-053: a snapshot that failed is nobody's base")
    func failedBase() throws {
        var plane = ComputeEngine.seeded()
        let instance = try plane.makeInstance("vm")
        for (name, fails) in [("a", false), ("b", true), ("c", false)] {
            let disk = try #require(plane.disks[plane.instances[instance.id]?.bootDisk?.disk ?? instance.disks[0].disk])
            plane.disks[disk.id]?.contents?[name == "a" ? 0 : name == "b" ? 1 : 2] = Block(token: 1)
            if fails { plane.doomedSnapshots.plan(instance.id) }
            let operation = try plane.insertSnapshot(InsertSnapshot(name: name, sourceDisk: plane.disk("vm")))
            #expect((plane.end(of: operation) != nil) == fails)
        }
        #expect(try plane.getSnapshot("b").state == .failed)
        #expect(try stored(plane, "c") == 2)
    }

    @Test("GCE-054, GCE-055 and GCE-056: what later snapshots need moves on when one is deleted for good")
    func deletion() throws {
        var plane = try chained()
        #expect(plane.end(of: try plane.deleteSnapshot("b")) == nil)
        #expect(refusal { _ = try plane.getSnapshot("b") }?.status == 404)
        #expect(plane.snapshots.values.map(\.path.name).sorted() == ["a", "c"])
        #expect(try stored(plane, "c") == 12, "ten of the deleted one, and two of its own")
        #expect(try stored(plane, "a") == 10)
        plane.end(of: try plane.deleteSnapshot("a"))
        #expect(try stored(plane, "c") == 15)
        let restored = try plane.makeDisk("e") { $0.sourceSnapshot = "global/snapshots/c" }
        #expect(restored.contents?[0] == Block(token: 3))
        #expect(restored.contents?[4] == Block(token: 1))
        #expect(restored.contents?[14] == Block(token: 2))
    }

    @Test("GCE-057: six snapshots of a disk in an hour, and the seventh fails in its operation")
    func rate() throws {
        var plane = ComputeEngine.seeded()
        let disk = try plane.makeDisk("d")
        for index in 0..<6 { try plane.makeSnapshot("s\(index)", of: "d") }
        let seventh = try plane.insertSnapshot(InsertSnapshot(name: "s6", sourceDisk: plane.disk("d")))
        let error = plane.end(of: seventh)
        #expect(error?.code == .rateExceeded)
        #expect(error?.rule == "GCE-057")
        #expect(error?.message.contains("'\(disk.path)'") == true)
        plane.advance(by: .hours(1))
        try plane.makeSnapshot("s7", of: "d")
    }

    @Test("GCE-058: six disks of a snapshot in an hour, and the error names the snapshot")
    func restoreRate() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        let snapshot = try plane.makeSnapshot("s", of: "d")
        for index in 0..<6 { try plane.makeDisk("e\(index)") { $0.sourceSnapshot = "global/snapshots/s" } }
        var request = InsertDisk(name: "e6")
        request.sourceSnapshot = "global/snapshots/s"
        let error = plane.end(of: try plane.insertDisk(request, zone: .zoneA))
        #expect(error?.rule == "GCE-058")
        #expect(error?.message.contains("'\(snapshot.path)'") == true)
    }

    @Test("GCE-059: whether failed attempts count against the rate can be set", arguments: [true, false])
    func failedAttempts(counts: Bool) throws {
        var plane = ComputeEngine.seeded()
        if counts { plane.settings.inferred.countsFailedAttempts = true }
        try plane.makeDisk("d")
        for index in 0..<6 { try plane.makeSnapshot("s\(index)", of: "d") }
        plane.advance(by: .minutes(50))
        for index in 6..<12 {
            plane.end(of: try plane.insertSnapshot(InsertSnapshot(name: "s\(index)", sourceDisk: plane.disk("d"))))
        }
        plane.advance(by: .minutes(15))
        let late = try plane.insertSnapshot(InsertSnapshot(name: "late", sourceDisk: plane.disk("d")))
        #expect((plane.end(of: late) != nil) == counts)
    }

    @Test("GCE-060: a snapshot of a disk in use holds what had reached it at its point in time")
    func inUse() throws {
        var plane = ComputeEngine.seeded()
        let (machine, _) = try plane.machine()
        let before = try plane.facts(of: machine)
        let request = InsertSnapshot(name: "s", sourceDisk: plane.disk("web-data"))
        let operation = try plane.insertSnapshot(request)
        #expect(try plane.getSnapshot("s").cut == nil)
        plane.advance(by: plane.settings.timings.snapshotCut)
        let cut = try plane.getSnapshot("s")
        #expect(cut.state == .uploading)
        let held = cut.contents
        #expect(try plane.perform(.write(records: 10), on: machine).succeeded)
        #expect(try plane.perform(.flush, on: machine).succeeded)
        plane.end(of: operation)
        let ready = try plane.getSnapshot("s")
        #expect(ready.contents == held)
        let now = plane.contents(of: try plane.getDisk("web-data", zone: .zoneA))
        #expect(now != held)
        #expect(try plane.facts(of: machine)[.bootID] == before[.bootID], "the guest went on")
    }

    @Test("GCE-062: only a ready snapshot can be restored")
    func unready() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        let operation = try plane.insertSnapshot(InsertSnapshot(name: "s", sourceDisk: plane.disk("d")))
        var request = InsertDisk(name: "e")
        request.sourceSnapshot = "global/snapshots/s"
        let final = request
        for state in [SnapshotState.creating, .uploading] {
            #expect(try plane.getSnapshot("s").state == state)
            let fault = refusal { _ = try plane.insertDisk(final, zone: .zoneA) }
            #expect(fault?.message == "The resource 'projects/belay-lab/global/snapshots/s' is not ready")
            #expect(fault?.rule == "GCE-062")
            plane.advance(by: plane.settings.timings.snapshotCut)
        }
        plane.end(of: operation)
        #expect(plane.end(of: try plane.insertDisk(final, zone: .zoneA)) == nil)
    }

    @Test("GCE-062: nor is anything made of an image, machine image or instant snapshot that is not ready")
    func unreadySources() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeInstance("vm")
        plane.end(of: try plane.stopInstance("vm", zone: .zoneA))
        let instance = "zones/us-central1-a/instances/vm"
        _ = try plane.insertImage(InsertImage(name: "i", sourceDisk: plane.disk("vm")))
        _ = try plane.insertMachineImage(InsertMachineImage(name: "m", sourceInstance: instance))
        _ = try plane.insertInstantSnapshot("n", ofDisk: plane.disk("vm"), zone: .zoneA)
        var (ofImage, ofMachineImage, launch) = (
            InsertDisk(name: "a"), InsertDisk(name: "b"), InsertInstance(name: "c")
        )
        ofImage.sourceImage = "global/images/i"
        ofMachineImage.sourceMachineImage = "global/machineImages/m"
        launch.sourceMachineImage = "global/machineImages/m"
        let (first, second, third) = (ofImage, ofMachineImage, launch)
        let keep = InsertSnapshot(name: "s", sourceInstantSnapshot: "zones/us-central1-a/instantSnapshots/n")
        let faults = [
            refusal { _ = try plane.insertDisk(first, zone: .zoneA) },
            refusal { _ = try plane.insertDisk(second, zone: .zoneA) },
            refusal { _ = try plane.insertInstance(third, zone: .zoneA) },
            refusal { _ = try plane.insertSnapshot(keep) },
        ]
        #expect(faults.map { $0?.rule } == Array(repeating: "GCE-062", count: 4))
    }

    @Test("GCE-063: a snapshot says the disk's size, what it stores now and stored first, and what a restore reads")
    func sizes() throws {
        var plane = try chained()
        let before = try plane.getSnapshot("c")
        #expect(before.diskSizeGB == 10)
        #expect(before.downloadBytes == .kibibytes(15 * 4 + 1))
        plane.end(of: try plane.deleteSnapshot("b"))
        let after = try plane.getSnapshot("c")
        #expect(after.creationSizeBytes == .kibibytes(2 * 4))
        #expect(after.storageBytes == .kibibytes(12 * 4))
        #expect(after.downloadBytes == before.downloadBytes)
    }

    @Test("GCE-064: a snapshot of an empty disk stores nothing, and a restore still reads a little")
    func empty() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        let snapshot = try plane.makeSnapshot("s", of: "d")
        #expect(snapshot.storageBytes == .zero)
        #expect(snapshot.downloadBytes == .kibibytes(1))
    }

    @Test("GCE-065: a snapshot is stored in one known place", arguments: [["eu"], ["us", "eu"], ["moon"], []])
    func location(locations: [String]) throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        var request = InsertSnapshot(name: "s", sourceDisk: plane.disk("d"))
        request.storageLocations = locations
        let final = request
        if locations == ["eu"] || locations.isEmpty {
            plane.end(of: try plane.insertSnapshot(final))
            #expect(try plane.getSnapshot("s").storageLocation == locations.first ?? "us")
        } else {
            #expect(refusal { _ = try plane.insertSnapshot(final) }?.rule == "GCE-065")
        }
    }

    @Test(
        "GCE-067: another place or chain name begins a chain of its own, which is full",
        arguments: [("eu", nil), ("us", "monthly")] as [(String, String?)])
    func chains(location: String, chainName: String?) throws {
        var plane = try chained()
        var request = InsertSnapshot(name: "e", sourceDisk: plane.disk("d"))
        request.storageLocations = [location]
        request.chainName = chainName
        plane.end(of: try plane.insertSnapshot(request))
        #expect(try stored(plane, "e") == 15)
    }

    @Test("GCE-068: a snapshot restores into any zone")
    func otherZone() throws {
        var plane = try chained()
        var request = InsertDisk(name: "e")
        request.sourceSnapshot = "global/snapshots/c"
        #expect(plane.end(of: try plane.insertDisk(request, zone: .zoneB)) == nil)
        #expect(try plane.getDisk("e", zone: .zoneB).contents?[0] == Block(token: 3))
    }

    @Test("GCE-069: an archive snapshot restores more slowly")
    func archive() throws {
        var plane = ComputeEngine.seeded()
        _ = try plane.machine()
        var took: [Duration] = []
        for type in [SnapshotType.standard, .archive] {
            var request = InsertSnapshot(name: "s-\(took.count)", sourceDisk: plane.disk("web"))
            request.snapshotType = type
            plane.end(of: try plane.insertSnapshot(request))
            var disk = InsertDisk(name: "e-\(took.count)")
            disk.sourceSnapshot = "global/snapshots/s-\(took.count)"
            let operation = try plane.insertDisk(disk, zone: .zoneA)
            plane.end(of: operation)
            let end = try #require(plane.operations[operation.name]?.endTime)
            took.append(end - operation.insertTime)
        }
        #expect(took[1] > took[0])
    }

    @Test(
        "GCE-070: the first snapshot of a restored disk is full, or goes on from where it came",
        arguments: [true, false])
    func restoredChain(isFull: Bool) throws {
        var plane = try chained()
        if !isFull { plane.settings.inferred.restoredDisksAreFull = false }
        try plane.makeDisk("e") { $0.sourceSnapshot = "global/snapshots/c" }
        try plane.write(9, at: 0, on: "e")
        try plane.makeSnapshot("f", of: "e")
        #expect(try stored(plane, "f") == (isFull ? 15 : 1))
    }

    @Test("GCE-071 and GCE-073: a flush needs an agent, and one that is switched on", arguments: [true, false])
    func flushWithoutAgent(hasGuest: Bool) throws {
        var plane = ComputeEngine.seeded()
        let name = hasGuest ? "web" : "vm"
        if hasGuest {
            let (_, instance) = try plane.machine()
            plane.instances[instance.id]?.guest?.runsSnapshotScripts = false
        } else {
            try plane.makeInstance("vm")
        }
        var request = InsertSnapshot(name: "s", sourceDisk: plane.disk(name))
        request.guestFlush = true
        let error = plane.end(of: try plane.insertSnapshot(request))
        #expect(error?.rule == (hasGuest ? "GCE-073" : "GCE-071"))
        #expect(refusal { _ = try plane.getSnapshot("s") }?.status == 404)
        #expect(!Guest(spec: .small, family: 1).runsSnapshotScripts, "off unless somebody switches it on")
    }

    @Test(
        "GCE-072: a guest that does not flush leaves no snapshot at all",
        arguments: [GuestFaultPlan.quiesceRefused, .agentHangs])
    func failedFlush(plan: GuestFaultPlan) throws {
        var plane = ComputeEngine.seeded()
        let (_, instance) = try plane.machine()
        plane.instances[instance.id]?.machine?.inject(plan)
        var request = InsertSnapshot(name: "s", sourceDisk: plane.disk("web-data"))
        request.guestFlush = true
        let error = plane.end(of: try plane.insertSnapshot(request))
        #expect(error?.rule == "GCE-072")
        #expect(refusal { _ = try plane.getSnapshot("s") }?.status == 404)
        #expect(try plane.getDisk("web-data", zone: .zoneA).snapshotsBeingCut == 0)
    }

    @Test("GCE-075: a flush without a running guest fails, or is passed over", arguments: [true, false])
    func flushOfNobody(fails: Bool) throws {
        var plane = ComputeEngine.seeded()
        if !fails { plane.settings.inferred.flushNeedsRunningGuest = false }
        try plane.makeDisk("d")
        var request = InsertSnapshot(name: "s", sourceDisk: plane.disk("d"))
        request.guestFlush = true
        let error = plane.end(of: try plane.insertSnapshot(request))
        #expect(error?.rule == (fails ? "GCE-075" : nil))
    }

    @Test("GCE-075: nobody in a stopped instance can be asked to flush")
    func flushOfStoppedInstance() throws {
        var plane = ComputeEngine.seeded()
        _ = try plane.machine()
        plane.end(of: try plane.stopInstance("web", zone: .zoneA))
        var request = InsertSnapshot(name: "s", sourceDisk: plane.disk("web"))
        request.guestFlush = true
        #expect(plane.end(of: try plane.insertSnapshot(request))?.rule == "GCE-075")
    }

    @Test("GCE-078: a snapshot that is not ready cannot be deleted, unless set otherwise", arguments: [true, false])
    func unreadyDeletion(isProtected: Bool) throws {
        var plane = ComputeEngine.seeded()
        if !isProtected { plane.settings.inferred.protectsUnreadySnapshots = false }
        try plane.makeDisk("d")
        let creation = try plane.insertSnapshot(InsertSnapshot(name: "s", sourceDisk: plane.disk("d")))
        if isProtected {
            #expect(refusal { _ = try plane.deleteSnapshot("s") }?.rule == "GCE-078")
            #expect(plane.end(of: creation) == nil)
        } else {
            plane.end(of: try plane.deleteSnapshot("s"))
            #expect(plane.operations[creation.name]?.error?.code == .internalError)
            #expect(plane.end(of: try plane.deleteDisk("d", zone: .zoneA)) == nil)
        }
    }

    @Test("GCE-079: a disk cannot be deleted before the point in time of its snapshot, and can afterwards")
    func diskBeingCut() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        try plane.write(1, at: 0, on: "d")
        let creation = try plane.insertSnapshot(InsertSnapshot(name: "s", sourceDisk: plane.disk("d")))
        #expect(refusal { _ = try plane.deleteDisk("d", zone: .zoneA) }?.rule == "GCE-079")
        var loose = plane
        loose.settings.inferred.protectsDisksBeingCut = false
        _ = try loose.deleteDisk("d", zone: .zoneA)
        plane.advance(by: plane.settings.timings.snapshotCut)
        plane.end(of: try plane.deleteDisk("d", zone: .zoneA))
        #expect(plane.end(of: creation) == nil)
        #expect(try plane.getSnapshot("s").contents?[0] == Block(token: 1))
    }

    @Test("GCE-080: the quota on snapshots shows in the operation")
    func quota() throws {
        var plane = ComputeEngine.seeded()
        #expect(plane.settings.quotas.snapshots == 5_000)
        plane.settings.quotas.snapshots = 1
        try plane.makeDisk("d")
        try plane.makeSnapshot("a", of: "d")
        let error = plane.end(of: try plane.insertSnapshot(InsertSnapshot(name: "b", sourceDisk: plane.disk("d"))))
        #expect(error?.rule == "GCE-080")
        #expect(error?.message == "Quota 'SNAPSHOTS' exceeded.  Limit: 1.0 globally.")
    }

    @Test("the operation of a snapshot can end at its point in time")
    func earlyEnd() throws {
        var plane = ComputeEngine.seeded()
        plane.settings.inferred.snapshotOperationsEndAtCut = true
        try plane.makeDisk("d")
        let operation = try plane.insertSnapshot(InsertSnapshot(name: "s", sourceDisk: plane.disk("d")))
        plane.advance(by: plane.settings.timings.snapshotCut)
        #expect(plane.operations[operation.name]?.isDone == true)
        #expect(try plane.getSnapshot("s").state == .uploading)
    }

    @Test("GCE-066: a snapshot stays where it is stored; another place needs another snapshot")
    func location() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        let first = try plane.makeSnapshot("s", of: "d")
        plane.end(of: try plane.setSnapshotLabels("s", ["team": "blue"], fingerprint: first.labels.fingerprint))
        plane.settings.storageLocation = "eu"
        var other = InsertSnapshot(name: "s2", sourceDisk: plane.disk("d"))
        other.storageLocations = ["asia"]
        plane.end(of: try plane.insertSnapshot(other))
        plane.end(of: try plane.deleteSnapshot("s2"))
        #expect(first.storageLocation == "us")
        #expect(try plane.getSnapshot("s").storageLocation == "us")
        other = InsertSnapshot(name: "s", sourceDisk: plane.disk("d"))
        other.storageLocations = ["asia"]
        let again = other
        #expect(refusal { _ = try plane.insertSnapshot(again) }?.rule == "GCE-007", "nor is it overwritten")
    }
}

import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import EC2

@Suite("What snapshots store, and what is left when one is deleted")
struct SnapshotLineageTests {
    /// A volume with 4 groups of blocks written, and snapshots before and after one of them changed.
    private func lineage() throws -> (bench: Bench, volume: Volume.ID, first: EBSSnapshot.ID, second: EBSSnapshot.ID) {
        var bench = try Bench()
        let volume = try bench.makeVolume()
        bench.write(0..<512, token: 1, to: volume)
        let first = try bench.makeSnapshot(of: volume)
        bench.write(0..<1, token: 2, to: volume)
        let second = try bench.makeSnapshot(of: volume)
        return (bench, volume, first, second)
    }

    @Test("AWS-031: the first snapshot is full, a later one stores what changed since")
    func increments() throws {
        let (bench, _, first, second) = try lineage()
        #expect(bench.ec2.storedBytes(of: first) == .kibibytes(2_048))
        #expect(bench.ec2.storedBytes(of: second) == .kibibytes(512))
    }

    @Test("AWS-032: a volume made from a snapshot goes on with its lineage")
    func acrossVolumes() throws {
        var (bench, _, first, _) = try lineage()
        let copy = try bench.ec2.createVolume(CreateVolume(zone: "us-east-1a", snapshot: first)).id
        bench.ec2.advance(by: .seconds(3))
        bench.write(300..<301, token: 3, to: copy)
        let third = try bench.makeSnapshot(of: copy)
        #expect(bench.ec2.storedBytes(of: third) == .kibibytes(512))
        #expect(bench.ec2.snapshots[third]?.parent == first)
    }

    @Test("AWS-033: another key, or another owner, begins a new lineage", arguments: ["key", "owner"])
    func newLineage(what: String) throws {
        var (bench, _, first, _) = try lineage()
        var request = CreateVolume(zone: "us-east-1a", snapshot: first)
        if what == "key" { (request.isEncrypted, request.key) = (true, "key-2") }
        if what == "owner" { bench.ec2.snapshots[first]?.owner = "999999999999" }
        let copy = try bench.ec2.createVolume(request).id
        bench.ec2.advance(by: .seconds(3))
        let third = try bench.makeSnapshot(of: copy)
        #expect(bench.ec2.storedBytes(of: third) == .kibibytes(2_048))
    }

    @Test("AWS-034: what a deleted snapshot stored is charged to the next, which stays whole")
    func deletion() throws {
        var (bench, volume, first, second) = try lineage()
        bench.write(128..<129, token: 3, to: volume)
        let third = try bench.makeSnapshot(of: volume)
        let contents = bench.ec2.snapshots[third]?.contents
        try bench.ec2.deleteSnapshot(second)
        #expect(bench.ec2.storedBytes(of: third) == .kibibytes(1_024))
        try bench.ec2.deleteSnapshot(first)
        #expect(bench.ec2.storedBytes(of: third) == .kibibytes(2_048))
        #expect(bench.ec2.snapshots[third]?.contents == contents)
    }

    @Test("AWS-035: what a guest deletes does not shrink earlier snapshots, and empty blocks are not stored")
    func noShrinking() throws {
        var (bench, volume, first, _) = try lineage()
        for block in 0..<512 { bench.ec2.volumes[volume]?.contents[block] = nil }
        let third = try bench.makeSnapshot(of: volume)
        #expect(bench.ec2.storedBytes(of: first) == .kibibytes(2_048))
        #expect(bench.ec2.snapshots[third]?.fullSize == .zero)
    }

    @Test("AWS-036: an image protects its snapshots, the data disk's too, while any image uses them")
    func imagesProtect() throws {
        var bench = try Bench()
        let image = try bench.makeImage()
        let snapshots = try #require(bench.ec2.images[image]).mappings.compactMap(\.snapshot)
        for snapshot in snapshots {
            bench.refuses(
                "InvalidSnapshot.InUse", "The snapshot \(snapshot) is currently in use by \(image)", "AWS-036"
            ) {
                try $0.deleteSnapshot(snapshot)
            }
        }
        try bench.ec2.disableImage(image)
        bench.refuses("InvalidSnapshot.InUse") { try $0.deleteSnapshot(snapshots[1]) }
        bench.ec2.settings.inferred.disabledImagesProtectSnapshots = false
        try bench.ec2.deleteSnapshot(snapshots[1])
    }

    @Test("AWS-037: a rehearsed deletion does not look at what uses the snapshot")
    func rehearsal() throws {
        var bench = try Bench()
        let image = try bench.makeImage()
        let snapshot = try #require(bench.ec2.images[image]?.mappings[0].snapshot)
        bench.refuses("DryRunOperation") { try $0.deleteSnapshot(snapshot, dryRun: true) }
    }

    @Test("AWS-038: a pending snapshot can be deleted, and vanishes from view")
    func pendingDeletion() throws {
        var bench = try Bench()
        let snapshot = try bench.ec2.createSnapshot(of: bench.root)
        try bench.ec2.deleteSnapshot(snapshot.id)
        #expect(try bench.ec2.describeSnapshots().contains { $0.id == snapshot.id } == false)
    }

    @Test("AWS-039: a deleted snapshot is not found, and cannot be deleted again")
    func notIdempotent() throws {
        var (bench, _, first, _) = try lineage()
        try bench.ec2.deleteSnapshot(first)
        let message = "The snapshot '\(first)' does not exist."
        bench.refuses("InvalidSnapshot.NotFound", message, "AWS-039") { try $0.deleteSnapshot(first) }
        bench.refuses("InvalidSnapshot.NotFound", message) { _ = try $0.describeSnapshots([first]) }
    }

    @Test("AWS-040: a volume keeps the contents of a snapshot that is deleted while it loads")
    func volumesStay() throws {
        var (bench, _, first, _) = try lineage()
        let volume = try bench.ec2.createVolume(CreateVolume(zone: "us-east-1a", snapshot: first)).id
        try bench.ec2.deleteSnapshot(first)
        bench.ec2.advance(by: .minutes(1))
        #expect(bench.ec2.volumes[volume]?.state == .available)
        #expect(bench.ec2.volumes[volume]?.contents[0] == Block(token: 1))
    }

    @Test(
        "AWS-041: fast restore is switched off by a deletion, or refuses it in the year of the recording",
        arguments: [false, true])
    func fastRestore(refuses: Bool) throws {
        var (bench, _, first, _) = try lineage()
        if refuses { bench.ec2.settings.eras.fastRestoreProtectsSnapshots = true }
        try bench.ec2.enableFastRestore(of: first, in: "us-east-1a")
        if refuses {
            bench.refuses("InvalidSnapshot.InUse", nil, "AWS-041") { try $0.deleteSnapshot(first) }
        } else {
            try bench.ec2.deleteSnapshot(first)
            #expect(bench.ec2.snapshots[first] == nil)
        }
    }

    @Test("AWS-042: a locked snapshot cannot be deleted, whatever the Recycle Bin would do")
    func locked() throws {
        var (bench, _, first, _) = try lineage()
        try bench.ec2.createRetentionRule(RetentionRule(period: .days(7)))
        _ = try bench.ec2.lockSnapshot(first, mode: .governance, days: 1)
        bench.refuses(bench.ec2.settings.inferred.lockedSnapshot, nil, "AWS-042") { try $0.deleteSnapshot(first) }
        bench.ec2.advance(by: .days(1))
        try bench.ec2.deleteSnapshot(first)
    }

    @Test("AWS-044: a snapshot that a backup service owns cannot be deleted here")
    func managed() throws {
        var (bench, _, first, _) = try lineage()
        bench.ec2.snapshots[first]?.isManaged = true
        bench.refuses(bench.ec2.settings.inferred.managedSnapshot, nil, "AWS-044") { try $0.deleteSnapshot(first) }
    }

    @Test("AWS-045: each snapshot of a volume is deleted by a call of its own")
    func oneByOne() throws {
        var (bench, volume, first, second) = try lineage()
        bench.refuses("InvalidSnapshotID.Malformed") {
            try $0.deleteSnapshot(EBSSnapshot.ID(rawValue: volume.rawValue))
        }
        try bench.ec2.deleteSnapshot(first)
        #expect(try bench.ec2.describeSnapshots([second]).count == 1)
        let taken = try bench.ec2.takeSnapshot(SnapshotRequest(name: "both", scope: .machine), of: bench.machine)
        _ = bench.ec2.takeEvents()
        try bench.ec2.deleteSnapshot(taken.id, of: bench.machine)
        #expect(bench.ec2.takeEvents().count { $0.text.hasPrefix("DeleteSnapshot ->") } == 2)
    }

    @Test("AWS-061: an unknown id among several is an error")
    func unknownAmongSeveral() throws {
        var (bench, _, first, _) = try lineage()
        let unknown = EBSSnapshot.ID(rawValue: "snap-00000000")
        bench.refuses("InvalidSnapshot.NotFound") { _ = try $0.describeSnapshots([first, unknown]) }
    }

    @Test("AWS-062: an id of another form is malformed and not unknown", arguments: ["snap-1", "vol-00000000", ""])
    func malformed(id: String) throws {
        var bench = try Bench()
        bench.refuses("InvalidSnapshotID.Malformed", nil, "AWS-062") {
            try $0.deleteSnapshot(EBSSnapshot.ID(rawValue: id))
        }
    }
}

import HashTreeCollections
import LabCore
import SimulatedMachine
import Testing

@testable import EC2

@Suite("Restoring, copying, archiving and locking snapshots")
struct UsingSnapshotsTests {
    private func made() throws -> (bench: Bench, volume: Volume.ID, snapshot: EBSSnapshot.ID) {
        var bench = try Bench()
        let volume = try bench.makeVolume()
        bench.write(0..<512, to: volume)
        let snapshot = try bench.makeSnapshot(of: volume)
        return (bench, volume, snapshot)
    }

    @Test("AWS-046: only a completed snapshot can be restored, copied, registered or archived")
    func onlyCompleted() throws {
        var (bench, volume, _) = try made()
        let pending = try bench.ec2.createSnapshot(of: volume).id
        let message = "Snapshot '\(pending)' is not 'completed'."
        let mapping = Image.Mapping(device: "/dev/sda1", snapshot: pending)
        bench.refuses(.incorrectState, message, "AWS-046") {
            _ = try $0.createVolume(CreateVolume(zone: "us-east-1a", snapshot: pending))
        }
        bench.refuses(.incorrectState, message) { _ = try $0.copySnapshot(pending, from: "us-east-1") }
        bench.refuses(.incorrectState, message) {
            _ = try $0.registerImage(RegisterImage(name: "new", rootDevice: "/dev/sda1", mappings: [mapping]))
        }
        bench.refuses(.incorrectState, message) { try $0.archiveSnapshot(pending) }
    }

    @Test("AWS-047: a restored volume is available at once and loads its blocks afterwards; a boot from it is slower")
    func lazyLoading() throws {
        var (bench, volume, _) = try made()
        bench.write(0..<40_000, to: volume)
        let snapshot = try bench.makeSnapshot(of: volume)
        let restored = try bench.ec2.createVolume(CreateVolume(zone: "us-east-1a", snapshot: snapshot)).id
        bench.ec2.advance(by: .seconds(2))
        let loading = try #require(bench.ec2.volumes[restored]?.loading)
        #expect(loading.progress(at: loading.start) == 0)
        #expect((1...99).contains(loading.progress(at: bench.ec2.now)))
        bench.ec2.advance(by: .seconds(1))
        #expect(bench.ec2.volumes[restored]?.state == .available)
        bench.ec2.advance(by: .minutes(1))
        #expect(loading.progress(at: bench.ec2.now) == 100)
    }

    @Test("AWS-048: loading is sped up to 100 to 300 MiB a second, and by no other rate", arguments: [99, 301])
    func initializationRate(rate: Int) throws {
        var (bench, _, snapshot) = try made()
        var request = CreateVolume(zone: "us-east-1a", snapshot: snapshot)
        request.initializationRate = rate
        let wrong = request
        let message = "The value specified for VolumeInitializationRate is not in the allowed range."
        bench.refuses(.invalidParameterValue, message, "AWS-048") { _ = try $0.createVolume(wrong) }
        bench.refuses(.invalidParameterValue, message) { _ = try $0.createVolume(wrong, dryRun: true) }
        request.initializationRate = 300
        #expect(try bench.ec2.createVolume(request).loading?.rate == .mebibytes(300))
    }

    @Test(
        "AWS-049: fast restore makes as many volumes whole at once as it has credits",
        arguments: [
            (1, 10), (100, 10), (200, 5), (1_024, 1), (2_000, 1),
        ])
    func credits(size: Int, capacity: Int) {
        var restore = FastRestore(size: size, at: .start)
        restore.move(at: .start)
        restore.move(at: .start)
        #expect(restore.capacity == capacity)
        #expect(restore.credits(at: .start) == 0, "the bucket begins empty")
        let later = Instant.start + .hours(20)
        #expect(restore.credits(at: later) == capacity)
        let taken = (0...capacity).count { _ in restore.take(at: later) }
        #expect(taken == capacity)
    }

    @Test("AWS-049: a volume that takes a credit is marked and needs no loading, the next one does")
    func fastRestored() throws {
        var (bench, _, snapshot) = try made()
        try bench.ec2.enableFastRestore(of: snapshot, in: "us-east-1a")
        bench.ec2.advance(by: .minutes(11))
        let request = CreateVolume(zone: "us-east-1a", snapshot: snapshot)
        let first = try bench.ec2.createVolume(request)
        #expect(first.isFastRestored && first.loading == nil)
        let second = try bench.ec2.createVolume(request)
        #expect(!second.isFastRestored && second.loading != nil)
    }

    @Test("AWS-050: a snapshot lies in one region, and calls that go to another do not find it")
    func regions() throws {
        var (bench, _, snapshot) = try made()
        let message = "The snapshot '\(snapshot)' does not exist."
        bench.refuses("InvalidSnapshot.NotFound", message, "AWS-050") {
            _ = try $0.copySnapshot(snapshot, from: "eu-west-1")
        }
        bench.refuses("InvalidSnapshot.NotFound", message, "AWS-050") {
            try $0.deleteSnapshot(snapshot, in: "eu-west-1")
        }
        let away = try bench.ec2.copySnapshot(snapshot, from: "us-east-1", to: "eu-west-1").id
        bench.ec2.advance(by: .minutes(10))
        #expect(try bench.ec2.describeSnapshots(in: "eu-west-1").map(\.id) == [away])
        #expect(try bench.ec2.describeSnapshots().contains { $0.id == away } == false)
        bench.refuses("InvalidSnapshot.NotFound", nil, "AWS-050") {
            _ = try $0.createVolume(CreateVolume(zone: "us-east-1a", snapshot: away))
        }
        let back = try bench.ec2.copySnapshot(away, from: "eu-west-1").id
        bench.ec2.advance(by: .minutes(10))
        let restored = try bench.ec2.createVolume(CreateVolume(zone: "us-east-1a", snapshot: back))
        #expect(restored.contents == bench.ec2.snapshots[snapshot]?.contents)
        try bench.ec2.deleteSnapshot(away, in: "eu-west-1")
        #expect(try bench.ec2.describeSnapshots(in: "eu-west-1").isEmpty)
    }

    @Test("AWS-051: a snapshot is restored to any zone of the region, and the volume lives there")
    func anyZone() throws {
        var (bench, _, snapshot) = try made()
        for zone in bench.ec2.settings.zones {
            #expect(try bench.ec2.createVolume(CreateVolume(zone: zone, snapshot: snapshot)).zone == zone)
        }
    }

    @Test("AWS-052: a size below the snapshot's is raised to it, a larger one is kept", arguments: [(1, 4), (9, 9)])
    func sizes(asked: Int, got: Int) throws {
        var (bench, _, snapshot) = try made()
        let volume = try bench.ec2.createVolume(CreateVolume(zone: "us-east-1a", size: asked, snapshot: snapshot))
        #expect(volume.shape.size == got)
        #expect(volume.contents.size == .gibibytes(got))
    }

    @Test("AWS-054: encryption is never taken away, can be added, and a key needs the flag")
    func encryption() throws {
        var (bench, _, snapshot) = try made()
        var request = CreateVolume(zone: "us-east-1a", snapshot: snapshot)
        request.key = "key-1"
        let wrong = request
        bench.refuses("InvalidParameterDependency", nil, "AWS-054") { _ = try $0.createVolume(wrong) }
        bench.refuses("InvalidParameterDependency") { _ = try $0.copySnapshot(snapshot, from: "us-east-1", key: "k") }
        let copy = try bench.ec2.copySnapshot(snapshot, from: "us-east-1", isEncrypted: true, key: "key-1")
        bench.ec2.advance(by: .minutes(5))
        var plain = CreateVolume(zone: "us-east-1a", snapshot: copy.id)
        plain.isEncrypted = false
        #expect(try bench.ec2.createVolume(plain).key == "key-1")
    }

    @Test("AWS-055: with encryption by default every new volume and copy is encrypted")
    func encryptionByDefault() throws {
        var (bench, _, snapshot) = try made()
        bench.ec2.account.encryptsByDefault = true
        #expect(try bench.ec2.createVolume(CreateVolume(zone: "us-east-1a", size: 1)).key != nil)
        #expect(try bench.ec2.copySnapshot(snapshot, from: "us-east-1").key != nil)
    }

    @Test("AWS-056: a copy has its own id and start, no volume and no tags; twenty run at a time")
    func copies() throws {
        var (bench, _, snapshot) = try made()
        try bench.ec2.createTags([ResourceTag("team", "blue")], on: [snapshot.rawValue])
        let copy = try bench.ec2.copySnapshot(snapshot, from: "us-east-1")
        #expect(copy.id != snapshot && copy.start == bench.ec2.now && copy.volume.rawValue == "vol-ffffffff")
        #expect(bench.ec2.tags(of: copy.id.rawValue).isEmpty)
        #expect(bench.ec2.settings.quotas.snapshotCopies == 20)
        bench.ec2.settings.quotas.snapshotCopies = 1
        bench.refuses(.resourceLimitExceeded, nil, "AWS-056") { _ = try $0.copySnapshot(snapshot, from: "us-east-1") }
    }

    @Test("AWS-057: the first copy under a key is full, the next incremental, and they run one after the other")
    func copyLineage() throws {
        var (bench, volume, first) = try made()
        let full = try bench.ec2.copySnapshot(first, from: "us-east-1", isEncrypted: true, key: "key-1")
        let waiting = try bench.ec2.copySnapshot(first, from: "us-east-1", isEncrypted: true, key: "key-1")
        #expect(waiting.due >= full.due && full.parent == nil)
        var slow = bench
        slow.ec2.settings.timings.snapshotCopyRate = .kibibytes(1)
        let long = try slow.ec2.copySnapshot(first, from: "us-east-1", isEncrypted: true, key: "key-2")
        let short = try slow.ec2.copySnapshot(first, from: "us-east-1")
        #expect(short.parent == first && short.due >= long.due, "what has nothing to move waits all the same")
        bench.ec2.advance(by: .minutes(10))
        bench.write(0..<1, token: 9, to: volume)
        let second = try bench.makeSnapshot(of: volume)
        let next = try bench.ec2.copySnapshot(second, from: "us-east-1", isEncrypted: true, key: "key-1")
        bench.ec2.advance(by: .minutes(10))
        #expect(bench.ec2.storedBytes(of: full.id) == .kibibytes(2_048))
        #expect(bench.ec2.storedBytes(of: next.id) == .kibibytes(512))
    }

    @Test("AWS-058: a copy from a region that is not there is refused")
    func badRegion() throws {
        var (bench, _, snapshot) = try made()
        bench.refuses("InvalidRegion", nil, "AWS-058") { _ = try $0.copySnapshot(snapshot, from: "mars-1") }
    }

    @Test("AWS-059: no image can be registered from a snapshot of another account")
    func foreign() throws {
        var (bench, _, snapshot) = try made()
        bench.ec2.snapshots[snapshot]?.owner = "999999999999"
        let mapping = Image.Mapping(device: "/dev/sda1", snapshot: snapshot)
        bench.refuses(
            .invalidParameterValue,
            "Invalid value '\(snapshot)' for snapshotId. Snapshot does not belong to 123456789012", "AWS-059"
        ) { _ = try $0.registerImage(RegisterImage(name: "new", rootDevice: "/dev/sda1", mappings: [mapping])) }
        _ = try bench.ec2.createVolume(CreateVolume(zone: "us-east-1a", snapshot: snapshot))
    }

    @Test("AWS-060: a foreign encrypted snapshot is copied with a key of the account's own before it is used")
    func foreignKey() throws {
        var (bench, _, plain) = try made()
        let snapshot = try bench.ec2.copySnapshot(plain, from: "us-east-1", isEncrypted: true, key: "theirs").id
        bench.ec2.advance(by: .minutes(10))
        bench.ec2.snapshots[snapshot]?.owner = "999999999999"
        bench.refuses(bench.ec2.settings.inferred.foreignKey, nil, "AWS-060") {
            _ = try $0.createVolume(CreateVolume(zone: "us-east-1a", snapshot: snapshot))
        }
        bench.refuses(bench.ec2.settings.inferred.foreignKey, nil, "AWS-060") {
            _ = try $0.copySnapshot(snapshot, from: "us-east-1", isEncrypted: true, key: "theirs")
        }
        let own = try bench.ec2.copySnapshot(snapshot, from: "us-east-1", isEncrypted: true, key: "ours")
        #expect(try bench.ec2.copySnapshot(snapshot, from: "us-east-1").key == "alias/aws/ebs")
        bench.ec2.advance(by: .minutes(10))
        #expect(try bench.ec2.createVolume(CreateVolume(zone: "us-east-1a", snapshot: own.id)).key == "ours")
    }

    @Test(
        "AWS-060: what is encrypted is given to nobody under the default key, and never to everybody",
        arguments: [
            (nil, .all, true), (nil, .account("999999999999"), true),
            ("alias/aws/ebs", .account("999999999999"), false),
            ("alias/aws/ebs", .all, false), ("ours", .account("999999999999"), true), ("ours", .all, false),
        ] as [(String?, SnapshotRecipient, Bool)])
    func sharing(key: String?, recipient: SnapshotRecipient, isAllowed: Bool) throws {
        var (bench, _, snapshot) = try made()
        bench.ec2.snapshots[snapshot]?.key = key
        guard isAllowed else {
            return bench.refuses(bench.ec2.settings.inferred.sharingEncrypted, nil, "AWS-060") {
                try $0.modifySnapshotAttribute(of: snapshot, adding: [recipient])
            }
        }
        bench.refuses(.invalidParameterCombination) {
            try $0.modifySnapshotAttribute(of: snapshot, adding: [recipient], removing: [.all])
        }
        try bench.ec2.modifySnapshotAttribute(of: snapshot, adding: [recipient])
        #expect(bench.ec2.snapshots[snapshot]?.recipients == [recipient])
        try bench.ec2.modifySnapshotAttribute(of: snapshot, removing: [recipient])
        #expect(bench.ec2.snapshots[snapshot]?.recipients == [])
    }

    @Test("AWS-141: a snapshot that an image uses cannot be archived, unless that image is disabled")
    func archiving() throws {
        var bench = try Bench()
        let image = try bench.makeImage()
        let snapshot = try #require(bench.ec2.images[image]?.mappings[0].snapshot)
        bench.refuses("InvalidSnapshot.InUse", nil, "AWS-141") { try $0.archiveSnapshot(snapshot) }
        try bench.ec2.disableImage(image)
        try bench.ec2.archiveSnapshot(snapshot)
        _ = try bench.ec2.createVolume(CreateVolume(zone: "us-east-1a", snapshot: snapshot))
        bench.refuses(.incorrectState, nil, "AWS-141") { try $0.archiveSnapshot(snapshot) }
    }

    @Test("AWS-142: an archived snapshot is restored for some days, or for good, before it can be used")
    func archived() throws {
        var (bench, _, snapshot) = try made()
        let request = CreateVolume(zone: "us-east-1a", snapshot: snapshot)
        try bench.ec2.archiveSnapshot(snapshot)
        bench.ec2.advance(by: .hours(24))
        bench.refuses(.incorrectState, nil, "AWS-142") { _ = try $0.createVolume(request) }
        try bench.ec2.restoreSnapshotTier(snapshot, days: 3)
        bench.refuses(.incorrectState) { _ = try $0.createVolume(request) }
        bench.ec2.advance(by: .hours(24))
        _ = try bench.ec2.createVolume(request)
        bench.ec2.advance(by: .days(3))
        bench.refuses(.incorrectState) { _ = try $0.createVolume(request) }
        try bench.ec2.restoreSnapshotTier(snapshot)
        bench.ec2.advance(by: .hours(24))
        #expect(bench.ec2.snapshots[snapshot]?.tier.state == .standard)
    }

    @Test("AWS-143: an archived snapshot is stored whole, and the next one is charged for what they shared")
    func archivedStorage() throws {
        var (bench, volume, first) = try made()
        bench.write(0..<1, token: 2, to: volume)
        let second = try bench.makeSnapshot(of: volume)
        #expect(bench.ec2.storedBytes(of: second) == .kibibytes(512))
        var other = bench
        try other.ec2.archiveSnapshot(second)
        other.ec2.advance(by: .hours(24))
        #expect(other.ec2.storedBytes(of: second) == .kibibytes(2_048))
        try bench.ec2.archiveSnapshot(first)
        bench.ec2.advance(by: .hours(24))
        #expect(bench.ec2.storedBytes(of: first) == .kibibytes(2_048))
        #expect(bench.ec2.storedBytes(of: second) == .kibibytes(2_048))
    }

    @Test("AWS-144: a lock of a pending snapshot counts from its completion, and takes one measure of time")
    func lockTerms() throws {
        var (bench, volume, _) = try made()
        let pending = try bench.ec2.createSnapshot(of: volume)
        #expect(try bench.ec2.lockSnapshot(pending.id, mode: .governance, days: 2).end == nil)
        bench.ec2.advance(by: .minutes(10))
        #expect(bench.ec2.snapshots[pending.id]?.lock?.end == pending.due + .days(2))
        bench.refuses(.missingParameter, nil, "AWS-144") { _ = try $0.lockSnapshot(pending.id, mode: .governance) }
        bench.refuses(.invalidParameterCombination, nil, "AWS-144") { ec2 in
            _ = try ec2.lockSnapshot(pending.id, mode: .governance, days: 1, expiration: ec2.now + .days(1))
        }
        bench.refuses(.invalidParameterCombination, nil, "AWS-144") {
            _ = try $0.lockSnapshot(pending.id, mode: .governance, days: 1, coolOffHours: 1)
        }
        for days in [0, 36_501] {
            bench.refuses(.invalidParameterCombination, nil, "AWS-144") {
                _ = try $0.lockSnapshot(pending.id, mode: .governance, days: days)
            }
        }
    }

    @Test("AWS-145: a governance lock comes off at any time, a compliance lock only while it cools off")
    func lockModes() throws {
        var (bench, _, snapshot) = try made()
        _ = try bench.ec2.lockSnapshot(snapshot, mode: .governance, days: 5)
        try bench.ec2.unlockSnapshot(snapshot)
        _ = try bench.ec2.lockSnapshot(snapshot, mode: .compliance, days: 5, coolOffHours: 1)
        try bench.ec2.unlockSnapshot(snapshot)
        _ = try bench.ec2.lockSnapshot(snapshot, mode: .compliance, days: 5, coolOffHours: 1)
        bench.ec2.advance(by: .hours(1))
        bench.refuses(.operationNotPermitted, nil, "AWS-145") { try $0.unlockSnapshot(snapshot) }
        bench.refuses(.operationNotPermitted) { _ = try $0.lockSnapshot(snapshot, mode: .compliance, days: 4) }
        bench.refuses(.operationNotPermitted) { _ = try $0.lockSnapshot(snapshot, mode: .governance, days: 9) }
        bench.refuses(.operationNotPermitted) {
            _ = try $0.lockSnapshot(snapshot, mode: .compliance, days: 9, coolOffHours: 2)
        }
        _ = try bench.ec2.lockSnapshot(snapshot, mode: .compliance, days: 9)
    }
}

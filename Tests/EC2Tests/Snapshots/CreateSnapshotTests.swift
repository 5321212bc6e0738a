import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import EC2

@Suite("Taking a snapshot of one volume")
struct CreateSnapshotTests {
    @Test("AWS-001: what is written after the request is accepted is not in the snapshot")
    func contentsAreFixed() throws {
        var bench = try Bench()
        let volume = try bench.makeVolume()
        bench.write(0..<8, token: 1, to: volume)
        let snapshot = try bench.ec2.createSnapshot(of: volume)
        bench.write(0..<8, token: 2, to: volume)
        bench.ec2.advance(by: .minutes(5))
        let kept = try #require(bench.ec2.snapshots[snapshot.id])
        #expect(kept.state == .completed)
        #expect(kept.contents[0] == Block(token: 1))
    }

    @Test("AWS-002: what the guest has not flushed is not in the snapshot")
    func memoryIsAbsent() throws {
        var bench = try Bench()
        _ = try bench.ec2.perform(.writeLooseFiles(5), on: bench.machine)
        let before = try bench.ec2.createSnapshot(of: bench.data)
        _ = try bench.ec2.perform(.flush, on: bench.machine)
        bench.ec2.advance(by: .seconds(15))
        let after = try bench.ec2.createSnapshot(of: bench.data)
        let changed = after.contents.changedBlocks(since: before.contents)
        #expect(!changed.isEmpty, "the flush brought blocks that the first snapshot lacks")
    }

    @Test("AWS-003: the answer is pending, with an empty progress and no time of completion")
    func answer() throws {
        var bench = try Bench()
        let snapshot = try bench.ec2.createSnapshot(of: bench.root)
        #expect(snapshot.state == .pending)
        #expect(snapshot.progress(at: bench.ec2.now).isEmpty)
        #expect(snapshot.completed == nil)
    }

    @Test("AWS-004: neither the volume nor its attachment changes its state")
    func statesStay() throws {
        var bench = try Bench()
        let before = try #require(bench.ec2.volumes[bench.data])
        _ = try bench.ec2.createSnapshot(of: bench.data)
        let after = try #require(bench.ec2.volumes[bench.data])
        #expect(after.state == before.state)
        #expect(after.attachment == before.attachment)
        #expect(bench.record?.state == .running)
    }

    @Test("AWS-005: a volume that is neither available nor in use has no snapshot taken of it")
    func stateOfVolume() throws {
        var bench = try Bench()
        let volume = try bench.ec2.createVolume(CreateVolume(zone: "us-east-1a", size: 1))
        bench.refuses(
            .incorrectState, "Volume '\(volume.id)' is not in the 'available' or 'in-use' state.", "AWS-005"
        ) { _ = try $0.createSnapshot(of: volume.id) }
    }

    @Test(
        "AWS-006: one volume has five pending snapshots at most, a throughput volume one",
        arguments: [
            ("gp3", 5), ("st1", 1), ("sc1", 1),
        ])
    func pendingPerVolume(type: String, limit: Int) throws {
        var settings = EC2.Settings()
        settings.timings.snapshotInterval = .zero
        var bench = try Bench(settings: settings)
        let volume = try bench.makeVolume(size: 125, type: type)
        for _ in 0..<limit { _ = try bench.ec2.createSnapshot(of: volume) }
        bench.refuses(
            "ConcurrentSnapshotLimitExceeded", "Maximum allowed in-progress snapshots for a single volume exceeded.",
            "AWS-006"
        ) { _ = try $0.createSnapshot(of: volume) }
    }

    @Test("AWS-007: two snapshots of a volume are fifteen seconds apart, or as the setting says", arguments: [15, 60])
    func interval(seconds: Int) throws {
        var settings = EC2.Settings()
        settings.timings.snapshotInterval = .seconds(seconds)
        var bench = try Bench(settings: settings)
        _ = try bench.ec2.createSnapshot(of: bench.root)
        bench.ec2.advance(by: .seconds(seconds - 1))
        let root = bench.root
        bench.refuses("SnapshotCreationPerVolumeRateExceeded", nil, "AWS-007") { _ = try $0.createSnapshot(of: root) }
        bench.ec2.advance(by: .seconds(1))
        _ = try bench.ec2.createSnapshot(of: bench.root)
    }

    @Test("AWS-008: a pending snapshot that was deleted, or failed, still takes up a slot", arguments: [true, false])
    func ghostSlots(deleted: Bool) throws {
        var settings = EC2.Settings()
        settings.timings.snapshotInterval = .zero
        settings.quotas.pendingSnapshotsPerVolume = 1
        var bench = try Bench(settings: settings)
        if !deleted { try bench.ec2.inject(.snapshotEndsInError, into: bench.machine) }
        let data = bench.data
        let snapshot = try bench.ec2.createSnapshot(of: data)
        if deleted {
            try bench.ec2.deleteSnapshot(snapshot.id)
        } else {
            bench.ec2.advance(by: snapshot.due - bench.ec2.now)
        }
        bench.refuses("ConcurrentSnapshotLimitExceeded") { _ = try $0.createSnapshot(of: data) }
        bench.ec2.advance(by: .minutes(10))
        _ = try bench.ec2.createSnapshot(of: data)
    }

    @Test("AWS-009: a younger snapshot of a volume is not complete before an older one")
    func order() throws {
        var settings = EC2.Settings()
        settings.timings.snapshotInterval = .zero
        var bench = try Bench(settings: settings)
        let volume = try bench.makeVolume(size: 40)
        bench.write(0..<16_000, to: volume)
        let first = try bench.ec2.createSnapshot(of: volume)
        let second = try bench.ec2.createSnapshot(of: volume)
        #expect(first.due > first.start + .seconds(31), "there is something to copy")
        #expect(second.due == first.due)
        bench.ec2.advance(by: first.due - bench.ec2.now - .nanoseconds(1))
        #expect(bench.ec2.snapshots[second.id]?.progress(at: bench.ec2.now) == "99%")
    }

    @Test("AWS-010: the account has a hundred pending snapshots at most")
    func pendingOfAccount() throws {
        var settings = EC2.Settings()
        settings.quotas.pendingSnapshots = 1
        var bench = try Bench(settings: settings)
        let (root, data) = (bench.root, bench.data)
        #expect(EC2.Settings().quotas.pendingSnapshots == 100)
        _ = try bench.ec2.createSnapshot(of: root)
        bench.refuses("PendingSnapshotLimitExceeded", nil, "AWS-010") { _ = try $0.createSnapshot(of: data) }
    }

    @Test("AWS-011: the region has a hundred thousand snapshots at most")
    func snapshotsOfRegion() throws {
        var bench = try Bench()
        #expect(EC2.Settings().quotas.snapshots == 100_000)
        let root = bench.root
        bench.ec2.settings.quotas.snapshots = bench.ec2.snapshots.count
        bench.refuses("SnapshotLimitExceeded", nil, "AWS-011") { _ = try $0.createSnapshot(of: root) }
    }

    @Test("AWS-012: the progress is a text that counts up to 99% and is 100% when complete")
    func progress() throws {
        var bench = try Bench()
        let snapshot = try bench.ec2.createSnapshot(of: bench.root)
        let whole = snapshot.due - snapshot.start
        bench.ec2.advance(by: whole / 2)
        #expect(try bench.ec2.describeSnapshots([snapshot.id])[0].progress(at: bench.ec2.now) == "50%")
        #expect(snapshot.progress(at: snapshot.due + .hours(1)) == "99%", "it is pending for as long as that lasts")
        bench.ec2.advance(by: whole)
        #expect(try bench.ec2.describeSnapshots([snapshot.id])[0].progress(at: bench.ec2.now) == "100%")
    }

    @Test("AWS-013: the time of completion and the full size are known once it is complete")
    func completion() throws {
        var bench = try Bench()
        let pending = try bench.ec2.createSnapshot(of: bench.root)
        #expect(pending.completed == nil && pending.fullSize == nil)
        bench.ec2.advance(by: .minutes(5))
        let done = try bench.ec2.describeSnapshots([pending.id])[0]
        #expect(done.completed == pending.due)
        #expect(try #require(done.fullSize) > .zero)
        #expect(done.tier.state == .standard)
    }

    @Test(
        "AWS-014: the size is that of the volume; the full size counts written blocks of 512 KiB",
        arguments: [
            (0..<0, 0), (0..<1, 512), (0..<128, 512), (127..<129, 1_024),
        ])
    func sizes(blocks: Range<Int>, kibibytes: Int) throws {
        var bench = try Bench()
        let volume = try bench.makeVolume(size: 7)
        bench.write(blocks, to: volume)
        let snapshot = try bench.makeSnapshot(of: volume)
        #expect(bench.ec2.snapshots[snapshot]?.volumeSize == 7)
        #expect(bench.ec2.snapshots[snapshot]?.fullSize == .kibibytes(kibibytes))
    }

    @Test("AWS-015: encryption is inherited from the volume, tags are not")
    func inheritance() throws {
        var bench = try Bench()
        var request = CreateVolume(zone: "us-east-1a", size: 1)
        (request.isEncrypted, request.key) = (true, "key-1")
        request.tags = [ResourceTag("team", "blue")]
        let volume = try bench.ec2.createVolume(request)
        bench.ec2.advance(by: .seconds(3))
        let snapshot = try bench.ec2.createSnapshot(of: volume.id)
        #expect(snapshot.key == "key-1")
        #expect(bench.ec2.tags(of: snapshot.id.rawValue).isEmpty)
    }

    @Test("AWS-016: a description is ASCII, unless the setting says otherwise, and has 255 characters at most")
    func description() throws {
        var bench = try Bench()
        let root = bench.root
        bench.refuses(.invalidParameterValue, nil, "AWS-016") {
            _ = try $0.createSnapshot(of: root, description: "süß")
        }
        let long = String(repeating: "x", count: 256)
        bench.refuses(.invalidParameterValue, nil, "AWS-016") { _ = try $0.createSnapshot(of: root, description: long) }
        bench.ec2.settings.inferred.refusesNonASCIIDescriptions = false
        _ = try bench.ec2.createSnapshot(of: root, description: "süß")
    }

    @Test("AWS-017: a pending snapshot outlives its volume and its instance")
    func sourceGoes() throws {
        var bench = try Bench()
        let (root, data) = (bench.root, bench.data)
        let first = try bench.ec2.createSnapshot(of: root)
        let second = try bench.ec2.createSnapshot(of: data)
        _ = try bench.ec2.terminateInstances([bench.instance])
        bench.ec2.advance(by: .minutes(1))
        #expect(bench.ec2.volumes[root] == nil)
        bench.ec2.advance(by: .minutes(5))
        #expect(bench.ec2.snapshots[first.id]?.state == .completed)
        #expect(bench.ec2.snapshots[second.id]?.state == .completed)
    }

    @Test("AWS-018: the same request again makes another snapshot")
    func noToken() throws {
        var bench = try Bench()
        try bench.ec2.inject(.call(verb: "CreateSnapshot", occurrence: 1, effect: .loseReply), into: bench.machine)
        let count = bench.ec2.snapshots.count
        let root = bench.root
        #expect(throws: EC2Fault.self) { _ = try bench.ec2.createSnapshot(of: root) }
        bench.ec2.advance(by: .seconds(15))
        _ = try bench.ec2.createSnapshot(of: root)
        #expect(bench.ec2.snapshots.count == count + 2)
    }

    @Test("AWS-019: a snapshot of the root volume may be taken while the instance runs")
    func rootOfRunning() throws {
        var bench = try Bench()
        #expect(bench.record?.state == .running)
        #expect(try bench.ec2.createSnapshot(of: bench.root).volume == bench.root)
    }

    @Test("AWS-020: a key that cannot be used fails later: the snapshot and the new volume go to error")
    func disabledKey() throws {
        var bench = try Bench()
        var request = CreateVolume(zone: "us-east-1a", size: 1)
        (request.isEncrypted, request.key) = (true, "key-1")
        let volume = try bench.ec2.createVolume(request).id
        bench.ec2.advance(by: .seconds(3))
        let snapshot = try bench.ec2.createSnapshot(of: volume)
        let first = try bench.makeSnapshot(of: volume)
        bench.ec2.account.disabledKeys = ["key-1"]
        #expect(snapshot.state == .pending)
        let late = try bench.ec2.createSnapshot(of: volume)
        let restored = try bench.ec2.createVolume(CreateVolume(zone: "us-east-1a", snapshot: first))
        bench.ec2.advance(by: .minutes(5))
        #expect(bench.ec2.snapshots[late.id]?.state == .error)
        #expect(bench.ec2.snapshots[late.id]?.statusMessage?.contains("key-1") == true)
        #expect(bench.ec2.volumes[restored.id]?.state == .error)
    }
}

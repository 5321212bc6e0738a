import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import EC2

@Suite("Replacing the root volume of a running instance")
struct RootReplacementTests {
    private func made() throws -> (bench: Bench, snapshot: EBSSnapshot.ID, request: CreateReplaceRootVolumeTask) {
        var bench = try Bench()
        let snapshot = try bench.makeSnapshot(of: bench.root)
        var request = CreateReplaceRootVolumeTask(instance: bench.instance)
        request.snapshot = snapshot
        return (bench, snapshot, request)
    }

    @Test("AWS-132: the instance runs")
    func running() throws {
        var (bench, _, request) = try made()
        try bench.ec2.setPower(.shutDown, of: bench.machine)
        let code = bench.ec2.settings.inferred.rootReplacementState
        bench.refuses(code, nil, "AWS-132") { _ = try $0.createReplaceRootVolumeTask(request) }
    }

    @Test("AWS-133: from a snapshot, an image or the launch state, but not from two of them")
    func sources() throws {
        var (bench, _, request) = try made()
        let launch = try #require(bench.record?.launchSnapshot)
        _ = try bench.ec2.perform(.upgrade(version: "3.14", failure: nil), on: bench.machine)
        _ = try bench.ec2.createReplaceRootVolumeTask(CreateReplaceRootVolumeTask(instance: bench.instance))
        bench.ec2.advance(by: .minutes(5))
        #expect(bench.ec2.volumes[bench.root]?.snapshot == launch)
        request.image = bench.image
        let both = request
        bench.refuses(bench.ec2.settings.inferred.rootReplacementSources, nil, "AWS-133") {
            _ = try $0.createReplaceRootVolumeTask(both)
        }
    }

    @Test("AWS-134: only a snapshot of one of the instance's own roots will do, and no copy of one")
    func lineage() throws {
        var (bench, snapshot, _) = try made()
        let copy = try bench.ec2.copySnapshot(snapshot, from: "us-east-1").id
        let other = try bench.makeSnapshot(of: bench.data)
        for wrong in [copy, other] {
            var request = CreateReplaceRootVolumeTask(instance: bench.instance)
            request.snapshot = wrong
            let refused = request
            bench.refuses(
                .invalidParameterValue,
                "Invalid snapshot for root volume for virt \(bench.instance). The snapshot should be of one of the root "
                    + "volumes attached to the instance in the past", "AWS-134"
            ) { _ = try $0.createReplaceRootVolumeTask(refused) }
        }
    }

    @Test(
        "AWS-135: an image has the instance's architecture and a root that is no smaller",
        arguments: [
            "architecture", "size",
        ])
    func imageFits(what: String) throws {
        var (bench, _, _) = try made()
        let image = try bench.makeImage()
        if what == "architecture" { bench.ec2.images[image]?.architecture = "arm64" }
        if what == "size" { bench.ec2.volumes[bench.root]?.shape.size = 9 }
        var request = CreateReplaceRootVolumeTask(instance: bench.instance)
        request.image = image
        let wrong = request
        bench.refuses(what == "size" ? .invalidParameterValue : .invalidParameterCombination, nil, "AWS-135") {
            _ = try $0.createReplaceRootVolumeTask(wrong)
        }
    }

    @Test("AWS-136: the root is another volume with the snapshot's contents; state, addresses and data disk stay")
    func effect() throws {
        var (bench, snapshot, request) = try made()
        let before = try bench.ec2.facts(of: bench.machine)
        let (oldRoot, data, addresses) = (bench.root, bench.data, bench.record?.publicAddress)
        _ = try bench.ec2.perform(.upgrade(version: "3.14", failure: nil), on: bench.machine)
        _ = try bench.ec2.createReplaceRootVolumeTask(request)
        for _ in 0..<20 {
            bench.ec2.advance(by: .seconds(15))
            #expect(bench.record?.state == .running)
        }
        let after = try bench.ec2.facts(of: bench.machine)
        #expect(bench.root != oldRoot && bench.data == data && bench.record?.publicAddress == addresses)
        #expect(bench.ec2.volumes[bench.root]?.snapshot == snapshot)
        #expect(after[.version] == before[.version])
        #expect(after[.bootID] != before[.bootID])
    }

    @Test(
        "AWS-137: the new root has the type, the size and the flag of the old one; an image changes the image id",
        arguments: [false, true])
    func shape(isDeleted: Bool) throws {
        var (bench, _, _) = try made()
        let image = try bench.makeImage()
        // Type and flag are others now than the image says.
        _ = try bench.ec2.modifyVolume(bench.root, type: "io2", iops: 300)
        try bench.ec2.modifyInstanceAttribute(
            of: bench.instance, [.deleteOnTermination(device: "/dev/sda1", isDeleted)])
        bench.ec2.advance(by: .hours(12))
        let old = try #require(bench.ec2.volumes[bench.root])
        var request = CreateReplaceRootVolumeTask(instance: bench.instance)
        request.image = image
        _ = try bench.ec2.createReplaceRootVolumeTask(request)
        bench.ec2.advance(by: .minutes(5))
        let new = try #require(bench.ec2.volumes[bench.root])
        #expect(new.id != old.id)
        #expect(new.shape == old.shape && new.shape.type == .io2)
        #expect(new.attachment?.deleteOnTermination == isDeleted)
        #expect(bench.image == image)
    }

    @Test("AWS-138: the old root is kept as an available volume, unless it is to be deleted", arguments: [false, true])
    func oldRoot(isDeleted: Bool) throws {
        var (bench, _, request) = try made()
        let old = bench.root
        request.deletesReplacedRoot = isDeleted
        _ = try bench.ec2.createReplaceRootVolumeTask(request)
        bench.ec2.advance(by: .minutes(5))
        #expect(bench.ec2.volumes[old]?.state == (isDeleted ? nil : .available))
    }

    @Test(
        "AWS-139: a task that fails keeps the old root and reboots, or leaves the instance without a root",
        arguments: [
            RootReplacementState.failed, .failedDetached,
        ])
    func failures(outcome: RootReplacementState) throws {
        var (bench, _, request) = try made()
        let (old, boot) = (bench.root, try bench.ec2.facts(of: bench.machine)[.bootID])
        bench.ec2.failingRootReplacements[bench.instance] = outcome
        let task = try bench.ec2.createReplaceRootVolumeTask(request)
        #expect(task.state == .pending)
        var states: [RootReplacementState] = []
        for _ in 0..<90 {
            bench.ec2.advance(by: .seconds(1))
            let state = try bench.ec2.describeReplaceRootVolumeTasks([task.id])[0].state
            if states.last != state { states.append(state) }
        }
        if outcome == .failed {
            #expect(states == [.failing, .failed])
            #expect(bench.root == old)
            let facts = try bench.ec2.facts(of: bench.machine)
            #expect(facts[.power] == "on" && facts[.bootID] != boot)
        } else {
            #expect(states == [.inProgress, .failingDetached, .failedDetached])
            #expect(bench.record?.devices["/dev/sda1"] == nil && bench.ec2.volumes[old]?.state == .available)
        }
    }

    @Test("AWS-140: snapshots of a replaced root are good for another replacement, and protection does not matter")
    func again() throws {
        var (bench, snapshot, request) = try made()
        try bench.ec2.modifyInstanceAttribute(of: bench.instance, [.disableAPITermination(true)])
        for _ in 0..<2 {
            _ = try bench.ec2.createReplaceRootVolumeTask(request)
            bench.ec2.advance(by: .minutes(5))
            #expect(bench.ec2.volumes[bench.root]?.snapshot == snapshot)
        }
    }
}

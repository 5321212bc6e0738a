import HashTreeCollections
import LabCore
import SimulatedMachine
import Testing

@testable import EC2

@Suite("Deleting and modifying volumes")
struct ChangeDiskTests {
    @Test("AWS-085: an attached volume is not deleted, one that is still being made is")
    func deletion() throws {
        var bench = try Bench()
        let (data, instance) = (bench.data, bench.instance)
        bench.refuses("VolumeInUse", "Volume \(data) is currently attached to \(instance)", "AWS-085") {
            try $0.deleteVolume(data)
        }
        let volume = try bench.ec2.createVolume(CreateVolume(zone: "us-east-1a", size: 1)).id
        try bench.ec2.deleteVolume(volume)
        bench.ec2.advance(by: .minutes(1))
        #expect(bench.ec2.volumes[volume] == nil)
    }

    @Test("AWS-086: a deleted volume shows as deleting for a while and then is not found")
    func afterDeletion() throws {
        var bench = try Bench()
        let volume = try bench.makeVolume()
        try bench.ec2.deleteVolume(volume)
        #expect(try bench.ec2.describeVolumes([volume]).map(\.state) == [.deleting])
        bench.ec2.advance(by: .seconds(5))
        bench.refuses("InvalidVolume.NotFound", "The volume '\(volume)' does not exist.", "AWS-086") {
            _ = try $0.describeVolumes([volume])
        }
    }

    @Test("AWS-087: a volume is deleted while its snapshot is pending, and the snapshot stays")
    func snapshotsStay() throws {
        var bench = try Bench()
        let volume = try bench.makeVolume()
        let snapshot = try bench.ec2.createSnapshot(of: volume).id
        try bench.ec2.deleteVolume(volume)
        bench.ec2.advance(by: .minutes(5))
        #expect(bench.ec2.volumes[volume] == nil)
        #expect(bench.ec2.snapshots[snapshot]?.state == .completed)
    }

    @Test("AWS-088: a volume never shrinks, and a modification asks for something; a rehearsal checks neither")
    func shrinking() throws {
        var bench = try Bench()
        let volume = try bench.makeVolume(size: 4)
        bench.refuses(.invalidParameterValue, "New size cannot be smaller than existing size", "AWS-088") {
            _ = try $0.modifyVolume(volume, size: 3)
        }
        bench.refuses(
            .invalidParameterValue, "Must specify at least one of size, type, iops, throughput or multi-attach",
            "AWS-088"
        ) { _ = try $0.modifyVolume(volume) }
        bench.refuses("DryRunOperation") { _ = try $0.modifyVolume(volume, size: 3, dryRun: true) }
        _ = try bench.ec2.modifyVolume(volume, size: 4)
    }

    @Test("AWS-089: one modification at a time")
    func oneAtATime() throws {
        var bench = try Bench()
        let volume = try bench.makeVolume()
        _ = try bench.ec2.modifyVolume(volume, size: 8)
        bench.refuses("IncorrectModificationState", nil, "AWS-089") { _ = try $0.modifyVolume(volume, size: 9) }
    }

    @Test("AWS-090: four modifications in a day, or two with six hours between them in older regions")
    func rate() throws {
        var bench = try Bench()
        let volume = try bench.makeVolume()
        for size in 5...8 {
            _ = try bench.ec2.modifyVolume(volume, size: size)
            bench.ec2.advance(by: .hours(1))
        }
        bench.refuses("VolumeModificationRateExceeded", nil, "AWS-090") { _ = try $0.modifyVolume(volume, size: 9) }
        bench.ec2.advance(by: .hours(20))
        _ = try bench.ec2.modifyVolume(volume, size: 9)
        bench.ec2.settings.eras.modificationsNeedSixHours = true
        bench.ec2.advance(by: .hours(5))
        bench.refuses("VolumeModificationRateExceeded", nil, "AWS-090") { _ = try $0.modifyVolume(volume, size: 10) }
    }

    @Test("AWS-091: the new size shows when optimizing begins, and a snapshot from before has the old one")
    func newSize() throws {
        var bench = try Bench()
        let volume = try bench.makeVolume(size: 4)
        let snapshot = try bench.makeSnapshot(of: volume)
        #expect(try bench.ec2.modifyVolume(volume, size: 9).state == .modifying)
        #expect(bench.ec2.volumes[volume]?.shape.size == 4)
        bench.ec2.advance(by: .seconds(1))
        #expect(try bench.ec2.describeVolumesModifications([volume])[0].state == .optimizing)
        #expect(bench.ec2.volumes[volume]?.shape.size == 9)
        #expect(bench.ec2.volumes[volume]?.contents.size == .gibibytes(9))
        bench.ec2.advance(by: .hours(1))
        #expect(try bench.ec2.describeVolumesModifications([volume])[0].state == .completed)
        #expect(try bench.ec2.createVolume(CreateVolume(zone: "us-east-1a", snapshot: snapshot)).shape.size == 4)
    }

    @Test("AWS-092: asking for the modification of a volume that never had one is an error")
    func noModification() throws {
        var bench = try Bench()
        let volume = try bench.makeVolume()
        bench.refuses(
            "InvalidVolumeModification.NotFound", "Modification for volume \(volume) does not exist.", "AWS-092"
        ) { _ = try $0.describeVolumesModifications([volume]) }
        #expect(try bench.ec2.describeVolumesModifications().isEmpty)
    }

    @Test("AWS-095: a healthy volume has its IO enabled already")
    func enableIO() throws {
        var bench = try Bench()
        let data = bench.data
        bench.refuses(.incorrectState, "Volume \(data) already has IO enabled", "AWS-095") {
            try $0.enableVolumeIO(data)
        }
    }
}

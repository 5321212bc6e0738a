import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import HyperV

@Suite("Taking checkpoints")
struct CreateSnapshotTests {
    @Test("HV-001 and HV-058: the machine's position says what the next checkpoint hangs under")
    func position() throws {
        var lab = try Lab()
        #expect(try lab.vm.tree.current == nil)
        let first = try lab.checkpoint("one")
        #expect(try lab.vm.tree.current == first.id)
        let second = try lab.checkpoint("two")
        #expect(try lab.vm.tree.nodes[second.id]?.parent == first.id)
    }

    @Test("HV-002: a checkpoint without a name is called after the machine and the time")
    func usualName() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint(nil)
        let fields = checkpoint.created.fields
        #expect(checkpoint.name.hasPrefix("web - (1/1/2026 - 12:0\(fields.clock.minute):"))
        #expect(checkpoint.name.hasSuffix(" AM)"))
    }

    @Test(
        "HV-002: the clock in the usual name counts twelve hours",
        arguments: [(0, "12:05:09 AM"), (11, "11:05:09 AM"), (12, "12:05:09 PM"), (23, "11:05:09 PM")])
    func usualClock(hour: Int, clock: String) throws {
        let (lab, day) = (try Lab(), 86_400_000_000_000 as Int64)
        let midnight = Instant(nanoseconds: lab.host.now.nanoseconds / day * day) + .days(12)
        let instant = midnight + .hours(hour) + .seconds(309)
        #expect(HyperV.usualName(of: try lab.vm, at: instant) == "web - (1/13/2026 - \(clock))")
    }

    @Test("HV-003: a name is not blank and has at most a hundred characters", arguments: ["", "  ", "101"])
    func badName(name: String) throws {
        var lab = try Lab()
        let name = name == "101" ? String(repeating: "x", count: 101) : name
        let before = lab.host.inventory
        let fault = refusal { _ = try lab.host.checkpointVM(lab.id, CheckpointRequest(name: name)) }
        #expect(fault?.rule == "HV-003")
        #expect(fault?.id == .invalidParameter)
        #expect(lab.host.inventory == before)
        #expect(try lab.checkpoint(String(repeating: "x", count: 100)).name.count == 100)
    }

    @Test("HV-004: two checkpoints of a machine may have one name, and both are listed")
    func sameName() throws {
        var lab = try Lab()
        try lab.checkpoint("twin")
        try lab.checkpoint("twin")
        #expect(try lab.host.vmSnapshots(of: lab.id, named: "twin").count == 2)
        lab.host.settings.inferred.checkpointNamesRepeat = false
        #expect(refusal { try lab.checkpoint("twin") }?.id == .invalidParameter)
    }

    @Test("HV-006: a machine whose checkpoints are disabled takes none")
    func disabled() throws {
        var lab = try Lab()
        try lab.setType(.disabled)
        let fault = refusal { try lab.checkpoint() }
        #expect(fault?.rule == "HV-006")
        #expect(fault?.message.split(separator: "\n").count == 4)
        #expect(fault?.message.contains("Checkpoints have been disabled for 'web'.") == true)
        #expect(fault?.fullyQualifiedErrorID == "OperationFailed,Microsoft.HyperV.PowerShell.Commands.CheckpointVM")
        #expect(fault?.returnCode == 32768)
    }

    @Test("HV-007: a new machine takes production checkpoints")
    func productionByDefault() throws {
        #expect(try Lab().vm.config.checkpointType == .production)
        #expect(CheckpointType.production.rawValue == 3)
    }

    @Test("HV-015: a machine between two states takes no checkpoint")
    func transitional() throws {
        var lab = try Lab()
        _ = try lab.host.saveVM(lab.id)
        #expect(try lab.vm.state == .saving)
        let fault = refusal { _ = try lab.host.checkpointVM(lab.id) }
        #expect(fault?.id == .invalidState)
        #expect(fault?.returnCode == 32775)
        #expect(fault?.rule == "HV-015")
    }

    @Test("HV-016: a second operation on a machine is refused and not queued")
    func busy() throws {
        var lab = try Lab()
        let job = try lab.host.checkpointVM(lab.id, CheckpointRequest(name: "one"))
        let fault = refusal { _ = try lab.host.checkpointVM(lab.id, CheckpointRequest(name: "two")) }
        #expect(fault?.rule == "HV-016")
        #expect(fault?.message.contains("is being modified by another operation") == true)
        try lab.host.wait(for: job)
        lab.host.advance(by: .minutes(1))
        #expect(lab.host.checkpoints.count == 1)
    }

    @Test("HV-016: while a checkpoint is made, nobody else changes its machine or uses its checkpoints")
    func nobodyElse() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint("s", .standard)
        let drive = try #require(try lab.vm.config.drives.last)
        let folder = FilePath(rawValue: "D:\\Exports\\web")
        _ = try lab.host.checkpointVM(lab.id)
        let before = lab.host.inventory
        let faults = [
            refusal { try lab.host.removeVMHardDiskDrive(drive, from: lab.id) },
            refusal { try lab.setType(.disabled) },
            refusal { try lab.turnOff() },
            refusal { try lab.host.moveVMStorage(lab.id, to: "D:\\Moved") },
            refusal { _ = try lab.host.restoreVMSnapshot(checkpoint.id, confirm: .given) },
            refusal { try lab.host.removeVMSavedState(ofCheckpoint: checkpoint.id) },
            refusal { _ = try lab.host.exportVMSnapshot(checkpoint.id, path: folder) },
            refusal { _ = try lab.host.exportVM(lab.id, path: folder) },
        ]
        for fault in faults {
            #expect(fault?.rule == "HV-016")
            #expect(fault?.id == .invalidState)
        }
        #expect(lab.host.inventory == before)
    }

    @Test("HV-016: while a checkpoint is made of a machine at rest, it is not removed and keeps its saved state")
    func nobodyElseAtRest() throws {
        var lab = try Lab()
        try lab.save()
        _ = try lab.host.checkpointVM(lab.id)
        #expect(refusal { try lab.host.removeVMSavedState(of: lab.id) }?.rule == "HV-016")
        #expect(refusal { try lab.host.removeVM(lab.id) }?.rule == "HV-016")
        #expect(try lab.vm.state == .saved)
    }

    @Test("HV-017: a checkpoint that ends in error leaves no disk forked and no file behind")
    func allOrNothing() throws {
        var lab = try Lab()
        let before = lab.host.inventory
        try lab.host.inject(.snapshotEndsInError, into: lab.machine)
        let fault = refusal { try lab.checkpoint() }
        #expect(fault?.rule == "HV-017")
        #expect(fault?.hasBegun == true)
        #expect(lab.host.inventory == before)
        #expect(try lab.facts()[.service] == "healthy", "the guest is not left frozen")
        lab.host.settings.inferred.forksAllOrNothing = false
        try lab.host.inject(.snapshotEndsInError, into: lab.machine)
        #expect(refusal { try lab.checkpoint() } != nil)
        #expect(lab.host.checkpoints.isEmpty)
        #expect(try lab.leaf(.root).isAVHDX && !lab.leaf(.data).isAVHDX)
    }

    @Test("HV-017: all disks of a machine hold one instant")
    func oneInstant() throws {
        var lab = try Lab()
        try lab.write(20)
        let checkpoint = try lab.checkpoint()
        for drive in checkpoint.config.drives {
            let path = try #require(drive.path)
            #expect(lab.host.files[path]?.checkpoint == checkpoint.id)
            #expect(lab.host.files[path]?.children.count == 1)
        }
        #expect(checkpoint.config.drives.count == 2)
    }

    @Test("HV-018 and HV-022: a disk that cannot be forked refuses the whole machine", arguments: [true, false])
    func physical(isPhysical: Bool) throws {
        var lab = try Lab()
        try lab.host.addVMHardDiskDrive(isPhysical ? .physical(3) : .fibreChannel("lun-1"), to: lab.id)
        let before = lab.host.inventory
        let fault = refusal { try lab.checkpoint() }
        #expect(fault?.rule == (isPhysical ? "HV-018" : "HV-022"))
        #expect(fault?.message.contains(isPhysical ? "physical disk 3" : "lun-1") == true)
        #expect(lab.host.inventory == before)
    }

    @Test(
        "HV-019: a WMI caller may pass such disks over, and they do not come back",
        arguments: [HardDiskDrive.Source.physical(3), .fibreChannel("lun-1")])
    func ignored(source: HardDiskDrive.Source) throws {
        var lab = try Lab()
        try lab.host.addVMHardDiskDrive(source, to: lab.id)
        let request = CheckpointRequest(name: "c", ignoresNonSnapshottableDisks: true)
        let job = try lab.host.wait(for: try lab.host.createSnapshot(lab.id, request).job)
        guard case .checkpoint(let made) = job.affected else { return #expect(Bool(false)) }
        try lab.restore(try lab.host.checkpoint(made))
        #expect(try lab.vm.config.drives.contains { $0.source == source })
    }

    @Test("HV-020: a shared disk blocks checkpoints of its machine")
    func shared() throws {
        var lab = try Lab()
        let path = FilePath(rawValue: "D:\\shared.vhdx")
        try lab.host.newVHD(NewVHD(path: path))
        try lab.host.addVMHardDiskDrive(.file(path), to: lab.id, supportPersistentReservations: true)
        let fault = refusal { try lab.checkpoint() }
        #expect(fault?.rule == "HV-020")
        #expect(fault?.message.contains("shareable VHDX") == true)
    }

    @Test("HV-021: a VHD Set is refused outside of a group of machines")
    func diskSet() throws {
        var lab = try Lab()
        let path = FilePath(rawValue: "D:\\set.vhds")
        try lab.host.newVHD(NewVHD(path: path))
        try lab.host.addVMHardDiskDrive(.file(path), to: lab.id)
        #expect(refusal { try lab.checkpoint() }?.rule == "HV-021")
        lab.host.settings.inferred.diskSetsNeedGroups = false
        #expect(try lab.checkpoint().config.drives.count == 3)
    }

    @Test("HV-023: what the guest mounts by itself is in no checkpoint")
    func guestMounts() throws {
        var lab = try Lab()
        var disk = Disk(size: .gibibytes(1))
        lab.host.tamper(with: lab.id) { $0.guestMounts["iscsi"] = disk }
        let checkpoint = try lab.checkpoint()
        disk[7] = Block(token: 7)
        lab.host.tamper(with: lab.id) { $0.guestMounts["iscsi"] = disk }
        try lab.restore(checkpoint)
        #expect(try lab.vm.guestMounts["iscsi"]?[7] == Block(token: 7))
    }

    @Test(
        "HV-024 and HV-035: a machine that cannot be saved takes no checkpoint with memory", arguments: [true, false])
    func unsavable(hasDevice: Bool) throws {
        var lab = try Lab()
        lab.host.tamper(with: lab.id) { machine in
            if hasDevice {
                machine.config.assignedDevices = ["GPU-P"]
            } else {
                machine.config.exposesVirtualization = true
            }
            machine.runsInnerMachines = !hasDevice
        }
        #expect(refusal { try lab.checkpoint("s", .standard) }?.rule == (hasDevice ? "HV-024" : "HV-035"))
        #expect(try lab.checkpoint("p", .production).state == .off, "without memory it is one")
        lab.host.tamper(with: lab.id) { $0.guest[.vss] = .absent }
        #expect(refusal { try lab.checkpoint() } != nil, "the fallback would hold memory")
        try lab.turnOff()
        #expect(try lab.checkpoint("off", .standard).state == .off)
    }

    @Test("HV-025: a machine has fifty checkpoints at most, automatic ones included")
    func fifty() throws {
        var lab = try Lab(.win11)
        try lab.stop()
        for number in 0..<50 { try lab.checkpoint("\(number)") }
        #expect(refusal { try lab.checkpoint("51") }?.rule == "HV-025")
        try lab.start()
        #expect(!lab.host.checkpoints.values.contains { $0.isAutomatic })
        #expect(lab.host.checkpoints.count == 50)
    }

    @Test("HV-026: a checkpoint needs room for its memory, and leaves nothing behind without")
    func room() throws {
        var lab = try Lab()
        lab.host.changeVolume("D:") { $0.capacity = $0.used + .gibibytes(3) }
        try lab.setType(.standard)
        let before = lab.host.inventory
        let fault = refusal { try lab.checkpoint() }
        #expect(fault?.rule == "HV-026")
        #expect(fault?.hresult == 0x8007_0070)
        #expect(lab.host.inventory == before)
        #expect(try lab.checkpoint("p", .production).state == .off, "without memory there is room")
    }

    @Test("HV-026: without room for their files, disks are not made, machines not saved and checkpoints not applied")
    func roomForOthers() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint("s", .standard)
        lab.host.changeVolume("D:") { $0.capacity = $0.used + .gibibytes(3) }
        let fixed = NewVHD(path: FilePath(rawValue: "D:\\fixed.vhdx"), type: .fixed, size: .gibibytes(8))
        #expect(refusal { try lab.host.newVHD(fixed) }?.rule == "HV-026")
        #expect(refusal { try lab.save() }?.rule == "HV-026")
        #expect(try lab.vm.state == .running)
        try lab.turnOff()
        lab.host.changeVolume("D:") { $0.capacity = $0.used + .mebibytes(1) }
        let before = lab.host.inventory
        #expect(refusal { try lab.restore(checkpoint) }?.rule == "HV-026")
        #expect(refusal { try lab.checkpoint("off") }?.rule == "HV-026", "each disk needs a new file")
        #expect(lab.host.inventory == before)
    }

    @Test("HV-027: the new files stand beside their parents, and the memory where the machine is told to put it")
    func places() throws {
        var lab = try Lab()
        var change = VMChange()
        change.snapshotFileLocation = "C:\\Snapshots"
        try lab.host.setVM(lab.id, change)
        let base = try lab.leaf()
        let checkpoint = try lab.checkpoint("s", .standard)
        let leaf = try lab.leaf()
        #expect(leaf.folder == base.folder)
        #expect(leaf.name.hasPrefix(base.stem + "_") && leaf.ending == "avhdx")
        #expect(checkpoint.stateFile?.rawValue == "C:\\Snapshots\\Snapshots\\\(checkpoint.id).vmrs")
        #expect(checkpoint.config.drives.first?.path == base)
    }

    @Test("HV-028: the place of checkpoints changes only while there is none")
    func location() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint()
        var change = VMChange()
        change.snapshotFileLocation = "C:\\Snapshots"
        #expect(refusal { try lab.host.setVM(lab.id, change) }?.rule == "HV-028")
        try lab.remove(checkpoint)
        try lab.host.setVM(lab.id, change)
        #expect(try lab.vm.config.snapshotFileLocation == "C:\\Snapshots")
    }

    @Test("HV-029: over a fixed disk the machine writes to one that grows")
    func fixed() throws {
        var lab = try Lab()
        try lab.stop()
        let path = FilePath(rawValue: "D:\\fixed.vhdx")
        try lab.host.newVHD(NewVHD(path: path, type: .fixed, size: .gibibytes(8)))
        #expect(lab.host.files[path]?.fileSize == .gibibytes(8))
        try lab.host.addVMHardDiskDrive(.file(path), to: lab.id)
        try lab.checkpoint()
        let leaf = try #require(try lab.vm.config.drives.last?.path)
        #expect(lab.host.files[leaf]?.type == .differencing)
        let (small, used) = (lab.host.files[leaf]?.fileSize, lab.host.volumes["D:"]?.used)
        lab.host.write(leaf) { disk in disk[512] = Block(token: 1) }
        #expect(lab.host.files[leaf]?.fileSize ?? .zero > small ?? .zero)
        #expect(lab.host.volumes["D:"]?.used ?? .zero > used ?? .zero)
    }

    @Test("HV-030: the type may change while the machine runs, and counts for the next checkpoint")
    func changeType() throws {
        var lab = try Lab()
        let first = try lab.checkpoint("one", .production)
        let second = try lab.checkpoint("two", .standard)
        #expect(first.state == .off)
        #expect(second.state == .saved)
        _ = try lab.host.saveVM(lab.id)
        #expect(refusal { try lab.setType(.production) } != nil)
    }

    @Test("HV-031: an old host has no types of checkpoints, and every one is standard")
    func oldHost() throws {
        var lab = try Lab(.ws2012r2)
        #expect(refusal { try lab.setType(.production) }?.id == .namedParameterNotFound)
        #expect(try lab.checkpoint().state == .saved)
    }

    @Test("HV-034: a standard checkpoint of a domain controller is taken, and the journal warns of it")
    func domainController() throws {
        var lab = try Lab()
        lab.host.tamper(with: lab.id) { $0.isDomainController = true }
        try lab.checkpoint("p")
        #expect(!lab.host.takeEvents().contains { $0.text.contains("domain controllers") })
        try lab.checkpoint("s", .standard)
        #expect(lab.host.takeEvents().contains { $0.text.contains("only production checkpoints are supported") })
    }

    @Test("HV-037: the replica side takes no user checkpoints")
    func replica() throws {
        var lab = try Lab()
        lab.host.tamper(with: lab.id) { $0.isReplica = true }
        #expect(refusal { try lab.checkpoint() }?.rule == "HV-037")
        let job = try lab.host.checkpointVM(lab.id, CheckpointRequest(name: "r", type: .replica))
        try lab.host.wait(for: job)
        #expect(try lab.host.vmSnapshots(of: lab.id, type: .replica).count == 1)
    }
}

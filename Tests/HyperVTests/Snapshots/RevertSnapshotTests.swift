import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import HyperV

@Suite("Applying checkpoints")
struct RevertSnapshotTests {
    @Test("HV-060: nobody is asked in a script, so the cmdlet fails unless it is told yes")
    func confirmation() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint("before")
        let fault = refusal { _ = try lab.host.restoreVMSnapshot(checkpoint.id) }
        #expect(fault?.rule == "HV-060")
        #expect(fault?.message.contains("Restore-VMSnapshot will restore checkpoint \"before\".") == true)
        #expect(try lab.vm.lastApplied == nil)
        lab.host.settings.inferred.promptFails = false
        try lab.host.wait(for: try lab.host.restoreVMSnapshot(checkpoint.id))
        #expect(try lab.vm.lastApplied == checkpoint.id)
    }

    /// What a machine was when the checkpoint was applied, and what it is afterwards.
    struct Row: Sendable {
        var type: CheckpointType
        var before: PowerState
        var after: PowerState
    }

    @Test(
        "HV-061, HV-062 and HV-063: the state after applying follows from memory and from whether the machine ran",
        arguments: [
            Row(type: .production, before: .running, after: .off), Row(type: .production, before: .off, after: .off),
            Row(type: .production, before: .saved, after: .off), Row(type: .production, before: .paused, after: .off),
            Row(type: .standard, before: .running, after: .running), Row(type: .standard, before: .off, after: .saved),
            Row(type: .standard, before: .saved, after: .saved),
            Row(type: .standard, before: .paused, after: .saved),
        ])
    func powerAfterwards(row: Row) throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint("c", row.type)
        switch row.before {
        case .off: try lab.turnOff()
        case .saved: try lab.save()
        case .paused: try lab.pause()
        default: break
        }
        #expect(try lab.vm.state == row.before)
        try lab.restore(checkpoint)
        #expect(try lab.vm.state == row.after)
        if row.after != .running { try lab.start() }
        #expect(try lab.facts()[.service] == "healthy")
    }

    @Test("HV-063: where the setting says so, a running machine is left saved")
    func noResume() throws {
        var lab = try Lab()
        lab.host.settings.inferred.restoreResumesIfRunning = false
        try lab.restore(try lab.checkpoint("c", .standard))
        #expect(try lab.vm.state == .saved)
    }

    @Test("HV-062: a machine left saved goes on inside the old moment when it is started")
    func oldMoment() throws {
        var lab = try Lab()
        try lab.write(10)
        let boot = try lab.facts()[.bootID]
        let checkpoint = try lab.checkpoint("c", .standard)
        try lab.write(10)
        try lab.turnOff()
        try lab.restore(checkpoint)
        #expect(try lab.facts()[.power] == "suspended")
        try lab.start()
        #expect(try lab.facts()[.bootID] == boot)
        #expect(try lab.facts()[.records] == 10)
    }

    @Test("HV-064: a running machine is saved before, and then the checkpoint is applied")
    func savedFirst() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint("c", .standard)
        let job = try lab.host.restoreVMSnapshot(checkpoint.id, confirm: .given)
        #expect(try lab.vm.state == .saving)
        lab.host.advance(by: .seconds(13))
        #expect(try lab.vm.state == .saved)
        #expect(try lab.host.status(of: lab.id).hasPrefix("ApplyingSnapshot"))
        try lab.host.wait(for: job)
        lab.host.settings.inferred.restoreSavesFirst = false
        _ = try lab.host.restoreVMSnapshot(checkpoint.id, confirm: .given)
        #expect(try lab.vm.state == .stopping)
    }

    @Test("HV-065: WMI does not stop a running machine, and refuses it")
    func throughWMI() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint()
        let fault = refusal { _ = try lab.host.applySnapshot(checkpoint.id) }
        #expect(fault?.rule == "HV-065")
        #expect(fault?.returnCode == 32775)
        lab.host.settings.inferred.applyThroughWMINeedsRest = false
        try lab.host.wait(for: try lab.host.applySnapshot(checkpoint.id).job)
        #expect(try lab.vm.state == .off)
    }

    @Test("HV-066: applying keeps nothing of the present state")
    func goneForGood() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint()
        try lab.write(10)
        let leaf = try lab.leaf()
        try lab.restore(checkpoint)
        #expect(lab.host.files[leaf] == nil)
        #expect(lab.host.checkpoints.count == 1)
        try lab.start()
        #expect(try lab.facts()[.records] == 0)
    }

    @Test("HV-067: newer checkpoints survive, and can be gone to again")
    func newerOnes() throws {
        var lab = try Lab()
        let first = try lab.checkpoint("one", .standard)
        try lab.write(10)
        let second = try lab.checkpoint("two", .standard)
        try lab.restore(first)
        #expect(try lab.facts()[.records] == 0)
        #expect(try lab.vm.tree.inOrder == [first.id, second.id])
        try lab.restore(second)
        #expect(try lab.facts()[.records] == 10)
        try lab.restore(first)
        let branch = try lab.checkpoint("three")
        #expect(try lab.vm.tree.nodes[first.id]?.children == [second.id, branch.id])
    }

    @Test("HV-068: all settings come back, the type of checkpoint among them")
    func configuration() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint("c", .production)
        try lab.turnOff()
        var change = VMChange()
        change.processorCount = 16
        change.memory = .gibibytes(8)
        change.notes = "upgraded"
        change.dvd = "update.iso"
        change.checkpointType = .standard
        try lab.host.setVM(lab.id, change)
        try lab.host.renameVM(lab.id, to: "renamed")
        try lab.restore(checkpoint)
        var wanted = checkpoint.config
        wanted.drives = try lab.vm.config.drives
        #expect(try lab.vm.config == wanted)
        #expect(try lab.vm.config.name == "web")
    }

    @Test(
        "HV-069: a disk that was added is unplugged and stays; one that was removed is back", arguments: [true, false])
    func attachments(follows: Bool) throws {
        var lab = try Lab()
        if !follows { lab.host.settings.inferred.applyRestoresAttachments = false }
        let checkpoint = try lab.checkpoint("c", .production)
        let path = FilePath(rawValue: "D:\\added.vhdx")
        try lab.host.newVHD(NewVHD(path: path))
        try lab.host.addVMHardDiskDrive(.file(path), to: lab.id)
        try lab.turnOff()
        let data = try #require(try lab.vm.config.drives.first { $0.role == .data })
        try lab.host.removeVMHardDiskDrive(data, from: lab.id)
        try lab.restore(checkpoint)
        #expect(try lab.vm.config.drives.contains { $0.path == path } == !follows)
        #expect(lab.host.files[path] != nil)
        #expect(try lab.vm.config.drives.contains { $0.role == .data })
        try lab.start()
        #expect(try lab.facts()[.service] == "healthy")
    }

    @Test("HV-069: a disk that is unplugged by a checkpoint keeps what the guest wrote to it")
    func unpluggedContents() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint()
        try lab.turnOff()
        let data = try #require(try lab.vm.config.drives.first { $0.role == .data })
        let content = try #require(data.path.flatMap { lab.host.content(of: $0) })
        let later = FilePath(rawValue: "D:\\later.vhdx")
        try lab.host.newVHD(NewVHD(path: later, size: content.size, content: content))
        try lab.host.removeVMHardDiskDrive(data, from: lab.id)
        try lab.host.addVMHardDiskDrive(.file(later), to: lab.id, role: .data)
        try lab.start()
        try lab.write(10)
        try lab.stop()
        let written = try #require(lab.host.content(of: later))
        #expect(written != content)
        try lab.restore(checkpoint)
        #expect(try !lab.vm.config.drives.files.contains(later))
        #expect(lab.host.content(of: later) == written)
    }

    @Test("HV-069 and HV-072: without its files a checkpoint cannot be applied, and the machine is left off")
    func missingFile() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint()
        let base = try #require(checkpoint.config.drives.first?.path)
        lab.host.erase(base)
        let fault = refusal { try lab.restore(checkpoint) }
        #expect(fault?.rule == "HV-072")
        #expect(fault?.hresult == 0x8007_0002)
        #expect(try lab.vm.state == .off)
    }

    @Test("HV-070: a checkpoint can be applied again and again, and gives the same each time")
    func again() throws {
        var lab = try Lab()
        try lab.write(10)
        let checkpoint = try lab.checkpoint()
        var contents: Set<[Disk?]> = []
        for _ in 0..<3 {
            try lab.restore(checkpoint)
            contents.insert(try lab.vm.configBox.drives.files.map { lab.host.content(of: $0) })
            try lab.start()
            try lab.write(5)
        }
        #expect(contents.count == 1)
    }

    @Test("HV-071: a name stands for exactly one checkpoint")
    func byName() throws {
        var lab = try Lab()
        try lab.checkpoint("twin")
        try lab.checkpoint("twin")
        try lab.checkpoint("only")
        #expect(
            refusal { _ = try lab.host.restoreVMSnapshot(named: "twin", of: lab.id, confirm: .given) }?.id
                == .invalidParameter)
        #expect(
            refusal { _ = try lab.host.restoreVMSnapshot(named: "none", of: lab.id, confirm: .given) }?.id
                == .objectNotFound)
        try lab.host.wait(for: try lab.host.restoreVMSnapshot(named: "only", of: lab.id, confirm: .given))
        #expect(try lab.vm.lastApplied != nil)
    }

    @Test("HV-073: a file that somebody holds open fails apply and start")
    func held() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint()
        let base = try #require(checkpoint.config.drives.first?.path)
        lab.host.hold(base, by: "backup")
        #expect(refusal { try lab.restore(checkpoint) }?.hresult == 0x8007_0020)
        #expect(refusal { try lab.start() }?.rule == "HV-073")
        #expect(refusal { try lab.host.moveVMStorage(lab.id, to: "D:\\Moved") }?.rule == "HV-073")
        lab.host.hold(base, by: nil)
        try lab.restore(checkpoint)
        try lab.start()
    }

    @Test("HV-073: what a machine has open is neither plugged in elsewhere, deleted, nor given another parent")
    func open() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint()
        let (leaf, base) = (try lab.leaf(), try #require(checkpoint.config.drives.first?.path))
        let other = try lab.host.newVM(NewVM(spec: .small), family: 1, folder: "D:\\x")
        #expect(refusal { try lab.host.addVMHardDiskDrive(.file(leaf), to: other) }?.rule == "HV-073")
        #expect(refusal { try lab.host.removeItem(leaf) }?.rule == "HV-073")
        #expect(refusal { try lab.host.setVHD(leaf, parent: base) }?.rule == "HV-073")
        #expect(try lab.facts()[.service] == "healthy")
    }

    @Test("HV-074: a memory of another processor does not start, and without it the disks do")
    func otherProcessor() throws {
        var lab = try Lab()
        try lab.write(10)
        let checkpoint = try lab.checkpoint("c", .standard)
        lab.host.processorFeatures = ["sse4.2"]
        try lab.restore(checkpoint)
        #expect(try lab.vm.state == .saved, "it cannot run, although it ran before")
        #expect(refusal { try lab.start() }?.rule == "HV-074")
        #expect(try lab.vm.state == .saved)
        try lab.host.removeVMSavedState(ofCheckpoint: checkpoint.id)
        #expect(try lab.host.checkpoint(checkpoint.id).state == .off)
        #expect(lab.host.stateFiles.count == 1, "the machine's own is still there")
        try lab.restore(try lab.host.checkpoint(checkpoint.id))
        try lab.start()
        #expect(try lab.facts()[.records] == 10)
    }

    @Test("HV-074: the same host restores what it saved, and where features do not matter any host does")
    func sameProcessor() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint("c", .standard)
        lab.host.processorFeatures = ["sse4.2"]
        lab.host.settings.inferred.memoryNeedsItsProcessor = false
        try lab.restore(checkpoint)
        #expect(try lab.vm.state == .running)
    }

    @Test("HV-075: applying changes the generation id, and saving does not")
    func generation() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint("c", .standard)
        let before = try lab.vm.generationID
        try lab.save()
        try lab.start()
        #expect(try lab.vm.generationID == before)
        try lab.restore(checkpoint)
        #expect(try lab.vm.generationID != before)
    }

    @Test(
        "HV-076: the guest's clock starts in the past, and the service corrects it where it can",
        arguments: [true, false])
    func clock(isOffered: Bool) throws {
        var lab = try Lab()
        if !isOffered { try lab.host.disableVMIntegrationService(.timeSynchronization, of: lab.id) }
        let checkpoint = try lab.checkpoint("c", .standard)
        lab.host.advance(by: .hours(3))
        try lab.restore(checkpoint)
        #expect(try lab.vm.run.clockLag > .hours(3))
        lab.host.advance(by: .minutes(1))
        #expect((try lab.vm.run.clockLag == .zero) == isOffered)
    }

    @Test("HV-077: hardware addresses are the checkpoint's", arguments: [true, false])
    func addresses(follows: Bool) throws {
        var lab = try Lab()
        if !follows { lab.host.settings.inferred.applyRestoresHardwareAddresses = false }
        let (checkpoint, before) = (try lab.checkpoint(), try lab.facts()[.hardwareAddress])
        lab.host.tamper(with: lab.id) { $0.config.adapters[0].hardwareAddress = "00:15:5d:ff:ff:ff" }
        try lab.restore(checkpoint)
        #expect(try lab.facts()[.hardwareAddress] == (follows ? before : "00:15:5d:ff:ff:ff"))
    }

    @Test("HV-078: the time it has run begins anew, and pauses do not count")
    func uptime() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint("c", .standard)
        lab.host.advance(by: .hours(1))
        try lab.pause()
        let paused = try lab.vm.wrappedValue.uptime(at: lab.host.now)
        lab.host.advance(by: .hours(1))
        #expect(try lab.vm.wrappedValue.uptime(at: lab.host.now) == paused)
        try lab.power { try $0.resumeVM($1) }
        #expect(try lab.vm.wrappedValue.uptime(at: lab.host.now) >= .hours(1))
        try lab.restore(checkpoint)
        lab.host.advance(by: .minutes(1))
        #expect(try lab.vm.wrappedValue.uptime(at: lab.host.now) < .minutes(2))
    }

    @Test("HV-079: while the disks of the machine are merged, nothing is applied")
    func duringMerge() throws {
        var lab = try Lab()
        let keep = try lab.checkpoint("keep", .production)
        let drop = try lab.checkpoint("drop")
        try lab.write(200)
        try lab.remove(drop)
        #expect(lab.host.isMerging(lab.id))
        let fault = refusal { try lab.restore(keep) }
        #expect(fault?.rule == "HV-079")
        #expect(fault?.id == .invalidState)
        #expect(try lab.vm.state == .running)
        lab.mergeAll()
        try lab.restore(keep)
        #expect(try lab.vm.lastApplied == keep.id)
    }

    @Test("HV-080: a checkpoint whose files are missing cannot be applied")
    func missing() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint()
        lab.host.tamper(with: checkpoint.id) { $0.type = .missing }
        #expect(refusal { try lab.restore(checkpoint) }?.rule == "HV-080")
        #expect(try lab.vm.state == .running)
    }

    @Test("HV-101: a parent that was written to breaks the chain above it")
    func editedParent() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint("c", .production)
        try lab.checkpoint("d")
        let base = try #require(checkpoint.config.drives.first?.path)
        lab.host.write(base) { disk in disk[900] = Block(token: 9) }
        try lab.turnOff()
        let fault = refusal { try lab.start() }
        #expect(fault?.rule == "HV-101")
        #expect(fault?.hresult == 0xC03A_000E)
        let child = try #require(lab.host.files[base]?.children.first)
        #expect(refusal { try lab.host.setVHD(child, parent: base) }?.hresult == 0xC03A_000E)
        try lab.host.setVHD(child, parent: base, ignoreIDMismatch: true)
        try lab.start()
    }
}

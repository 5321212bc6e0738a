import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import VSphere

@Suite("Reverting")
struct RevertSnapshotTests {
    @Test("VMW-060: what was written since the snapshot is gone, without an undo")
    func contents() throws {
        var lab = try Lab(isOn: true)
        try lab.write(1)
        let id = try lab.snapshot()
        try lab.write(2)
        let delta = try lab.machine.config.disks[2].path
        #expect(lab.revert(id) == .success)
        #expect(lab.read() == .of(1))
        #expect(lab.plane.store[delta] == nil, "the file that was written to is gone")
    }

    @Test("VMW-145: storage that is handed through to the guest is in no snapshot, and a revert leaves it as it is")
    func handedThrough() throws {
        var lab = try Lab()
        let (vm, device) = (lab.vm, 2003)
        #expect(lab.change(.mapDevice(size: .mebibytes(64), physical: true)) == .success)
        #expect(lab.change(.setDiskMode(key: device, .independentPersistent)) == .success)
        try lab.plane.writeDisk(device, of: vm) { $0[0] = Block(token: 1) }
        try lab.write(1)
        let id = try lab.snapshot()
        try lab.plane.writeDisk(device, of: vm) { $0[0] = Block(token: 2) }
        try lab.write(2)
        #expect(lab.revert(id) == .success)
        #expect(lab.read() == .of(1))
        #expect(lab.plane.content(of: device, in: vm)?[0] == .of(2))
    }

    @Test("VMW-061: a revert leaves the tree alone and makes its target current; the next snapshot branches")
    func branches() throws {
        var lab = try Lab()
        let first = try lab.snapshot("first")
        let second = try lab.snapshot("second")
        #expect(lab.revert(first) == .success)
        #expect(try lab.machine.tree.inOrder == [first, second])
        #expect(try lab.current == first)
        let third = try lab.snapshot("third")
        #expect(try lab.machine.tree.nodes[first]?.children == [second, third])
    }

    @Test("VMW-062: any node can be the target, any number of times")
    func anyNode() throws {
        var lab = try Lab()
        var ids: [Moref<VirtualMachineSnapshot>] = []
        for value in 0..<3 {
            try lab.write(UInt64(value))
            ids.append(try lab.snapshot("s\(value)"))
        }
        #expect(lab.revert(ids[0]) == .success)
        try lab.write(3)
        ids.append(try lab.snapshot("s3"))
        for target in [0, 3, 1, 1, 2, 0, 2] {
            try lab.write(99)
            #expect(lab.revert(ids[target]) == .success)
            #expect(lab.read() == .of(UInt64(target)))
            #expect(try lab.current == ids[target])
        }
    }

    @Test(
        "VMW-063: the power after a revert depends on the snapshot alone", arguments: PowerState.allCases,
        PowerState.allCases)
    func power(taken: PowerState, before: PowerState) throws {
        var lab = try Lab()
        try lab.bring(to: taken)
        let id = try lab.snapshot(memory: true)
        if try lab.power != .poweredOff { try lab.powerOff() }
        try lab.bring(to: before)
        #expect(lab.revert(id) == .success)
        #expect(try lab.power == taken)
    }

    @Test(
        "VMW-064: a running machine is cut off while the task works, without a word to the guest",
        arguments: [true, false])
    func cutOff(shows: Bool) throws {
        var settings = VSphere.Settings()
        if !shows { settings.inferred.revertShowsPowerOff = false }
        var lab = try Lab(settings, isOn: true)
        let id = try lab.snapshot(memory: true)
        _ = lab.plane.takeEvents()
        let task = try lab.plane.revertToSnapshot(id)
        lab.plane.advance(by: .seconds(1))
        #expect(try lab.plane.task(task).state.word == "running")
        #expect(try lab.power == (shows ? .poweredOff : .poweredOn))
        #expect(try lab.plane.wait(for: task).error == nil)
        #expect(try lab.power == .poweredOn)
        #expect(lab.plane.takeEvents().contains { $0.text == "poweredOn -> poweredOff" })
    }

    @Test(
        "VMW-065: a revert that is not to switch on leaves a memory snapshot suspended", arguments: PowerState.allCases)
    func suppress(before: PowerState) throws {
        var lab = try Lab(isOn: true)
        let id = try lab.snapshot(memory: true)
        try lab.powerOff()
        try lab.bring(to: before)
        #expect(lab.revert(id, suppressPowerOn: true) == .success)
        #expect(try lab.power == .suspended)
        try lab.powerOn()
        #expect(try lab.power == .poweredOn)
    }

    @Test("VMW-066: a client that sends no suppressPowerOn gets power-on")
    func unset() throws {
        var lab = try Lab(isOn: true)
        let id = try lab.snapshot(memory: true)
        #expect(lab.revert(id, suppressPowerOn: nil) == .success)
        #expect(try lab.power == .poweredOn)
    }

    @Test("VMW-067: the host argument says where memory resumes; unset the machine stays where it is")
    func host() throws {
        var lab = try Lab(isOn: true)
        let id = try lab.snapshot(memory: true)
        let home = try lab.machine.host
        let other = try #require(lab.plane.hosts.keys.first { $0 != home })
        #expect(lab.end { (plane) throws(MethodFault) in try plane.revertToSnapshot(id, host: other) } == .success)
        #expect(try lab.machine.host == other)
        #expect(lab.revert(id) == .success)
        #expect(try lab.machine.host == other)
    }

    @Test(
        "VMW-068: a resume that the host has no room for fails and leaves the machine off, or suspended",
        arguments: [false, true])
    func admission(asleep: Bool) throws {
        var settings = VSphere.Settings()
        if asleep { settings.inferred.failedResumeLeavesSuspended = true }
        var lab = try Lab(settings, isOn: true)
        try lab.write(1)
        let id = try lab.snapshot(memory: true)
        try lab.write(2)
        lab.plane.changeHost(try lab.machine.host) { $0.memory = .mebibytes(100) }
        #expect(lab.revert(id) == .task("InsufficientMemoryResourcesFault", "VMW-068"))
        #expect(try lab.power == (asleep ? .suspended : .poweredOff))
        #expect(lab.read() == .of(1), "the disks are the snapshot's")
        #expect(lab.revert(id, suppressPowerOn: true) == .success, "what is not to run needs no room")
    }

    @Test("VMW-068: a host with too few processors resumes nothing")
    func processors() throws {
        var lab = try Lab(isOn: true)
        let id = try lab.snapshot(memory: true)
        lab.plane.changeHost(try lab.machine.host) { $0.processors = 1 }
        #expect(lab.revert(id) == .task("InsufficientCpuResourcesFault", "VMW-068"))
        #expect(try lab.power == .poweredOff)
    }

    @Test("VMW-069: memory that relies on processor features a host lacks cannot resume there")
    func processor() throws {
        var lab = try Lab(isOn: true)
        let withMemory = try lab.snapshot(memory: true)
        let without = try lab.snapshot()
        lab.plane.changeHost(try lab.machine.host) { $0.processorFeatures = ["cpuid.avx"] }
        #expect(lab.revert(withMemory) == .task("GenericVmConfigFault", "VMW-069"))
        #expect(lab.revert(without) == .success)
    }

    @Test("VMW-070: the whole configuration returns, with a new changeVersion")
    func configuration() throws {
        var lab = try Lab()
        #expect(lab.configure { $0.annotation = "old" } == .success)
        let id = try lab.snapshot()
        let before = try lab.machine.config
        let ending = lab.configure { spec in
            spec.numCPUs = 8
            spec.memory = .gibibytes(1)
            spec.annotation = "new"
            spec.extraConfig["key"] = "value"
            spec.devices = [.addNIC(network: "other"), .addController(.notShared)]
        }
        #expect(ending == .success)
        #expect(lab.revert(id) == .success)
        var after = try lab.machine.config
        #expect(after.changeVersion != before.changeVersion)
        #expect(after.modified > before.modified)
        after.changeVersion = before.changeVersion
        after.modified = before.modified
        after.disks = before.disks
        #expect(after == before)
    }

    @Test(
        "VMW-071: a disk that was added since leaves the machine; its file stays unless the setting says so",
        arguments: [false, true])
    func addedDisk(deletes: Bool) throws {
        var settings = VSphere.Settings()
        if deletes { settings.inferred.revertDeletesAddedDisks = true }
        var lab = try Lab(settings)
        let id = try lab.snapshot()
        #expect(
            lab.change(
                .addDisk(size: .mebibytes(64)), .addDisk(size: .mebibytes(64), mode: .independentPersistent))
                == .success)
        let added = try lab.machine.config.disks.suffix(2).map(\.path)
        #expect(lab.revert(id) == .success)
        #expect(try lab.machine.config.disks.count == 3)
        for path in added { #expect((lab.plane.store[path] == nil) == deletes) }
    }

    @Test("VMW-072: a disk that was detached since comes back with its old contents")
    func detachedDisk() throws {
        var lab = try Lab()
        try lab.write(1)
        let id = try lab.snapshot()
        try lab.write(2)
        #expect(lab.change(.removeDisk(key: Lab.scratch, destroyFile: false)) == .success)
        #expect(lab.read() == nil)
        #expect(lab.revert(id) == .success)
        #expect(lab.read() == .of(1))
    }

    @Test("VMW-073: an independent persistent disk keeps its contents through a revert")
    func independent() throws {
        var lab = try Lab()
        #expect(lab.change(.setDiskMode(key: Lab.scratch, .independentPersistent)) == .success)
        try lab.write(1)
        let id = try lab.snapshot()
        try lab.write(2)
        #expect(lab.change(.resizeDisk(key: Lab.scratch, to: .mebibytes(128))) == .success)
        let path = try lab.machine.config.disks[2].path
        #expect(lab.revert(id) == .success)
        #expect(lab.read() == .of(2))
        #expect(try lab.machine.config.disks[2].path == path)
        #expect(try lab.machine.config.disks[2].capacity == .mebibytes(128))
    }

    @Test("VMW-076: identity does not change: reference, uuids, hardware address, tags", arguments: [true, false])
    func identity(restoresAddresses: Bool) throws {
        var settings = VSphere.Settings()
        if !restoresAddresses { settings.inferred.revertRestoresHardwareAddresses = false }
        var lab = try Lab(settings)
        let id = try lab.snapshot()
        let before = try lab.machine
        lab.plane.tamper(with: lab.vm) { vm in
            vm.tags = ["gold"]
            vm.config.nics[0].hardwareAddress = "00:50:56:aa:bb:cc"
            vm.config.uuid = "given-since"
            vm.config.instanceUUID = "in-the-inventory"
        }
        #expect(lab.revert(id) == .success)
        let after = try lab.machine
        #expect(after.id == before.id)
        #expect(after.config.uuid == "given-since")
        #expect(after.config.instanceUUID == "in-the-inventory")
        #expect(after.tags == ["gold"])
        let kept = restoresAddresses ? before.config.nics[0].hardwareAddress : "00:50:56:aa:bb:cc"
        #expect(after.config.nics[0].hardwareAddress == kept)
    }

    @Test("VMW-077: a name given since stays, unless the setting says so", arguments: [false, true])
    func name(restores: Bool) throws {
        var settings = VSphere.Settings()
        if restores { settings.inferred.revertRestoresName = true }
        var lab = try Lab(settings)
        let (id, vm) = (try lab.snapshot(), lab.vm)
        try lab.expectSuccess { (plane) throws(MethodFault) in try plane.rename(vm, to: "renamed") }
        #expect(lab.revert(id) == .success)
        #expect(try lab.machine.name == (restores ? "web" : "renamed"))
    }

    @Test("VMW-078: vApp properties that were set since survive")
    func vAppProperties() throws {
        var lab = try Lab()
        let id = try lab.snapshot()
        #expect(lab.configure { $0.vAppProperties = ["gateway": "10.0.0.1"] } == .success)
        #expect(lab.revert(id) == .success)
        #expect(try lab.machine.config.vAppProperties == ["gateway": "10.0.0.1"])
    }

    @Test("VMW-079: going back to no current snapshot is refused, or does nothing")
    func noCurrent() throws {
        var lab = try Lab()
        #expect(throws: MethodFault(.notFound, rule: "VMW-079")) {
            try lab.plane.revertToCurrentSnapshot(of: lab.vm)
        }
        lab.plane.settings.inferred.revertWithoutCurrentIsRefused = false
        #expect(try lab.plane.revertToCurrentSnapshot(of: lab.vm) == nil)
        try lab.write(1)
        try lab.snapshot()
        try lab.write(2)
        let task = try #require(try lab.plane.revertToCurrentSnapshot(of: lab.vm))
        #expect(try lab.plane.wait(for: task).error == nil)
        #expect(lab.read() == .of(1))
    }

    @Test("VMW-080: a snapshot whose files are missing cannot be reverted to")
    func missingFiles() throws {
        for which in 0..<3 {
            var lab = try Lab(isOn: true)
            try lab.snapshot("first")
            let id = try lab.snapshot(memory: true)
            let snapshot = try lab.snapshotValue(id)
            let path = [snapshot.dataFile, try #require(snapshot.memoryFile), snapshot.config.disks[0].path][which]
            lab.plane.stealFile(path)
            let before = try lab.power
            #expect(lab.revert(id) == .task(which == 2 ? "InvalidSnapshotFormat" : "FileNotFound", "VMW-080"))
            #expect(try lab.power == before)
        }
    }

    @Test("VMW-081: what Tools told is unset when the revert ends off, and as captured when it ends running")
    func guestInfo() throws {
        var lab = try Lab(isOn: true)
        let told = try lab.plane.guestInfo(of: lab.vm)
        #expect(told.ipAddress != nil && told.toolsRunning)
        let (with, without) = (try lab.snapshot(memory: true), try lab.snapshot())
        #expect(lab.revert(without) == .success)
        #expect(try lab.plane.guestInfo(of: lab.vm) == GuestInfo())
        #expect(lab.revert(with) == .success)
        #expect(try lab.plane.guestInfo(of: lab.vm).ipAddress == told.ipAddress)
    }

    @Test("VMW-081: what Tools told stays after a revert that ends powered off, where it is set so")
    func guestInfoStays() throws {
        var settings = VSphere.Settings()
        settings.inferred.revertForgetsGuest = false
        var lab = try Lab(settings, isOn: true)
        let address = try #require(try lab.plane.guestInfo(of: lab.vm).ipAddress)
        #expect(lab.revert(try lab.snapshot()) == .success)
        #expect(try lab.power == .poweredOff)
        #expect(try lab.plane.guestInfo(of: lab.vm).ipAddress == address)
        #expect(try lab.plane.guestInfo(of: lab.vm).toolsRunning == false)
    }

    @Test("VMW-082: Tools leave a clock alone that lies behind by less than they mind")
    func tolerance() throws {
        var settings = VSphere.Settings()
        settings.timings.clockTolerance = .minutes(30)
        var lab = try Lab(settings, isOn: true)
        let id = try lab.snapshot(memory: true)
        let taken = try lab.snapshotValue(id).createTime
        lab.plane.advance(by: .minutes(20))
        #expect(lab.revert(id) == .success)
        lab.plane.advance(by: .seconds(30))
        #expect(try lab.plane.guestTime(of: lab.vm) == taken + .seconds(30))
    }

    @Test("VMW-082: the guest's clock goes on from the old time, and Tools step it forward", arguments: [true, false])
    func guestClock(synchronizes: Bool) throws {
        var lab = try Lab(isOn: true)
        if !synchronizes {
            #expect(lab.configure { $0.extraConfig["time.synchronize.resume.disk"] = "FALSE" } == .success)
        }
        let id = try lab.snapshot(memory: true)
        let taken = try lab.snapshotValue(id).createTime
        lab.plane.advance(by: .minutes(20))
        #expect(lab.revert(id) == .success)
        #expect(try lab.plane.guestTime(of: lab.vm) == taken)
        lab.plane.advance(by: .seconds(30))
        #expect(try lab.plane.guestTime(of: lab.vm) == (synchronizes ? lab.plane.now : taken + .seconds(30)))
    }

    @Test("VMW-084: the generation id changes on revert and on clone, not on reboot")
    func generation() throws {
        var lab = try Lab()
        let first = try lab.machine.generationID
        let (id, vm) = (try lab.snapshot(), lab.vm)
        try lab.powerOn()
        try lab.powerOff()
        #expect(try lab.machine.generationID == first)
        #expect(lab.revert(id) == .success)
        #expect(try lab.machine.generationID != first)
        let info = try lab.expectSuccess { (plane) throws(MethodFault) in try plane.cloneVM(vm, CloneSpec(name: "c")) }
        guard case .virtualMachine(let clone) = info.result else {
            Issue.record("no clone")
            return
        }
        #expect(try lab.plane.virtualMachine(clone).generationID != lab.machine.generationID)
    }

    @Test("VMW-086: a revert starts a new history of changed blocks", arguments: [true, false])
    func changedBlocks(refuses: Bool) throws {
        var settings = VSphere.Settings()
        if !refuses { settings.inferred.oldChangeIDIsRefused = false }
        var lab = try Lab(settings)
        #expect(lab.configure { $0.tracksChanges = true } == .success)
        try lab.write(1, to: 5)
        let first = try lab.snapshot("first")
        let changeID = try #require(try lab.plane.changeID(of: Lab.scratch, at: first))
        try lab.write(2, to: 9)
        let second = try lab.snapshot("second")
        #expect(try lab.plane.queryChangedDiskAreas(of: Lab.scratch, at: second, since: changeID) == [9])
        #expect(try lab.plane.queryChangedDiskAreas(of: Lab.scratch, at: second, since: "*") == [5, 9])
        #expect(lab.revert(second) == .success)
        try lab.write(3, to: 11)
        let third = try lab.snapshot("third")
        if refuses {
            #expect(throws: MethodFault.self) {
                try lab.plane.queryChangedDiskAreas(of: Lab.scratch, at: third, since: changeID)
            }
        } else {
            #expect(try lab.plane.queryChangedDiskAreas(of: Lab.scratch, at: third, since: changeID) == [5, 9, 11])
        }
    }

    @Test("VMW-087: after a revert with memory the guest answers only after a while")
    func slowAnswer() throws {
        var settings = VSphere.Settings()
        settings.timings.guestAnswersAfterResume = .minutes(3)
        var lab = try Lab(settings, isOn: true)
        let id = try lab.snapshot(memory: true)
        #expect(lab.revert(id) == .success)
        #expect(try lab.plane.guestInfo(of: lab.vm).toolsRunning == false)
        lab.plane.advance(by: .minutes(3))
        #expect(try lab.plane.guestInfo(of: lab.vm).toolsRunning)
    }

    @Test("VMW-088: the log goes on through a revert, unless the setting says so", arguments: [true, false])
    func log(goesOn: Bool) throws {
        var settings = VSphere.Settings()
        if !goesOn { settings.inferred.logGoesOnThroughRevert = false }
        var lab = try Lab(settings)
        let id = try lab.snapshot()
        try lab.powerOn()
        try lab.powerOff()
        let size = try #require(lab.plane.store[try lab.machine.logPath]?.size)
        #expect(lab.revert(id) == .success)
        #expect(lab.plane.store[try lab.machine.logPath]?.size == (goesOn ? size : .kibibytes(64)))
    }

    @Test("VMW-089: a machine can be configured to revert or to take a snapshot when it is powered off")
    func powerOffBehavior() throws {
        var lab = try Lab()
        try lab.write(1)
        try lab.snapshot()
        #expect(lab.configure { $0.powerOffBehavior = .revert } == .success)
        let id = try lab.snapshot()
        try lab.powerOn()
        try lab.write(2)
        try lab.powerOff()
        #expect(lab.read() == .of(1))
        #expect(try lab.current == id)
        #expect(lab.configure { $0.powerOffBehavior = .take } == .success)
        try lab.powerOn()
        try lab.powerOff()
        #expect(try lab.machine.tree.nodes.count == 3)
    }

    @Test("VMW-074: an independent nonpersistent disk forgets at power-off")
    func independentNonpersistent() throws { try Self.checkForgetting(.independentNonpersistent) }

    @Test("VMW-075: a nonpersistent disk drops its redo log at power-off")
    func nonpersistent() throws { try Self.checkForgetting(.nonpersistent) }

    /// Writes behind the guest's back to a disk that forgets, and looks for it after a power-off.
    private static func checkForgetting(_ mode: DiskMode) throws {
        var lab = try Lab()
        #expect(lab.change(.setDiskMode(key: 2001, mode)) == .success)
        try lab.powerOn()
        let base = lab.plane.store.content(of: try lab.machine.config.disks[1].path)
        var changed = try #require(base)
        changed[100] = .of(5)
        let content = changed
        lab.plane.tamper(with: lab.vm) { vm in
            _ = vm.hardware.detach(.data)
            vm.hardware.attach(content, as: .data)
        }
        try lab.powerOff()
        #expect(lab.plane.content(of: 2001, in: lab.vm) == base)
    }
}

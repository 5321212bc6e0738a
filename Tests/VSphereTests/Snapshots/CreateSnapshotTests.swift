import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import VSphere

@Suite("Creating snapshots")
struct CreateSnapshotTests {
    @Test("VMW-020: two snapshots can have one name")
    func sameName() throws {
        var lab = try Lab()
        try lab.snapshot("twin")
        try lab.snapshot("twin")
        #expect(try lab.plane.snapshotTree(of: lab.vm).nodes.map(\.name) == ["twin", "twin"])
    }

    @Test(
        "VMW-021: a percent sign must begin an escape, and names stay as they were escaped",
        arguments: [("a%25b", true), ("a%2fb", true), ("100%", false), ("%zz", false), ("a%2", false), ("a/b", true)])
    func escapes(name: String, isAccepted: Bool) throws {
        var lab = try Lab()
        #expect(lab.create(name) == (isAccepted ? .success : .task("InvalidName", "VMW-021")))
        #expect(try lab.plane.snapshotTree(of: lab.vm).nodes.map(\.name) == (isAccepted ? [name] : []))
    }

    @Test("VMW-021: the provider escapes the names that it is given")
    func escaped() {
        #expect("a/b\\c 100%".escapedForSnapshots == "a%2fb%5cc 100%25")
        #expect("a%2fb%5cc 100%25".unescapedForSnapshots == "a/b\\c 100%")
    }

    @Test("VMW-022: an empty name is refused, in the task or by the call")
    func emptyName() throws {
        var lab = try Lab()
        #expect(lab.create("") == .task("InvalidName", "VMW-022"))
        lab.plane.settings.inferred.emptyNameFailsInTask = false
        #expect(lab.create("") == .call("InvalidArgument", "VMW-022"))
    }

    @Test("VMW-023: a description that was not given is empty, and there")
    func description() throws {
        var lab = try Lab()
        let id = try lab.snapshot()
        #expect(try lab.snapshotValue(id).text == "")
    }

    @Test("VMW-024: a new snapshot is current and stands under the one that was")
    func current() throws {
        var lab = try Lab()
        let first = try lab.snapshot("first")
        #expect(try lab.current == first)
        let second = try lab.snapshot("second")
        #expect(try lab.current == second)
        #expect(try lab.machine.tree.nodes[second]?.parent == first)
    }

    @Test("VMW-026: memory of a machine that is off is ignored: no memory file", arguments: [true, false])
    func memoryWhenOff(isIgnored: Bool) throws {
        var settings = VSphere.Settings()
        if !isIgnored { settings.inferred.memoryIsIgnoredWhenOff = false }
        var lab = try Lab(settings)
        guard isIgnored else {
            #expect(lab.create(memory: true) == .task("InvalidPowerState", "VMW-026"))
            return
        }
        let snapshot = try lab.taken(memory: true)
        #expect(snapshot.state == .poweredOff)
        #expect(snapshot.memoryFile == nil)
        #expect(snapshot.memory == nil)
    }

    @Test("VMW-028: a second snapshot of one suspension is refused until something changes")
    func noChange() throws {
        var lab = try Lab()
        try lab.bring(to: .suspended)
        try lab.snapshot(memory: true)
        #expect(lab.create(memory: true) == .task("SnapshotNoChange", "VMW-028"))
        try lab.powerOn()
        try lab.suspend()
        #expect(lab.create(memory: true) == .success)
    }

    @Test("VMW-029: no memory with an independent disk, running or suspended", arguments: PowerState.allCases)
    func independentMemory(state: PowerState) throws {
        var lab = try Lab()
        #expect(lab.change(.setDiskMode(key: Lab.scratch, .independentPersistent)) == .success)
        try lab.bring(to: state)
        let refused = Ending.task("MemorySnapshotOnIndependentDisk", "VMW-029")
        #expect(lab.create(memory: true) == (state == .poweredOff ? .success : refused))
    }

    @Test("VMW-030: an independent disk gets no delta, and may need the machine to be off", arguments: [false, true])
    func independentDisk(needsPowerOff: Bool) throws {
        var settings = VSphere.Settings()
        if needsPowerOff { settings.eras.independentDiskNeedsPowerOff = true }
        var lab = try Lab(settings)
        #expect(lab.change(.setDiskMode(key: Lab.scratch, .independentPersistent)) == .success)
        try lab.powerOn()
        let before = try lab.machine.config.disks.map(\.path)
        #expect(lab.create() == (needsPowerOff ? .task("InvalidPowerState", "VMW-030") : .success))
        let after = try lab.machine.config.disks.map(\.path)
        #expect(after[2] == before[2])
        #expect((after[0] == before[0]) == needsPowerOff)
    }

    @Test("VMW-031: a physical mapping of a dependent disk cannot be captured")
    func physicalMapping() throws {
        var lab = try Lab()
        #expect(lab.change(.mapDevice(size: .mebibytes(64), physical: true)) == .success)
        #expect(lab.create() == .task("SnapshotIncompatibleDeviceInVm", "VMW-031"))
        #expect(lab.change(.setDiskMode(key: 2003, .independentPersistent)) == .success)
        #expect(lab.create() == .success)
    }

    @Test("VMW-032: a virtual mapping is captured as any disk")
    func virtualMapping() throws {
        var lab = try Lab()
        #expect(lab.change(.mapDevice(size: .mebibytes(64), physical: false)) == .success)
        #expect(lab.create() == .success)
        let disk = try #require(try lab.machine.config.disks.last)
        #expect(lab.plane.store[disk.path]?.disk?.parent?.name == "web_3.vmdk")
    }

    @Test("VMW-033: shared controllers and dependent disks of many writers cannot be captured")
    func shared() throws {
        for sharing in [VirtualController.Sharing.physicalSharing, .virtualSharing] {
            var lab = try Lab()
            #expect(lab.change(.addController(sharing)) == .success)
            #expect(lab.create() == .task("SnapshotIncompatibleDeviceInVm", "VMW-033"))
            #expect(lab.change(.removeController(key: 1001)) == .success)
            #expect(lab.create() == .success)
        }
        var lab = try Lab()
        #expect(lab.change(.setMultiWriter(key: Lab.scratch, true)) == .success)
        #expect(lab.create() == .task("SnapshotIncompatibleDeviceInVm", "VMW-033"))
    }

    @Test("VMW-034: an independent disk of many writers is left out")
    func sharedIndependent() throws {
        var lab = try Lab()
        #expect(
            lab.change(
                .setMultiWriter(key: Lab.scratch, true), .setDiskMode(key: Lab.scratch, .independentPersistent))
                == .success)
        #expect(lab.create() == .success)
    }

    @Test("VMW-035: a device of the host cannot be captured")
    func passthrough() throws {
        var lab = try Lab()
        #expect(lab.change(.addPassthrough("0000:3b:00.0")) == .success)
        #expect(lab.create() == .task("SnapshotIncompatibleDeviceInVm", "VMW-035"))
    }

    @Test("VMW-036: a machine under Fault Tolerance is refused by the call")
    func faultTolerance() throws {
        var lab = try Lab()
        lab.plane.tamper(with: lab.vm) { $0.config.isFaultTolerant = true }
        #expect(lab.create() == .call("NotSupported", "VMW-036"))
    }

    @Test("VMW-037: a path holds 31 snapshots; another branch starts anew")
    func depth() throws {
        var lab = try Lab()
        var root: Moref<VirtualMachineSnapshot>?
        for level in 1...31 {
            let id = try lab.snapshot("level \(level)")
            root = root ?? id
        }
        #expect(lab.create() == .task("TooManySnapshotLevels", "VMW-037"))
        #expect(lab.revert(try #require(root)) == .success)
        #expect(lab.create() == .success)
    }

    @Test(
        "VMW-038: snapshot.maxSnapshots caps the number, also at none",
        arguments: [
            (0, 0, Ending.task("TooManySnapshotLevels", "VMW-038")),
            (1, 1, .task("MultipleSnapshotsNotSupported", "VMW-038")),
            (2, 2, .task("TooManySnapshotLevels", "VMW-038")),
        ])
    func cap(limit: Int, made: Int, refusal: Ending) throws {
        var lab = try Lab(isOn: true)
        #expect(lab.configure { $0.extraConfig["snapshot.maxSnapshots"] = "\(limit)" } == .success)
        for _ in 0..<made { #expect(lab.create() == .success) }
        #expect(lab.create() == refusal)
        if limit == 1 {
            lab.plane.settings.inferred.singleSnapshotHasOwnFault = false
            #expect(lab.create() == .task("TooManySnapshotLevels", "VMW-038"))
        }
    }

    @Test("VMW-039: a host that allows one snapshot refuses the second")
    func single() throws {
        var settings = VSphere.Settings()
        settings.multipleSnapshotsSupported = false
        var lab = try Lab(settings)
        #expect(lab.create() == .success)
        #expect(lab.create() == .task("MultipleSnapshotsNotSupported", "VMW-039"))
    }

    @Test("VMW-040: while snapshots are locked none is created and none removed")
    func locked() throws {
        var lab = try Lab()
        let id = try lab.snapshot()
        #expect(lab.configure { $0.snapshotLocked = true } == .success)
        #expect(lab.create() == .task("SnapshotLocked", "VMW-040"))
        #expect(lab.remove(id) == .task("SnapshotLocked", "VMW-040"))
        #expect(try lab.machine.tree.nodes.count == 1)
    }

    @Test("VMW-041: snapshotDisabled has no effect")
    func disabled() throws {
        var lab = try Lab()
        #expect(lab.configure { $0.snapshotDisabled = true } == .success)
        #expect(try lab.machine.config.snapshotDisabled)
        #expect(lab.create() == .success)
    }

    @Test(
        "VMW-042: quiescing a machine that is off or suspended is ignored",
        arguments: [PowerState.poweredOff, .suspended])
    func quiesceAtRest(state: PowerState) throws {
        var lab = try Lab()
        try lab.bring(to: state)
        #expect(try lab.taken(quiesce: true).isQuiesced == false)
    }

    @Test("VMW-043: without Tools the wish to quiesce is ignored")
    func noTools() throws {
        var lab = try Lab(isOn: true)
        lab.plane.tamper(with: lab.vm) { $0.tools.isInstalled = false }
        #expect(try lab.taken(quiesce: true).isQuiesced == false)
    }

    @Test("VMW-044: Tools that do not answer fail a quiesced snapshot, or are passed over", arguments: [true, false])
    func silentTools(fails: Bool) throws {
        var settings = VSphere.Settings()
        settings.toolsUnavailableQuiesce = fails ? .fail : .ignore
        var lab = try Lab(settings, isOn: true)
        let now = lab.plane.now
        lab.plane.tamper(with: lab.vm) { $0.tools.silentSince = now }
        lab.plane.advance(by: .minutes(2))
        guard fails else {
            #expect(try lab.taken(quiesce: true).isQuiesced == false)
            return
        }
        #expect(lab.create(quiesce: true) == .task("ApplicationQuiesceFault", "VMW-044"))
        #expect(try lab.machine.tree.isEmpty)
    }

    @Test("a quiesced snapshot says so")
    func quiesced() throws {
        var lab = try Lab(isOn: true)
        let snapshot = try lab.taken(quiesce: true)
        #expect(snapshot.isQuiesced)
        #expect(snapshot.state == .poweredOff)
        #expect(try lab.machine.tools.isFrozen == false)
    }

    @Test("VMW-046: a freeze that would last too long gives the snapshot up and leaves the tree as it was")
    func freezeWindow() throws {
        var settings = VSphere.Settings()
        settings.timings.freezeWindow = .milliseconds(100)
        var lab = try Lab(settings, isOn: true)
        let files = lab.plane.store.files.keys.sorted()
        #expect(lab.create(quiesce: true) == .task("FilesystemQuiesceFault", "VMW-046"))
        #expect(try lab.machine.tree.isEmpty)
        #expect(lab.plane.store.files.keys.sorted() == files)
        #expect(try lab.machine.tools.isFrozen == false)
    }

    @Test("VMW-046: an agent that hangs is waited for no longer than the freeze may last")
    func hangingAgent() throws {
        var lab = try Lab(isOn: true)
        lab.plane.tamper(with: lab.vm) { $0.hardware.inject(.agentHangs) }
        #expect(lab.create(quiesce: true) == .task("FilesystemQuiesceFault", "VMW-046"))
        #expect(try lab.machine.tree.isEmpty)
    }

    @Test(
        "VMW-047: a quiesced snapshot that failed may leave the guest frozen until it boots", arguments: [true, false])
    func staysFrozen(stays: Bool) throws {
        var settings = VSphere.Settings()
        settings.timings.freezeWindow = .milliseconds(100)
        if stays { settings.failedQuiesceLeavesGuestFrozen = true }
        var lab = try Lab(settings, isOn: true)
        #expect(lab.create(quiesce: true) == .task("FilesystemQuiesceFault", "VMW-046"))
        #expect(try lab.machine.tools.isFrozen == stays)
        try lab.powerOff()
        try lab.powerOn()
        #expect(try lab.machine.tools.isFrozen == false)
    }

    @Test("VMW-048: a quiesced snapshot of Windows publishes a manifest, others do not")
    func manifest() throws {
        var lab = try Lab(isOn: true)
        let plain = try lab.taken(quiesce: true)
        #expect(plain.backupManifest == nil)
        #expect(lab.configure { $0.guestID = "windows2019srv_64Guest" } == .success)
        let second = try lab.snapshot(quiesce: true)
        let manifest = try #require(try lab.snapshotValue(second).backupManifest)
        #expect(lab.plane.store[manifest] != nil)
        let third = try lab.snapshot()
        #expect(try lab.snapshotValue(third).backupManifest == nil)
        #expect(lab.remove(second) == .success)
        #expect(lab.plane.store[manifest] == nil)
    }

    @Test(
        "VMW-049: the time for quiescing lies between 5 and 240 minutes",
        arguments: [(4, false), (5, true), (240, true), (241, false)])
    func timeout(minutes: Int, isAccepted: Bool) throws {
        var lab = try Lab()
        #expect(lab.create(timeout: minutes) == (isAccepted ? .success : .call("InvalidArgument", "VMW-049")))
    }

    @Test("VMW-050: a template cannot be snapshotted")
    func template() throws {
        var lab = try Lab()
        try lab.plane.markAsTemplate(lab.vm)
        #expect(lab.create() == .call("NotSupported", "VMW-050"))
    }

    @Test("VMW-051: a datastore without room for the memory refuses, and nothing is left behind")
    func noRoom() throws {
        var lab = try Lab(isOn: true)
        let store = lab.plane.store
        let used = try #require(store.datastores["datastore1"]?.used)
        lab.plane.setCapacity(of: "datastore1", to: used + .mebibytes(100))
        let files = lab.plane.store.files.keys.sorted()
        #expect(lab.create(memory: true) == .task("NoDiskSpace", "VMW-051"))
        #expect(lab.plane.store.files.keys.sorted() == files)
        #expect(lab.create() == .success, "without memory there is room enough")
    }

    @Test("VMW-052: a foreign file with the name of the next delta is in the way")
    func foreignFile() throws {
        var lab = try Lab()
        let path = FilePath("datastore1", "web", "web-000001-sesparse.vmdk")
        try lab.plane.placeFile(path, StoredFile(.diskExtent, size: .mebibytes(1)))
        let files = lab.plane.store.files.keys.sorted()
        #expect(lab.create() == .task("FileAlreadyExists", "VMW-052"))
        #expect(lab.plane.store.files.keys.sorted() == files)
        try lab.plane.deleteDatastoreFile(path)
        #expect(lab.create() == .success)
    }

    @Test("VMW-054: the log is not captured: it keeps what was written since")
    func log() throws {
        var lab = try Lab()
        let id = try lab.snapshot()
        let path = try lab.machine.logPath
        let captured = try #require(lab.plane.store[path]?.size)
        try lab.powerOn()
        try lab.powerOff()
        let size = try #require(lab.plane.store[path]?.size)
        #expect(size > captured)
        #expect(lab.revert(id) == .success)
        #expect(lab.plane.store[path].map { $0.size >= size } == true)
    }

    @Test("VMW-055: machines are captured one by one, each at its own time")
    func twoMachines() throws {
        var lab = try Lab()
        var spec = Lab.spec
        spec.name = "other"
        let other = try lab.plane.createVM(spec, contents: SimulatedMachine.installedDisks(for: spec, seed: 1))
        let first = try lab.taken().createTime
        let task = try lab.plane.createSnapshot(SnapshotSpec(name: "s", memory: false, quiesce: false), of: other)
        guard case .snapshot(let id) = try lab.plane.wait(for: task).result else {
            Issue.record("no snapshot")
            return
        }
        #expect(try lab.snapshotValue(id).createTime > first)
        #expect(try lab.machine.tree.nodes[id] == nil)
    }

    @Test("VMW-122: each snapshot and each revert gives the running disks new files, numbered in the directory")
    func fileNames() throws {
        var lab = try Lab()
        let names = { (lab: Lab) in try lab.machine.config.disks.map(\.path.name) }
        #expect(try names(lab) == ["web.vmdk", "web_1.vmdk", "web_2.vmdk"])
        let id = try lab.snapshot()
        #expect(try names(lab) == ["web-000001.vmdk", "web_1-000002.vmdk", "web_2-000003.vmdk"])
        #expect(try lab.snapshotValue(id).config.disks.map(\.path.name) == ["web.vmdk", "web_1.vmdk", "web_2.vmdk"])
        try lab.snapshot()
        #expect(try names(lab) == ["web-000004.vmdk", "web_1-000005.vmdk", "web_2-000006.vmdk"])
        #expect(lab.revert(id) == .success)
        #expect(try names(lab) == ["web-000007.vmdk", "web_1-000008.vmdk", "web_2-000009.vmdk"])
        #expect(try lab.plane.chains(of: lab.vm)[2000]?.map(\.name) == ["web.vmdk", "web-000007.vmdk"])
    }

    @Test("a snapshot has a data file, with memory a memory file, and both show in the layout")
    func files() throws {
        var lab = try Lab(isOn: true)
        try lab.snapshot(memory: true)
        let layout = try lab.plane.layout(of: lab.vm)
        #expect(layout.map(\.key) == Array(0..<layout.count))
        #expect(layout.contains { $0.name == "[datastore1] web/web-Snapshot1.vmsn" && $0.type == "snapshotData" })
        #expect(layout.contains { $0.type == "snapshotMemory" && $0.size == Lab.spec.memory })
        #expect(layout.contains { $0.name.hasSuffix("web-000001-sesparse.vmdk") && $0.type == "diskExtent" })
    }
}

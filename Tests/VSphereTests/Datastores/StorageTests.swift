import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import VSphere

@Suite("Storage, moves, clones and the end")
struct StorageTests {
    @Test("VMW-131: when the datastore is full a running machine stands still with a question, until there is room")
    func outOfSpace() throws {
        var lab = try Lab(isOn: true)
        try lab.snapshot()
        let used = try #require(lab.plane.store.datastores["datastore1"]?.used)
        lab.plane.setCapacity(of: "datastore1", to: used)
        let machine = MachineID(rawValue: lab.vm.value)
        do throws(Refusal) {
            _ = try lab.plane.perform(.write(records: 400), on: machine)
            _ = try lab.plane.perform(.flush, on: machine)
            Issue.record("the write found room")
        } catch {
            #expect(error.code == "QuestionPending")
            #expect(error.rule == "VMW-131")
        }
        let question = try #require(try lab.machine.question)
        #expect(question.text.hasPrefix("msg.hbacommon.outofspace"))
        #expect(question.choices == ["Retry", "Cancel"])
        #expect(lab.create() == .task("QuestionPending", "VMW-011"))
        lab.plane.setCapacity(of: "datastore1", to: .gibibytes(100))
        try lab.plane.answerVM(lab.vm, question: question.id, choice: 0)
        #expect(try lab.machine.question == nil)
        let answer = try lab.plane.perform(.write(records: 400), on: machine)
        #expect(answer.succeeded)
    }

    @Test("cancelling the question of a full datastore cuts the machine off")
    func cancelQuestion() throws {
        var lab = try Lab(isOn: true)
        lab.plane.tamper(with: lab.vm) { $0.question = Question(id: "q", text: "full", choices: ["Retry", "Cancel"]) }
        try lab.plane.answerVM(lab.vm, question: "q", choice: 1)
        #expect(try lab.power == .poweredOff)
    }

    @Test("VMW-130: what a running guest writes by itself makes its deltas grow")
    func guestWrites() throws {
        var lab = try Lab(isOn: true)
        try lab.snapshot()
        let machine = MachineID(rawValue: lab.vm.value)
        #expect(try lab.plane.perform(.writeLooseFiles(200), on: machine).succeeded)
        let used = try #require(lab.plane.store.datastores["datastore1"]?.used)
        lab.plane.advance(by: .minutes(2))
        #expect(try #require(lab.plane.store.datastores["datastore1"]?.used) > used)
    }

    @Test("VMW-132: switching on needs room for the swap file")
    func swap() throws {
        var lab = try Lab()
        let used = try #require(lab.plane.store.datastores["datastore1"]?.used)
        lab.plane.setCapacity(of: "datastore1", to: used + .mebibytes(100))
        let vm = lab.vm
        #expect(
            lab.end { (plane) throws(MethodFault) in try plane.powerOnVM(vm) }
                == .task("InsufficientStorageSpace", "VMW-132"))
        #expect(try lab.power == .poweredOff)
    }

    @Test("VMW-133: a move to a host with other processors warns of each snapshot with memory")
    func migration() throws {
        var lab = try Lab(isOn: true)
        try lab.snapshot("cold")
        try lab.snapshot("hot", memory: true)
        let (vm, home) = (lab.vm, try lab.machine.host)
        let other = try #require(lab.plane.hosts.keys.first { $0 != home })
        #expect(try lab.plane.migrationWarnings(of: vm, to: other).isEmpty)
        lab.plane.changeHost(other) { $0.processorFeatures = [] }
        #expect(try lab.plane.migrationWarnings(of: vm, to: other).map(\.snapshotName) == ["hot"])
        try lab.expectSuccess { (plane) throws(MethodFault) in try plane.relocateVM(vm, RelocateSpec(host: other)) }
        #expect(try lab.machine.host == other)
    }

    @Test("VMW-135: only disks in persistent mode can be moved to another datastore")
    func storageMigration() throws {
        var lab = try Lab()
        let vm = lab.vm
        lab.plane.addDatastore("fast", capacity: .gibibytes(100))
        #expect(lab.change(.setDiskMode(key: Lab.scratch, .independentPersistent)) == .success)
        let move: Start = { (plane) throws(MethodFault) in try plane.relocateVM(vm, RelocateSpec(datastore: "fast")) }
        #expect(lab.end(move) == .task("VirtualDiskModeNotSupported", "VMW-135"))
        #expect(lab.change(.setDiskMode(key: Lab.scratch, .persistent)) == .success)
        try lab.write(1)
        let id = try lab.snapshot()
        try lab.write(2)
        #expect(lab.end(move) == .success)
        #expect(try lab.machine.config.disks.allSatisfy { $0.path.datastore == "fast" })
        #expect(lab.plane.store.datastores["datastore1"]?.used == .zero)
        #expect(lab.plane.store.addsUp)
        #expect(lab.revert(id) == .success)
        #expect(lab.read() == .of(1))
    }

    @Test(
        "VMW-134: a machine with snapshots is moved to another datastore as far as the host can, and told why not",
        arguments: [
            (.running, true, .success), (.stopped, false, .success),
            (.stopped, true, .task("HotSnapshotMoveNotSupported", "VMW-134")),
            (.none, false, .task("SnapshotMoveNotSupported", "VMW-134")),
        ] as [(VSphere.Settings.SnapshotMoves, Bool, Ending)])
    func movesWithSnapshots(moves: VSphere.Settings.SnapshotMoves, isOn: Bool, ending: Ending) throws {
        var lab = try Lab(isOn: isOn)
        let vm = lab.vm
        lab.plane.settings.snapshotMoves = moves
        lab.plane.addDatastore("fast", capacity: .gibibytes(100))
        let move: Start = { (plane) throws(MethodFault) in try plane.relocateVM(vm, RelocateSpec(datastore: "fast")) }
        let back: Start = { (plane) throws(MethodFault) in
            try plane.relocateVM(vm, RelocateSpec(datastore: "datastore1"))
        }
        #expect(lab.end(move) == .success, "without snapshots")
        #expect(lab.end(back) == .success)
        try lab.snapshot("before")
        #expect(lab.end(move) == ending)
    }

    @Test(
        "VMW-134: a disk from elsewhere keeps a machine with snapshots where it is, and one without leaves it behind",
        arguments: [true, false])
    func disksElsewhere(hasSnapshots: Bool) throws {
        var lab = try Lab()
        let vm = lab.vm
        lab.plane.addDatastore("fast", capacity: .gibibytes(100))
        let foreign = FilePath("datastore1", "library", "tools.vmdk")
        let link = DiskLink(format: .thin, parent: nil, content: Disk(size: .mebibytes(64)))
        try lab.plane.store.create(foreign, StoredFile(.diskExtent, size: .zero, disk: link))
        #expect(lab.change(.attachDisk(foreign)) == .success)
        let move: Start = { (plane) throws(MethodFault) in try plane.relocateVM(vm, RelocateSpec(datastore: "fast")) }
        guard !hasSnapshots else {
            try lab.snapshot("before")
            #expect(lab.end(move) == .task("SnapshotMoveFromNonHomeNotSupported", "VMW-134"))
            return
        }
        #expect(lab.end(move) == .success)
        #expect(try lab.machine.config.disks.filter { $0.path.datastore == "datastore1" }.map(\.path) == [foreign])
    }

    @Test("VMW-136: a move warns that the snapshots' own directory is given up, and brings their files home")
    func snapshotDirectory() throws {
        var lab = try Lab(isOn: true)
        let (vm, move) = (lab.vm, RelocateSpec(datastore: "fast"))
        lab.plane.addDatastore("fast", capacity: .gibibytes(100))
        #expect(try lab.plane.relocationWarnings(of: vm, move).isEmpty)
        #expect(lab.configure { $0.snapshotDirectory = "snapshots" } == .success)
        try lab.write(1)
        let id = try lab.snapshot("hot", memory: true)
        try lab.write(2)
        let before = try lab.snapshotValue(id)
        #expect(before.dataFile.directory == "snapshots" && before.memoryFile?.directory == "snapshots")
        #expect(try lab.plane.relocationWarnings(of: vm, move) == [WillResetSnapshotDirectory(directory: "snapshots")])
        #expect(try lab.plane.relocationWarnings(of: vm, RelocateSpec(datastore: "datastore1")).isEmpty)
        #expect(lab.end { (plane) throws(MethodFault) in try plane.relocateVM(vm, move) } == .success)
        let (after, home) = (try lab.snapshotValue(id), try lab.machine.home)
        #expect(after.dataFile == home.sibling(before.dataFile.name))
        #expect(after.memoryFile.map { lab.plane.store[$0] != nil } == true)
        #expect(try lab.machine.config.snapshotDirectory == nil)
        #expect(lab.plane.store.datastores["datastore1"]?.used == .zero && lab.plane.store.addsUp)
        #expect(lab.revert(id) == .success)
        #expect(lab.read() == .of(1))
    }

    @Test(
        "VMW-137: a clone of a snapshot is the machine as it was then, with a configuration to match and no snapshots")
    func clone() throws {
        var lab = try Lab()
        try lab.write(1)
        #expect(lab.configure { $0.annotation = "then" } == .success)
        let id = try lab.snapshot()
        try lab.write(2)
        #expect(lab.configure { $0.annotation = "now" } == .success)
        let clone = try Self.clone(&lab, CloneSpec(name: "copy", snapshot: id))
        let vm = try lab.plane.virtualMachine(clone)
        #expect(lab.plane.content(of: Lab.scratch, in: clone)?[0] == .of(1))
        #expect(vm.config.annotation == "then")
        #expect(vm.tree.isEmpty)
        let source = try lab.machine
        #expect(vm.config.nics[0].hardwareAddress != source.config.nics[0].hardwareAddress)
        #expect(vm.config.uuid != source.config.uuid)
        #expect(lab.read() == .of(2))
        let second = lab.end { (plane) throws(MethodFault) in try plane.cloneVM(source.id, CloneSpec(name: "copy")) }
        #expect(second == .task("DuplicateName", nil))
    }

    @Test("VMW-138: a linked clone needs a snapshot")
    func linkedNeedsSnapshot() throws {
        var lab = try Lab()
        let vm = lab.vm
        var spec = CloneSpec(name: "copy")
        spec.isLinked = true
        let linked = spec
        let start: Start = { (plane) throws(MethodFault) in try plane.cloneVM(vm, linked) }
        #expect(lab.end(start) == .task("InvalidArgument", "VMW-138"))
        lab.plane.settings.inferred.linkedCloneNeedsSnapshotFault = .notSupported
        #expect(lab.end(start) == .task("NotSupported", "VMW-138"))
    }

    @Test(
        "VMW-139: a linked clone keeps working when its snapshot is removed, and when its source is destroyed",
        arguments: [true, false])
    func linked(keepsFiles: Bool) throws {
        var settings = VSphere.Settings()
        if !keepsFiles { settings.inferred.destroyKeepsSharedFiles = false }
        var lab = try Lab(settings)
        try lab.write(1)
        let (id, vm) = (try lab.snapshot(), lab.vm)
        var spec = CloneSpec(name: "copy", snapshot: id)
        spec.isLinked = true
        let clone = try Self.clone(&lab, spec)
        try lab.plane.writeDisk(Lab.scratch, of: clone) { $0[1] = .of(7) }
        try lab.write(2)
        #expect(lab.remove(id) == .success)
        #expect(lab.plane.content(of: Lab.scratch, in: clone)?[0] == .of(1))
        #expect(lab.read() == .of(2))
        try lab.expectSuccess { (plane) throws(MethodFault) in try plane.destroy(vm) }
        let path = try #require(try lab.plane.virtualMachine(clone).config.disks.last).path
        #expect(lab.plane.store.isComplete(path) == keepsFiles)
    }

    @Test("VMW-140: a clone with memory sleeps, without the interfaces whose address the server made")
    func cloneMemory() throws {
        var lab = try Lab(isOn: true)
        #expect(lab.change(.addNIC(network: "fixed", hardwareAddress: "00:50:56:01:02:03")) == .success)
        let id = try lab.snapshot(memory: true)
        var spec = CloneSpec(name: "copy", snapshot: id)
        spec.memory = true
        let asleep = try Self.clone(&lab, spec)
        let vm = try lab.plane.virtualMachine(asleep)
        #expect(vm.power.state == .suspended)
        #expect(vm.config.nics.map(\.hardwareAddress) == ["00:50:56:01:02:03"])
        spec = CloneSpec(name: "without")
        spec.memory = true
        let without = try Self.clone(&lab, spec)
        #expect(try lab.plane.virtualMachine(without).power.state == .poweredOff)
    }

    @Test("VMW-141: a running machine with an independent disk or a physical mapping cannot be cloned")
    func cloneBusyDisk() throws {
        for change in [
            DeviceChange.setDiskMode(key: Lab.scratch, .independentPersistent),
            .mapDevice(size: .mebibytes(64), physical: true),
        ] {
            var lab = try Lab()
            let vm = lab.vm
            #expect(lab.change(change) == .success)
            try lab.powerOn()
            let start: Start = { (plane) throws(MethodFault) in try plane.cloneVM(vm, CloneSpec(name: "c")) }
            #expect(lab.end(start) == .task("SystemError", "VMW-141"))
            try lab.powerOff()
            #expect(lab.end(start) == .success)
        }
    }

    @Test("VMW-142: only a machine that is off can be destroyed, and everything of it goes")
    func destroy() throws {
        var lab = try Lab(isOn: true)
        let (id, vm) = (try lab.snapshot(memory: true), lab.vm)
        let start: Start = { (plane) throws(MethodFault) in try plane.destroy(vm) }
        #expect(lab.end(start) == .task("InvalidPowerState", "VMW-142"))
        try lab.powerOff()
        #expect(lab.end(start) == .success)
        #expect(lab.plane.leftovers.isEmpty)
        #expect(throws: MethodFault.self) { try lab.plane.snapshot(id) }
        #expect(throws: MethodFault.self) { try lab.plane.virtualMachine(vm) }
    }

    @Test(
        "VMW-143: a machine that is registered again has its snapshots, under new references", arguments: [true, false])
    func register(readsSnapshots: Bool) throws {
        var settings = VSphere.Settings()
        if !readsSnapshots { settings.inferred.registerReadsSnapshots = false }
        var lab = try Lab(settings)
        try lab.write(1)
        let old = try lab.snapshot("kept")
        let before = try lab.machine
        try lab.plane.unregisterVM(lab.vm)
        #expect(throws: MethodFault.self) { try lab.plane.snapshot(old) }
        let vm = try lab.plane.registerVM(at: before.home)
        #expect(vm != lab.vm)
        let after = try lab.plane.virtualMachine(vm)
        guard readsSnapshots else {
            #expect(after.tree.isEmpty)
            return
        }
        let new = try #require(after.tree.current)
        #expect(new != old)
        #expect(after.tree.nodes[new]?.number == before.tree.nodes[old]?.number)
        #expect(try lab.snapshotValue(new).name == "kept")
        #expect(lab.revert(new) == .success)
    }

    @Test("VMW-144: a lost datastore takes the snapshots with it")
    func lostDatastore() throws {
        var lab = try Lab()
        let id = try lab.snapshot()
        lab.plane.loseDatastore("datastore1")
        #expect(lab.revert(id) == .task("FileNotFound", "VMW-080"))
        #expect(lab.plane.store.files.isEmpty)
    }

    static func clone(_ lab: inout Lab, _ spec: CloneSpec) throws -> Moref<VirtualMachine> {
        let vm = lab.vm
        let info = try lab.expectSuccess { (plane) throws(MethodFault) in try plane.cloneVM(vm, spec) }
        guard case .virtualMachine(let clone) = info.result else { throw MethodFault(.notFound) }
        return clone
    }
}

@Suite("A host of its own")
struct ESXiTests {
    static var settings: VSphere.Settings {
        var settings = VSphere.Settings()
        settings.endpoint = .esxi
        return settings
    }

    @Test("VMW-150: a machine on a host of its own has no instanceUuid")
    func instanceUUID() throws {
        #expect(try Lab(Self.settings).machine.config.instanceUUID == nil)
        #expect(try Lab().machine.config.instanceUUID != nil)
    }

    @Test("VMW-151: references are numbers and `<vm>-snapshot-<id>` on ESXi")
    func references() throws {
        var lab = try Lab(Self.settings)
        #expect(lab.vm.value == "1")
        #expect(try lab.snapshot().value == "1-snapshot-1")
        #expect(lab.plane.hosts.keys.map(\.value) == ["ha-host"])
        var central = try Lab()
        #expect(try central.snapshot().value.hasPrefix("snapshot-"))
    }

    @Test("VMW-152: a task of ESXi names machine and method")
    func tasks() throws {
        var lab = try Lab(Self.settings)
        let task = try lab.plane.createSnapshot(SnapshotSpec(name: "s", memory: false, quiesce: false), of: lab.vm)
        #expect(task.value.hasPrefix("haTask-1-vim.VirtualMachine.createSnapshot-"))
        var central = try Lab()
        let other = try central.plane.powerOnVM(central.vm)
        #expect(Int(other.value.dropFirst(5)) != nil && other.value.hasPrefix("task-"))
    }

    @Test("VMW-153: a host of its own neither clones nor migrates")
    func noClone() throws {
        var lab = try Lab(Self.settings)
        let vm = lab.vm
        let clone = lab.end { (plane) throws(MethodFault) in try plane.cloneVM(vm, CloneSpec(name: "c")) }
        #expect(clone == .call("NotSupported", "VMW-153"))
        let move = lab.end { (plane) throws(MethodFault) in try plane.relocateVM(vm, RelocateSpec()) }
        #expect(move == .call("NotSupported", "VMW-153"))
    }

    @Test("VMW-154: a machine's reference is a number, or vm- and a number")
    func machineReference() throws {
        #expect(Int(try Lab(Self.settings).vm.value) != nil)
        let central = try Lab().vm.value
        #expect(central.hasPrefix("vm-") && Int(central.dropFirst(3)) != nil)
    }
}

import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import VSphere

@Suite("Tasks")
struct OperationTests {
    static func createSpec(memory: Bool = false) -> SnapshotSpec {
        SnapshotSpec(name: "s", memory: memory, quiesce: false)
    }

    /// What needs a machine to itself, on one that runs and has a snapshot.
    static func operations(_ snapshot: Moref<VirtualMachineSnapshot>) -> [Work] {
        [
            .createSnapshot(createSpec()), .revertToSnapshot(snapshot, host: nil, suppressPowerOn: false),
            .revertToCurrentSnapshot(snapshot, host: nil, suppressPowerOn: false), .consolidate,
            .removeSnapshot(snapshot, removeChildren: false, consolidate: true),
            .removeAllSnapshots(consolidate: true, olderThan: nil), .reconfigure(ConfigSpec()), .powerOff, .suspend,
            .reset, .clone(CloneSpec(name: "copy")), .relocate(RelocateSpec()), .rename("other"),
            .exportSnapshot(snapshot),
        ]
    }

    @Test("VMW-007: while one operation works on a machine, every other is refused in its task", arguments: 0..<14)
    func oneAtATime(index: Int) throws {
        var lab = try Lab(isOn: true)
        let snapshot = try lab.snapshot()
        let (vm, operation) = (lab.vm, Self.operations(snapshot)[index])
        let first = try lab.plane.createSnapshot(Self.createSpec(memory: true), of: vm)
        lab.plane.advance(by: .milliseconds(500))
        #expect(try lab.plane.task(first).state.word == "running")
        #expect(
            lab.end { (plane) throws(MethodFault) in try plane.submit(operation, to: vm) }
                == .task("TaskInProgress", "VMW-007"))
        #expect(try lab.plane.wait(for: first).error == nil)
        #expect(
            lab.end { (plane) throws(MethodFault) in try plane.submit(operation, to: vm) } == .success,
            "later it is accepted")
    }

    @Test("VMW-007: nor is its guest asked for anything meanwhile, or the machine taken out of the inventory")
    func oneAtATimeOutsideOfTasks() throws {
        var lab = try Lab(isOn: true)
        let task = try lab.plane.createSnapshot(Self.createSpec(memory: true), of: lab.vm)
        lab.plane.advance(by: .milliseconds(500))
        #expect(throws: MethodFault(.taskInProgress(task: task), rule: "VMW-007")) {
            try lab.plane.shutdownGuest(lab.vm)
        }
        #expect(throws: MethodFault(.taskInProgress(task: task), rule: "VMW-007")) {
            try lab.plane.unregisterVM(lab.vm)
        }
    }

    @Test("VMW-008: renaming during a running task is refused by the call")
    func renameDuringTask() throws {
        var lab = try Lab(isOn: true)
        let snapshot = try lab.snapshot()
        let task = try lab.plane.createSnapshot(Self.createSpec(), of: lab.vm)
        lab.plane.advance(by: .milliseconds(500))
        #expect(throws: MethodFault(.taskInProgress(task: task), rule: "VMW-008")) {
            try lab.plane.renameSnapshot(snapshot, name: "other", text: nil)
        }
        #expect(try lab.snapshotValue(snapshot).name == "before")
    }

    @Test("VMW-009: a power verb in the wrong state is accepted by the call and fails in the task")
    func powerFailsInTask() throws {
        var lab = try Lab()
        let task = try lab.plane.powerOffVM(lab.vm)
        #expect(try lab.plane.task(task).state == .queued)
        let error = try #require(try lab.plane.wait(for: task).error)
        #expect(error.name == "InvalidPowerState")
        #expect(error.message == "The attempted operation cannot be performed in the current state (Powered off).")
    }

    @Test("VMW-011: an unanswered question blocks every task until it is answered")
    func question() throws {
        var lab = try Lab(isOn: true)
        lab.plane.tamper(with: lab.vm) { $0.question = Question(id: "q", text: "msg.x", choices: ["Retry", "Cancel"]) }
        #expect(lab.create() == .task("QuestionPending", "VMW-011"))
        #expect(throws: MethodFault(.concurrentAccess)) {
            try lab.plane.answerVM(lab.vm, question: "other", choice: 0)
        }
        #expect(throws: MethodFault(.invalidArgument(property: "answerChoice"))) {
            try lab.plane.answerVM(lab.vm, question: "q", choice: 7)
        }
        try lab.plane.answerVM(lab.vm, question: "q", choice: 0)
        #expect(lab.create() == .success)
    }

    @Test("VMW-012: a task has the wire method's name and the catalogue's description key")
    func names() throws {
        var lab = try Lab(isOn: true)
        let first = try lab.plane.createSnapshot(Self.createSpec(), of: lab.vm)
        guard case .snapshot(let snapshot) = try lab.plane.wait(for: first).result else {
            Issue.record("no snapshot")
            return
        }
        let second = try lab.plane.revertToSnapshot(snapshot)
        _ = try lab.plane.wait(for: second)
        let third = try lab.plane.revertToCurrentSnapshot(of: lab.vm)
        _ = try lab.plane.wait(for: try #require(third))
        let fourth = try lab.plane.removeSnapshot(snapshot, removeChildren: true)
        _ = try lab.plane.wait(for: fourth)
        let fifth = try lab.plane.removeAllSnapshots(of: lab.vm)
        let expected: [(Moref<TaskInfo>?, String, String)] = [
            (first, "CreateSnapshot_Task", "VirtualMachine.createSnapshot"),
            (second, "RevertToSnapshot_Task", "vm.Snapshot.revert"),
            (third, "RevertToCurrentSnapshot_Task", "VirtualMachine.revertToCurrentSnapshot"),
            (fourth, "RemoveSnapshot_Task", "vm.Snapshot.remove"),
            (fifth, "RemoveAllSnapshots_Task", "VirtualMachine.removeAllSnapshots"),
        ]
        for (task, name, description) in expected {
            let info = try lab.plane.task(try #require(task))
            #expect(info.name == name)
            #expect(info.descriptionID == description)
        }
    }

    @Test("VMW-013: the entity of a snapshot's task is the machine")
    func entity() throws {
        var lab = try Lab()
        let snapshot = try lab.snapshot()
        let task = try lab.plane.removeSnapshot(snapshot, removeChildren: false)
        #expect(try lab.plane.task(task).entity == lab.vm)
    }

    @Test("VMW-014: a create results in its snapshot; revert, remove and consolidate have no result")
    func results() throws {
        var lab = try Lab()
        let vm = lab.vm
        let snapshot = try lab.snapshot()
        #expect(try lab.machine.snapshots[snapshot] != nil)
        let operations: [Work] = [
            .revertToSnapshot(snapshot, host: nil, suppressPowerOn: false),
            .removeSnapshot(snapshot, removeChildren: false, consolidate: true), .consolidate,
        ]
        for operation in operations {
            let info = try lab.expectSuccess { (plane) throws(MethodFault) in try plane.submit(operation, to: vm) }
            #expect(info.result == nil)
        }
    }

    @Test("VMW-015: a task can be read while it works and for ten minutes, and of the ended ones the last 200")
    func recent() throws {
        var lab = try Lab()
        let first = try lab.plane.powerOnVM(lab.vm)
        _ = try lab.plane.wait(for: first)
        lab.plane.advance(by: .minutes(10))
        #expect(try lab.plane.task(first).state.word == "success")
        lab.plane.advance(by: .seconds(1))
        #expect(throws: MethodFault(.managedObjectNotFound(object: first.value), rule: "VMW-006")) {
            try lab.plane.task(first)
        }
        var settings = VSphere.Settings()
        #expect(settings.quotas.recentTaskCount == 200)
        settings.quotas.recentTaskCount = 3
        lab = try Lab(settings)
        for _ in 0..<6 { #expect(lab.configure { $0.annotation = "x" } == .success) }
        #expect(lab.plane.recentTasks.count == 3)
    }

    @Test(
        "VMW-016: a cancelled create ends in RequestCanceled and may leave deltas to consolidate",
        arguments: [true, false])
    func cancel(leavesDeltas: Bool) throws {
        var settings = VSphere.Settings()
        settings.cancelledCreateLeavesDeltas = leavesDeltas ? .always : .never
        var lab = try Lab(settings, isOn: true)
        try lab.write(1)
        let task = try lab.plane.createSnapshot(Self.createSpec(memory: true), of: lab.vm)
        lab.plane.advance(by: .seconds(1))
        try lab.plane.cancelTask(task)
        let info = try lab.plane.task(task)
        #expect(info.error?.name == "RequestCanceled")
        #expect(info.error?.rule == "VMW-016")
        #expect(info.isCancelled)
        #expect(try lab.machine.tree.isEmpty)
        #expect(try lab.plane.consolidationNeeded(of: lab.vm) == leavesDeltas)
        let vm = lab.vm
        try lab.expectSuccess { (plane) throws(MethodFault) in try plane.consolidateDisks(of: vm) }
        #expect(try lab.plane.consolidationNeeded(of: lab.vm) == false)
        #expect(lab.read() == .of(1))
    }

    @Test("VMW-103: a merge cannot be cancelled unless the setting says so", arguments: [false, true])
    func cancelMerge(allowed: Bool) throws {
        var settings = VSphere.Settings()
        if allowed { settings.inferred.mergeCanBeCancelled = true }
        var lab = try Lab(settings)
        let snapshot = try lab.snapshot()
        let task = try lab.plane.removeSnapshot(snapshot, removeChildren: false)
        lab.plane.advance(by: .milliseconds(100))
        #expect(try lab.plane.task(task).state.word == "running")
        if allowed {
            try lab.plane.cancelTask(task)
            #expect(try lab.plane.task(task).error?.name == "RequestCanceled")
        } else {
            #expect(throws: MethodFault.self) { try lab.plane.cancelTask(task) }
            #expect(try lab.plane.wait(for: task).error == nil)
        }
    }

    @Test("VMW-017: all times come from one clock that never runs backwards, not even over a revert")
    func clock() throws {
        var lab = try Lab(isOn: true)
        let snapshot = try lab.snapshot(memory: true)
        let taken = try lab.snapshotValue(snapshot).createTime
        #expect(taken == lab.plane.now)
        lab.plane.advance(by: .hours(2))
        lab.plane.openSession()
        #expect(lab.revert(snapshot) == .success)
        let after = try lab.snapshot("after")
        #expect(try lab.snapshotValue(after).createTime > taken + .hours(2))
        let times = lab.plane.takeEvents().map(\.instant)
        #expect(times == times.sorted())
        var settings = VSphere.Settings()
        settings.inferred.hostClockLead = .seconds(3)
        var skewed = try Lab(settings)
        let stamped = try skewed.snapshot()
        #expect(try skewed.snapshotValue(stamped).createTime == skewed.plane.now + .seconds(3))
    }

    @Test("VMW-053: a machine or host that is out of reach refuses in the task")
    func outOfReach() throws {
        var lab = try Lab()
        for connection in [VirtualMachine.Connection.disconnected, .orphaned, .inaccessible] {
            lab.plane.tamper(with: lab.vm) { $0.connection = connection }
            #expect(lab.create() == .task("InvalidState", "VMW-053"))
        }
        lab.plane.tamper(with: lab.vm) { $0.connection = .connected }
        let host = try lab.machine.host
        lab.plane.changeHost(host) { $0.isConnected = false }
        #expect(lab.create() == .task("InvalidHostState", "VMW-053"))
        lab.plane.changeHost(host) { $0.isConnected = true }
        #expect(lab.create() == .success)
    }

    @Test("VMW-147: an export keeps the machine busy until its lease ends")
    func export() throws {
        var lab = try Lab()
        let snapshot = try lab.snapshot()
        let lease = try lab.plane.exportSnapshot(snapshot)
        lab.plane.advance(by: .hours(1))
        lab.plane.openSession()
        #expect(lab.create() == .task("TaskInProgress", "VMW-007"))
        try lab.plane.completeLease(lease)
        #expect(try lab.plane.task(lease).state.word == "success")
        #expect(lab.create() == .success)
    }

    @Test("a task says how far it has come")
    func progress() throws {
        var lab = try Lab(isOn: true)
        let task = try lab.plane.createSnapshot(Self.createSpec(memory: true), of: lab.vm)
        #expect(try lab.plane.progress(of: task) == nil)
        lab.plane.advance(by: .milliseconds(20))
        #expect(try lab.plane.progress(of: task) == 0)
        lab.plane.advance(by: .seconds(2))
        let halfWay = try #require(try lab.plane.progress(of: task))
        #expect((10...90).contains(halfWay))
    }
}

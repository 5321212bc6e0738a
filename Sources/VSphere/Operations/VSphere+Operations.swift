import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// How the work of a task ended, when it did not throw.
enum TaskOutcome {
    /// It is done.
    case done(TaskResult?)
    /// It failed half way, and what was done stays done.
    case failedHalfWay(MethodFault)
}

extension VSphere {
    /// Starts a task: session, privilege and arguments are checked now, the state of the machine when it is taken up.
    mutating func submit(
        _ operation: Work, to vm: Moref<VirtualMachine>,
        validate: (VSphere, VirtualMachine) throws(MethodFault) -> Void = { _, _ in }
    ) throws(MethodFault) -> Moref<TaskInfo> {
        try call(operation.verb, on: vm, needs: operation.privilege) { (plane) throws(MethodFault) in
            try validate(plane, try plane.virtualMachine(vm))
            return plane.enqueue(operation, on: vm)
        }
    }

    /// Puts work into the queue.
    mutating func enqueue(_ operation: Work, on vm: Moref<VirtualMachine>) -> Moref<TaskInfo> {
        let id = newTaskMoref(operation, on: vm)
        tasks[id] = TaskInfo(
            task: id, name: operation.verb, descriptionID: operation.descriptionID, entity: vm,
            userName: caller.flatMap { sessions[$0]?.userName } ?? "", queueTime: now, state: .queued,
            isCancelable: operation.isCancelable, isCancelled: false, operation: operation)
        agenda.enter(.dispatch(id), at: now + settings.timings.dispatch)
        return id
    }

    /// The tasks that can be read: those that have not ended, and the latest of the others.
    ///
    /// `TaskManager.recentTask`.
    package var recentTasks: [Moref<TaskInfo>] { tasks.keys.sorted() }

    /// Asks a task to stop.
    ///
    /// `CancelTask`.
    ///
    /// - Throws: `NotSupported` for a task that cannot be cancelled, or not any more.
    package mutating func cancelTask(_ id: Moref<TaskInfo>) throws(MethodFault) {
        try call("CancelTask", on: id, needs: .cancelTask) { (plane) throws(MethodFault) in
            var info = try plane.task(id)
            guard info.isCancelable, info.state.completed == nil else {
                throw MethodFault(.notSupported(why: "the task cannot be cancelled"), rule: "VMW-103")
            }
            let isRunning = info.state != .queued
            info.isCancelled = true
            plane.tasks[id] = info
            if isRunning { plane.abandon(info) }
            plane.end(id, with: MethodFault(.requestCanceled, rule: "VMW-016"))
        }
    }

    /// Waits until a task has ended, and returns how.
    package mutating func wait(for id: Moref<TaskInfo>) throws(MethodFault) -> TaskInfo {
        while true {
            let info = try task(id)
            guard info.state.completed == nil, let next = agenda.next else { return info }
            advance(to: max(next, now))
        }
    }

    /// Tells how far a running task has come, in percent; nothing when it does not run.
    package func progress(of id: Moref<TaskInfo>) throws(MethodFault) -> Int? {
        guard case .running(let since, let progress) = try task(id).state else { return nil }
        guard let end = runningUntil[id], end > since else { return progress }
        return Int((now - since).nanoseconds * 100 / (end - since).nanoseconds)
    }

    /// Takes up a queued task: everything that depends on the machine's state is refused here.
    ///
    /// Rule: VMW-009.
    mutating func dispatch(_ id: Moref<TaskInfo>) {
        guard let info = tasks[id], info.state == .queued else { return }
        let before = self
        do throws(MethodFault) {
            try admit(info)
            let duration = try begin(info.operation, on: info.entity)
            var begun = info
            try begun.state.begin(at: now)
            begun.isCancelable = info.isCancelable || isMergeCancelable(info.operation)
            tasks[id] = begun
            try change(info.entity) { vm in vm.activeTask = id }
            note(id, "queued -> running")
            guard let duration else { return }
            runningUntil[id] = now + duration
            agenda.enter(.complete(id), at: now + duration)
        } catch {
            restore(before)
            end(id, with: error)
        }
    }

    /// Ends a running task with the work it was for.
    mutating func complete(_ id: Moref<TaskInfo>) {
        guard let info = tasks[id], case .running = info.state else { return }
        let before = self
        do throws(MethodFault) {
            switch try finish(info.operation, on: info.entity) {
            case .done(let result): try succeed(id, with: result)
            case .failedHalfWay(let fault): end(id, with: fault)
            }
        } catch {
            restore(before)
            abandon(info)
            end(id, with: error)
        }
    }

    private mutating func succeed(_ id: Moref<TaskInfo>, with result: TaskResult?) throws(MethodFault) {
        var info = try task(id)
        try info.state.succeed(with: result, at: now)
        tasks[id] = info
        note(id, "running -> success")
        release(id)
    }

    private mutating func end(_ id: Moref<TaskInfo>, with fault: MethodFault) {
        guard var info = tasks[id], info.state.completed == nil else { return }
        let before = info.state.word
        // A task that has not ended can always fail; the guard above saw to that.
        try? info.state.fail(with: fault, at: now)
        tasks[id] = info
        note(id, "\(before) -> error \(fault.name)")
        release(id)
    }

    /// Gives the machine free again.
    private mutating func release(_ id: Moref<TaskInfo>) {
        runningUntil[id] = nil
        tasks[id]?.isCancelable = false
        remember(id)
        guard let vm = tasks[id]?.entity, virtualMachines[vm]?.activeTask == id else { return }
        virtualMachines[vm]?.activeTask = nil
    }

    /// What no operation on a machine gets past, whatever it is.
    private func admit(_ info: TaskInfo) throws(MethodFault) {
        let vm = try virtualMachine(info.entity)
        if let busy = vm.activeTask { throw MethodFault(.taskInProgress(task: busy), rule: "VMW-007") }
        if let question = vm.question {
            throw MethodFault(.questionPending(text: question.text), rule: "VMW-011")
        }
        guard vm.connection == .connected, store.datastores[vm.home.datastore]?.isAccessible == true
        else {
            throw MethodFault(
                .invalidState(why: "the machine is \(vm.connection.rawValue)"), rule: "VMW-053")
        }
        guard hosts[vm.host]?.isConnected == true else {
            throw MethodFault(.invalidHostState(host: vm.host.value), rule: "VMW-053")
        }
    }

    /// Goes back to `before`, but for the journal.
    mutating func restore(_ before: VSphere) {
        let journal = journal
        self = before
        self.journal = journal
    }

    /// Drops the oldest of too many finished tasks; those that are too old follow when their time has come.
    ///
    /// Rule: VMW-015.
    private mutating func remember(_ id: Moref<TaskInfo>) {
        endedTasks.append(id)
        enter(.taskForgotten(id), in: settings.recentTaskAge + .nanoseconds(1))
        while endedTasks.count > settings.quotas.recentTaskCount {
            tasks[endedTasks.removeFirst()] = nil
        }
    }

    /// Drops a task that ended long ago.
    ///
    /// Rule: VMW-015.
    mutating func forgetTask(_ id: Moref<TaskInfo>) {
        guard let place = endedTasks.firstIndex(of: id) else { return }
        tasks[endedTasks.remove(at: place)] = nil
    }
}

import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// How the reference provider works the server: as a client with a session, tasks to wait for, and lost replies.
extension VSphere {
    /// Logs in as the administrator.
    mutating func logInProvider() {
        guard let name = users.keys.min(), let password = users[name]?.password else { return }
        // The user was read from the table, so the login cannot be refused.
        _ = try? login(userName: name, password: password)
    }

    /// Logs in again when the session has died meanwhile.
    mutating func openSession() {
        do throws(MethodFault) {
            _ = try currentSession()
        } catch {
            logInProvider()
        }
    }

    /// Starts a task and waits for its end.
    @discardableResult
    mutating func run(
        _ verb: String, on vm: Moref<VirtualMachine>,
        _ start: (inout VSphere) throws(MethodFault) -> Moref<TaskInfo>
    ) throws(Refusal) -> TaskInfo {
        openSession()
        let info: TaskInfo
        do throws(MethodFault) {
            info = try wait(for: try startOrFind(on: vm, start))
        } catch {
            throw Refusal(error, verb: verb)
        }
        if case .error(let fault, let started, _) = info.state {
            throw Refusal(fault, verb: verb, isBegun: started != nil)
        }
        return info
    }

    /// Calls a verb that is no task; a lost reply is as good as one.
    mutating func call(
        _ verb: String, _ body: (inout VSphere) throws(MethodFault) -> Void
    ) throws(Refusal) {
        openSession()
        do throws(MethodFault) {
            try body(&self)
        } catch {
            if case .replyLost = error.reason { return }  // The caller looks at the state next, and not at the reply.
            throw Refusal(error, verb: verb)
        }
    }

    /// A machine of the lab by its name in the lab.
    func labMachine(_ id: MachineID) throws(Refusal) -> VirtualMachine {
        do throws(MethodFault) {
            return try virtualMachine(Moref(id.rawValue))
        } catch {
            throw Refusal(error, verb: "RetrieveProperties")
        }
    }

    /// Starts a task; when the reply is lost, looks among the machine's recent tasks for the one it started.
    private mutating func startOrFind(
        on vm: Moref<VirtualMachine>, _ start: (inout VSphere) throws(MethodFault) -> Moref<TaskInfo>
    ) throws(MethodFault) -> Moref<TaskInfo> {
        let before = tasks
        do throws(MethodFault) {
            return try start(&self)
        } catch {
            let started = recentTasks.filter { before[$0] == nil && tasks[$0]?.entity == vm }
            guard case .replyLost = error.reason, let task = started.last else { throw error }
            return task
        }
    }

    /// Lets time pass until the guest of a running machine answers.
    mutating func waitUntilReady(_ id: Moref<VirtualMachine>) {
        guard let vm = virtualMachines[id], vm.power.state == .poweredOn,
            let from = vm.tools.answersFrom
        else {
            return
        }
        if from > now { advance(to: from) }
    }

    /// Asks the guest to shut down and looks every second whether it has.
    mutating func shutDownAndWait(_ id: Moref<VirtualMachine>) throws(Refusal) {
        waitUntilReady(id)
        try call("ShutdownGuest") { (plane) throws(MethodFault) in try plane.shutdownGuest(id) }
        try poll(id, verb: "ShutdownGuest") { $0.power.state == .poweredOff }
    }

    /// Looks every second, for five minutes, whether a machine is as it should be.
    mutating func poll(
        _ id: Moref<VirtualMachine>, verb: String, until holds: (VirtualMachine) -> Bool
    ) throws(Refusal) {
        for _ in 0..<300 {
            if let vm = virtualMachines[id], holds(vm) { return }
            advance(by: .seconds(1))
        }
        throw Refusal(
            .unknown, code: "Timeout", message: "The guest did not do it within 5 minutes.", verb: verb)
    }
}

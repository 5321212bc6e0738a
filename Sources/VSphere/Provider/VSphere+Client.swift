import HashTreeCollections
import Hypervisor
import LabCore

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
        let known = Set(recentTasks)
        do throws(MethodFault) {
            return try start(&self)
        } catch {
            let started = recentTasks.filter { !known.contains($0) && tasks[$0]?.entity == vm }
            guard case .replyLost = error.reason, let task = started.last else { throw error }
            return task
        }
    }
}

package import LabCore

/// What the server tells about a task.
package struct TaskInfo: Hashable, Sendable {
    /// The task's own reference, which is also its key.
    package let task: Moref<TaskInfo>
    /// The wire method, as in `RemoveSnapshot_Task`.
    ///
    /// Rule: VMW-012.
    package let name: String
    /// The key of the description in the server's catalogue.
    ///
    /// Rule: VMW-012.
    package let descriptionID: String
    /// The virtual machine, also for tasks of its snapshots.
    ///
    /// Rule: VMW-013.
    package let entity: Moref<VirtualMachine>
    /// Who asked for it.
    package let userName: String
    /// When it was asked for.
    package let queueTime: Instant
    /// Where it stands.
    package internal(set) var state: TaskState
    /// Whether it can be cancelled at this moment.
    package internal(set) var isCancelable: Bool
    /// Whether somebody asked to cancel it.
    package internal(set) var isCancelled: Bool
    /// The work behind the task.
    let operation: Work

    /// What it made; nothing while it runs, and for tasks that make nothing.
    ///
    /// Rule: VMW-014.
    package var result: TaskResult? {
        guard case .success(let result, _, _) = state else { return nil }
        return result
    }

    /// Why it came to nothing.
    package var error: MethodFault? {
        guard case .error(let fault, _, _) = state else { return nil }
        return fault
    }
}

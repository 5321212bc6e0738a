import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// The one gate through which every verb that changes something passes.
    ///
    /// Here the resource manager looks at the caller, at groups and at locks, calls are counted, faults strike, and the
    /// journal is written.
    ///
    /// - Parameters:
    ///   - verb: the verb.
    ///   - target: the resource it is about.
    ///   - body: the verb itself; it checks everything before it changes anything.
    /// - Throws: the fault of the verb, or one that was planned.
    /// - Returns: the operation, which may be over already.
    mutating func call(
        _ verb: Verb, on target: ResourceID, _ body: (inout AzureCompute) throws(AzureFault) -> Operation
    ) throws(AzureFault) -> Operation {
        do throws(AzureFault) {
            let effect = faults.strike(verb.rawValue)
            if case .delay(let time) = effect { advance(by: time) }
            try admit(verb, on: target)
            try passThroughManager(verb, on: target)
            if case .throttle = effect { throw .throttled(verb, wait: .seconds(10)) }
            var operation: Operation
            if case .refuse(let code) = effect {
                operation = try refuse(verb, on: target, code: code, body)
            } else {
                operation = try body(&self)
            }
            operation = operations[operation.id] ?? operation
            note(target.name, "\(verb) -> \(operation.state.word)")
            if case .loseReply = effect { throw .answerLost(verb.rawValue) }
            return operation
        } catch {
            var fault = error
            fault.verb = verb.rawValue
            note(target.name, fault.isAnswerLost ? "\(verb): the answer was lost" : "\(verb) refused: \(fault)")
            throw fault
        }
    }

    /// What the resource manager looks at before the provider does: counts, groups and locks.
    private mutating func passThroughManager(_ verb: Verb, on target: ResourceID) throws(AzureFault) {
        if settings.isThrottling {
            let own: TokenBuckets.Name = verb.method == .delete ? .deletes : .writes
            if let wait = buckets.take(own, for: target, at: now) {
                var fault = AzureFault(
                    "TooManyRequests", "The request is being throttled as the limit has been reached.", status: 429,
                    rule: "AZ-133")
                fault.retryAfter = wait
                throw fault
            }
            if let bucket = verb.bucket, let wait = buckets.take(bucket, for: target, at: now) {
                throw .throttled(verb, wait: wait)
            }
        }
        if verb != .createGroup, verb != .createLock, verb != .deleteLock {
            try checkGroup(of: target, for: verb)
        }
        try checkLocks(verb, on: target)
    }

    /// A missing group is told before a missing resource; one that is being deleted takes no writes.
    ///
    /// Rule: AZ-005.
    private func checkGroup(of target: ResourceID, for verb: Verb) throws(AzureFault) {
        guard let group = groups[target.group.lowercased()] else { throw .missingGroup(target.group) }
        guard group.provisioning != .deleting || verb.method == .delete else {
            throw AzureFault(
                "ResourceGroupBeingDeleted",
                "The resource group '\(group.name)' is in deprovisioning state and cannot perform this operation.",
                status: 409, rule: "AZ-011")
        }
    }

    /// Refuses a call by the lab's wish: at once, or in the operation where that is where the code is at home.
    private mutating func refuse(
        _ verb: Verb, on target: ResourceID, code: String?, _ body: (inout AzureCompute) throws(AzureFault) -> Operation
    ) throws(AzureFault) -> Operation {
        let code = AzureFault.Code(rawValue: code ?? AzureFault.Code.operationNotAllowed.rawValue)
        guard let fault = AzureFault.late(code, verb) else {
            throw AzureFault(
                code, "Operation '\(verb.word)' is not allowed on '\(target.name)'.",
                status: AzureFault.status(of: code))
        }
        let operation = try body(&self)
        guard !operation.isOver else { throw fault }
        operations[operation.id]?.failure = fault  // Rule: AZ-135
        return operation
    }
}

extension AzureFault {
    /// There were too many calls of one kind.
    ///
    /// Rule: AZ-132.
    static func throttled(_ verb: Verb, wait: Duration) -> AzureFault {
        var fault = AzureFault(
            .operationNotAllowed,
            "The server rejected the request because too many requests have been received for this subscription.",
            status: 429, target: verb.bucket?.rawValue, rule: "AZ-132")
        fault.detail = "TooManyRequests"
        fault.retryAfter = wait
        return fault
    }

    /// The fault of an operation that failed for a code that is told by operations alone.
    static func late(_ code: Code, _ verb: Verb) -> AzureFault? {
        switch code {
        case .allocationFailed:
            AzureFault(
                code,
                "Allocation failed. We do not have sufficient capacity for the requested VM size in this region.",
                status: 200, rule: "AZ-091")
        case .internalExecutionError:
            AzureFault(code, "An internal execution error occurred.", status: 200, rule: "AZ-135")
        case "InternalOperationError":
            AzureFault(
                code, "An internal error occurred while the operation was in progress.", status: 200, rule: "AZ-135")
        case "OperationPreempted":
            .preempted
        case "VMAgentStatusCommunicationError":
            AzureFault(code, "VM has not reported status for VM agent or extensions.", status: 200, rule: "AZ-105")
        case "VMRestorePointInternalError":
            AzureFault(
                code,
                "Restore Point creation failed due to an internal execution error while creating VM snapshot. "
                    + "Please retry the operation after some time.", status: 200, rule: "AZ-105")
        default: nil
        }
    }

    /// A newer request took the place of this one.
    static let preempted = AzureFault(
        "OperationPreempted", "Operation execution has been preempted by a more recent operation.", status: 200,
        rule: "AZ-089")

    /// The status with which a code is usually told.
    static func status(of code: Code) -> Int {
        switch code {
        case .invalidParameter, .badRequest: 400
        case .notFound, "ResourceNotFound": 404
        case "AuthorizationFailed": 403
        case "TooManyRequests": 429
        case "InternalServerError": 500
        case "ServiceUnavailable": 503
        default: 409
        }
    }
}

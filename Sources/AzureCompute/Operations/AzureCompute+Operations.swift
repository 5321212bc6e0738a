import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// Accepts a change, which is done when its time is over.
    mutating func accept(
        _ verb: Verb, on target: ResourceID, _ work: Work, lasting time: Duration, status: Int = 202
    ) -> Operation {
        var operation = Operation(
            id: Operation.ID(rawValue: world.names.uuid()), verb: verb, target: target, status: status, startTime: now,
            state: .inProgress, nextPoll: now, work: work)
        if settings.retryAfter.isOnFirstAnswer {
            operation.retryAfter = settings.timings.retryAfter
            operation.nextPoll = now + settings.timings.retryAfter
        }
        operations[operation.id] = operation
        if let machine = work.machine { virtualMachines[machine]?.operation = operation.id }
        enter(.operationEnds(operation.id), in: time)
        return operation
    }

    /// Accepts a change that is done in the same moment, or that finds it done already.
    mutating func acceptDone(_ verb: Verb, on target: ResourceID, status: Int = 200) -> Operation {
        let operation = Operation(
            id: Operation.ID(rawValue: world.names.uuid()), verb: verb, target: target, status: status, startTime: now,
            state: .succeeded(ended: now), nextPoll: now, work: .nothing)
        operations[operation.id] = operation
        enter(.recordForgotten(operation.id), in: settings.timings.operationRecord)
        return operation
    }

    /// The time of an operation is over.
    mutating func finish(_ id: Operation.ID) {
        guard let operation = operations[id], !operation.isOver else { return }
        if let failure = operation.failure {
            fail(operation.work)
            end(id, failure)
        } else {
            do throws(AzureFault) {
                try complete(operation.work)
                end(id, nil)
            } catch {
                fail(operation.work)
                end(id, error)
            }
        }
    }

    /// Ends an operation; it is told for a limited time.
    ///
    /// Rules: AZ-129 and AZ-131.
    mutating func end(_ id: Operation.ID, _ fault: AzureFault?) {
        guard var operation = operations[id] else { return }
        let isNew: Bool
        if var fault {
            fault.status = 200
            fault.verb = operation.verb.rawValue
            isNew = operation.state.fail(fault, at: now)
        } else {
            isNew = operation.state.succeed(at: now)
        }
        guard isNew else { return }
        operations[id] = operation
        if let machine = operation.work.machine, virtualMachines[machine]?.operation == id {
            virtualMachines[machine]?.operation = nil
        }
        note(operation.target.name, "\(operation.verb): \(fault.map { "Failed, \($0)" } ?? "Succeeded")")
        enter(.recordForgotten(id), in: settings.timings.operationRecord)
    }

    /// A newer request takes the place of one that is under way, which fails.
    ///
    /// Rule: AZ-089.
    mutating func preempt(_ id: Operation.ID?) {
        guard let id, let operation = operations[id], !operation.isOver else { return }
        end(id, .preempted)
        if let machine = operation.work.machine { _ = virtualMachines[machine]?.provisioning.fail() }
    }

    /// What is told of an operation; its record is kept for a limited time.
    ///
    /// Rule: AZ-131.
    package func operation(_ id: Operation.ID) throws(AzureFault) -> Operation {
        guard let found = operations[id] else {
            var fault = AzureFault.entityNotFound
            fault.rule = "AZ-131"
            throw fault
        }
        return found
    }

    /// What a poll is told, and how long the caller is asked to wait before the next one.
    ///
    /// Polls that come too early are passed over for a while and then refused. Rule: AZ-130.
    package mutating func poll(
        _ id: Operation.ID
    ) throws(AzureFault) -> (operation: Operation, retryAfter: Duration?) {
        var found = try operation(id)
        if now < found.nextPoll {
            found.earlyPolls += 1
            operations[id] = found
            guard found.earlyPolls <= settings.quotas.earlyPolls else {
                var fault = AzureFault(
                    "TooManyRequests", "The request is being throttled as the limit has been reached.", status: 429,
                    rule: "AZ-130")
                fault.retryAfter = found.nextPoll - now
                throw fault
            }
        }
        guard !found.isOver, settings.retryAfter.isOnPolls else { return (found, nil) }
        found.nextPoll = max(found.nextPoll, now + settings.timings.retryAfter)
        operations[id] = found
        return (found, settings.timings.retryAfter)
    }
}

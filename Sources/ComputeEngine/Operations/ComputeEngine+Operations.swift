import Hypervisor
import HashTreeCollections
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// Accepts a change: it is done from now on, or when the changes of its instance before it are over.
    ///
    /// - Parameters:
    ///   - request: the verb.
    ///   - scope: where the operation is found: the scope of the verb. Rule: GCE-013.
    ///   - target: what it works on.
    ///   - id: the number of that resource.
    ///   - work: what is to be done.
    ///   - time: how long it takes; nothing when the work itself knows, or something else ends the operation.
    /// - Returns: the operation, which may wait for its turn.
    mutating func accept(
        _ request: Request, in scope: Scope, on target: ResourcePath, id: UInt64, _ work: Work,
        lasting time: Duration? = nil
    ) -> Operation {
        let operation = makeOperation(request.verb, in: scope, on: target, id: id, work, .pending)
        let name = operation.name
        operations[name] = operation
        operations[name]?.duration = time
        let isFirst: Bool
        if let instance = work.instance {
            instances[instance]?.queue.append(name)
            isFirst = instances[instance]?.queue.count == 1
        } else {
            isFirst = true
        }
        if isFirst {
            if settings.eras.operationsBeginPending {
                enter(.operationBegins(name), in: .milliseconds(20))
            } else {
                begin(name)
            }
        }
        return operations[name] ?? operation
    }

    /// Accepts a change of the books that is done in the same moment.
    mutating func acceptDone(
        _ request: Request, in scope: Scope, on target: ResourcePath, id: UInt64
    ) -> Operation {
        let state = OperationState.done(started: now, ended: now, nil)
        var operation = makeOperation(request.verb, in: scope, on: target, id: id, .nothing, state)
        operation.progress = 100
        operations[operation.name] = operation
        return operation
    }

    private mutating func makeOperation(
        _ verb: String, in scope: Scope, on target: ResourcePath, id: UInt64, _ work: Work, _ state: OperationState
    ) -> Operation {
        forgetOldOperations()
        let milliseconds = now.nanoseconds / 1_000_000
        let digits = world.names.hexadecimal(digits: 29)
        let parts = [digits.prefix(13), digits.dropFirst(13).prefix(8), digits.dropFirst(21)]
        let name = "operation-\(milliseconds)-" + parts.joined(separator: "-")  // Rule: GCE-020
        let operation = Operation(
            name: Operation.Name(rawValue: name), number: makeNumber(), verb: verb, scope: scope, target: target,
            targetID: id, insertTime: now, state: state, work: work)
        operationOrder[oldestOperation + operationOrder.count] = operation.name
        return operation
    }

    /// Forgets finished operations whose time is over; each new one makes room for two.
    ///
    /// Rule: GCE-021.
    private mutating func forgetOldOperations() {
        for _ in 0..<2 {
            guard let name = operationOrder[oldestOperation], let oldest = operations[name] else {
                if operationOrder.removeValue(forKey: oldestOperation) != nil { oldestOperation += 1 }
                continue
            }
            guard let end = oldest.endTime, end + settings.inferred.operationRetention <= now else { return }
            operations[name] = nil
            if let id = oldest.clientOperationID { replays[id] = nil }
            operationOrder[oldestOperation] = nil
            oldestOperation += 1
        }
    }

    /// The turn of an operation has come.
    mutating func begin(_ name: Operation.Name) {
        guard let operation = operations[name], operations[name]?.state.begin(at: world.now) == true else { return }
        switch begin(operation.work, of: name) {
        case .lasts(let time): enter(.operationEnds(name), in: time)
        case .fails(let error, let time):
            operations[name]?.failure = error
            enter(.operationEnds(name), in: time)
        case .isEndedElsewhere: break
        case .asAccepted:
            if let time = operation.duration { enter(.operationEnds(name), in: time) }
        }
    }

    /// The time of an operation is over.
    mutating func finish(_ name: Operation.Name) {
        guard let operation = operations[name], !operation.isDone else { return }
        if let failure = operation.failure {
            undo(operation.work)
            end(name, failure)
        } else if case .fails(let error) = operation.work {
            end(name, error)
        } else {
            let warnings = complete(operation.work)
            operations[name]?.warnings += warnings
            end(name, nil)
        }
    }

    /// Ends an operation, and lets the next change of its instance begin.
    ///
    /// Rules: GCE-014 and GCE-016.
    mutating func end(_ name: Operation.Name, _ error: OperationError?) {
        guard var operation = operations[name], operation.state.end(error, at: now) else { return }
        operation.progress = 100
        operations[name] = operation.isDeleted ? nil : operation
        note(operation.target.name, "\(operation.verb): \(error.map { "DONE with \($0)" } ?? "DONE")")
        guard let instance = operation.work.instance, instances[instance] != nil else { return }
        instances[instance]?.queue.removeAll { $0 == name }
        if let next = instances[instance]?.queue.first { begin(next) }
    }

    /// An operation has come further; it never goes back.
    ///
    /// Rule: GCE-017.
    mutating func report(_ name: Operation.Name?, progress: Int) {
        guard let name, let operation = operations[name], !operation.isDone else { return }
        operations[name]?.progress = max(operation.progress, min(progress, 99))
    }
}

extension ComputeEngine {
    /// zoneOperations.get, regionOperations.get and globalOperations.get.
    ///
    /// Rules: GCE-013 and GCE-021.
    package func operation(_ name: String, in scope: Scope) throws(ComputeFault) -> Operation {
        let missing = ComputeFault.notFound("projects/\(settings.project)/\(scope)/operations/\(name)")
        var found = operations[Operation.Name(rawValue: name)]
        if found == nil, let number = UInt64(name) { found = operations.values.first { $0.number == number } }
        guard let found, found.scope == scope, !found.isDeleted else { throw missing }
        if let end = found.endTime, end + settings.inferred.operationRetention <= now { throw missing }
        return found
    }

    /// zoneOperations.wait and its kin: answers when the operation is done, or when the time for one call is over.
    ///
    /// Rule: GCE-019.
    package mutating func waitOperation(_ name: String, in scope: Scope) throws(ComputeFault) -> Operation {
        let waited = try operation(name, in: scope).name
        advance(until: now + settings.timings.wait) { $0.operations[waited]?.isDone ?? true }
        return try operation(waited.rawValue, in: scope)
    }

    /// zoneOperations.delete and its kin: the record goes, the work goes on.
    ///
    /// Rule: GCE-022.
    package mutating func deleteOperation(_ name: String, in scope: Scope) throws(ComputeFault) {
        let found = try operation(name, in: scope)
        guard found.isDone || settings.inferred.deletesRunningOperations else {
            throw ComputeFault(
                .resourceNotReady, "The operation '\(name)' has not finished.", rule: "GCE-022")
        }
        operations[found.name]?.isDeleted = true
        if found.isDone { operations[found.name] = nil }
    }
}

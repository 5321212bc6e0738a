import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// Has a call accepted: what was throttled, met a server fault or lost its answer is repeated.
    ///
    /// Every repetition carries the request id of the first, so that none of them does the work twice. Rule: GCE-024.
    mutating func accepted(
        _ verb: (inout ComputeEngine, _ requestID: String) throws(ComputeFault) -> Operation
    ) throws(Refusal) -> Operation {
        let requestID = world.names.uuid()
        var tries = 0
        while true {
            do throws(ComputeFault) { return try verb(&self, requestID) } catch {
                guard error.isRetriedByClients, tries < settings.provider.retries else { throw Refusal(error) }
                tries += 1
                advance(by: settings.provider.pause)
            }
        }
    }

    /// Has a call accepted and waits until its operation is done without an error.
    ///
    /// What was made too often is tried again later, for as long as the provider has patience. Rule: GCE-057.
    @discardableResult
    mutating func done(
        _ verb: (inout ComputeEngine, _ requestID: String) throws(ComputeFault) -> Operation
    ) throws(Refusal) -> Operation {
        let deadline = now + settings.provider.patience
        while true {
            let operation = try accepted(verb)
            do throws(OperationError) {
                return try waited(for: operation)
            } catch {
                guard error.code == .rateExceeded, now + .minutes(1) <= deadline else {
                    throw Refusal(error, verb: operation.verb)
                }
                advance(by: .minutes(1))
            }
        }
    }

    /// Waits for an operation, call after call, until it is done.
    ///
    /// Rule: GCE-019.
    mutating func waited(for operation: Operation) throws(OperationError) -> Operation {
        let deadline = now + .hours(24)
        while operations[operation.name]?.isDone == false, now < deadline {
            do throws(ComputeFault) {
                _ = try waitOperation(operation.name.rawValue, in: operation.scope)
            } catch { throw OperationError(late: error) }
        }
        guard let found = operations[operation.name], found.isDone else {
            throw OperationError(.internalError, "The operation '\(operation.name)' does not end.")
        }
        if let error = found.error { throw error }
        return found
    }

    /// Lets time pass until no change of an instance is under way.
    mutating func waitUntilSettled(_ id: Instance.ID) throws(Refusal) {
        try advance { plane throws(Refusal) in
            guard let instance = plane.instances[id] else { throw plane.unknown(id) }
            return !instance.queue.isEmpty || instance.state == .repairing
        }
    }

    /// Lets time pass until the services of a running guest are up or have given up.
    mutating func waitUntilReady(_ id: Instance.ID) {
        guard let instance = instances[id], instance.state == .running, let settles = instance.settles else { return }
        if settles > now { advance(to: settles) }
    }

    /// An instance that is not there.
    func unknown(_ id: Instance.ID) -> Refusal {
        Refusal(ComputeFault.notFound("projects/\(settings.project)/instances/\(id)"))
    }

    /// The instance behind the lab's name of a machine.
    func instanceID(_ machine: MachineID) throws(Refusal) -> Instance.ID {
        let id = Instance.ID(rawValue: UInt64(machine.rawValue) ?? 0)
        guard instances[id] != nil else { throw unknown(id) }
        return id
    }
}

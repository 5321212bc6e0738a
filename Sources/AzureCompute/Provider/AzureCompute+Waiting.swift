import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// Calls a verb as it is, waits until its operation is over, and turns its fault into a refusal.
    @discardableResult
    mutating func native(_ verb: (inout AzureCompute) throws(AzureFault) -> Operation) throws(Refusal) -> Operation {
        do throws(AzureFault) { return try waited(for: try verb(&self)) } catch {
            throw error.status == 200 ? Refusal(late: error) : Refusal(error)
        }
    }

    /// Calls a verb as an official SDK does, and waits until its operation is over.
    ///
    /// What was throttled, met another request, a failure of the platform or lost its answer is repeated: verbs say what
    /// is to be, so that a repetition does no harm.
    ///
    /// - Parameters:
    ///   - repeatsFailures: whether an operation that failed for no reason of the caller's is asked for again.
    ///   - verb: the call.
    /// - Throws: a refusal when the call is refused, or its operation fails, for good.
    /// - Returns: the operation, which succeeded.
    @discardableResult
    mutating func done(
        repeatsFailures: Bool = true, _ verb: (inout AzureCompute) throws(AzureFault) -> Operation
    ) throws(Refusal) -> Operation {
        let deadline = now + settings.provider.patience
        var pause = settings.provider.pause
        var tries = 0
        while true {
            do throws(AzureFault) { return try waited(for: try verb(&self)) } catch {
                let isLate = error.status == 200
                let canHelp = isLate ? repeatsFailures && error.isTransient : error.isRetriedByClients
                let wait = max(error.retryAfter ?? .zero, pause)
                guard canHelp, tries < settings.provider.retries, now + wait <= deadline else {
                    throw isLate ? Refusal(late: error) : Refusal(error)
                }
                tries += 1
                advance(by: wait)
                pause = pause * 2
            }
        }
    }

    /// Waits until an operation is over; whether it came to something, its record says, and no HTTP status.
    ///
    /// Rule: AZ-129.
    func isOver(_ id: Operation.ID) -> Bool { operations[id]?.isOver ?? true }

    private mutating func waited(for operation: Operation) throws(AzureFault) -> Operation {
        advance(until: now + .hours(24)) { $0.isOver(operation.id) }
        let found = operations[operation.id] ?? operation
        if let fault = found.error { throw fault }
        return found
    }

    /// Lets time pass until no change of a machine is under way.
    mutating func waitUntilSettled(_ id: ResourceID) throws(Refusal) {
        try advance { plane throws(Refusal) in
            guard let machine = plane.virtualMachines[id] else { throw Refusal(plane.missing(id)) }
            return machine.operation != nil
        }
    }

    /// Lets time pass until the services of a running guest are up or have given up.
    mutating func waitUntilReady(_ id: ResourceID) {
        guard let machine = virtualMachines[id], machine.power == .running, let settles = machine.settles else {
            return
        }
        if settles > now { advance(to: settles) }
    }

    /// The machine behind the lab's name of one.
    func machineID(_ machine: MachineID) throws(Refusal) -> ResourceID {
        let id = id(.virtualMachines, machine.rawValue, in: settings.provider.group)
        guard virtualMachines[id] != nil else { throw Refusal(missing(id)) }
        return id
    }
}

import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// The one gate through which every verb that changes something passes.
    ///
    /// Here calls are counted, faults strike, repeats are told from new calls, and the journal is written.
    ///
    /// - Parameters:
    ///   - request: the verb with all that it says.
    ///   - requestID: the caller's name for the request, by which a repeat is known.
    ///   - body: the verb itself; it checks everything before it changes anything.
    /// - Throws: the fault of the verb, or one that was planned.
    /// - Returns: the operation, or that of the same call when it came before.
    mutating func call(
        _ request: Request, requestID: String?,
        _ body: (inout ComputeEngine) throws(ComputeFault) -> Operation
    ) throws(ComputeFault) -> Operation {
        do throws(ComputeFault) {
            let effect = faults.strike(request.verb)
            if case .delay(let time) = effect { advance(by: time) }
            try admit(request)
            // Rule: GCE-136
            if settings.isMetering, !meter.take(at: now, limit: settings.quotas.callsPerMinute) {
                throw .rateLimitExceeded
            }
            if case .throttle = effect { throw .rateLimitExceeded }
            if let earlier = try replay(of: request, requestID) {
                note(earlier.target.name, "\(request.verb) -> \(earlier.name), as before")
                return earlier
            }
            var operation: Operation
            if case .refuse(let code) = effect {
                operation = try refuse(request, code: code, body)
            } else {
                operation = try body(&self)
            }
            if let requestID {
                operation.clientOperationID = requestID  // Rule: GCE-023
                operations[operation.name]?.clientOperationID = requestID
                replays[requestID] = Replay(request: request, operation: operation.name)
            }
            note(operation.target.name, "\(request.verb) -> \(operation.state.word) \(operation.name)")
            if case .loseReply = effect { throw .answerLost(request.verb) }
            return operation
        } catch {
            var fault = error
            fault.verb = request.verb
            note("project", fault.isAnswerLost ? "\(request.verb): the answer was lost" : "\(request.verb): \(fault)")
            throw fault
        }
    }

    /// The operation of the same call, if it came before under the same request id.
    private func replay(of request: Request, _ requestID: String?) throws(ComputeFault) -> Operation? {
        guard let requestID else { return nil }
        guard Self.isRequestID(requestID) else {
            throw .invalid("requestId", requestID, "Must be a valid, non-zero UUID.", rule: "GCE-025")
        }
        guard let earlier = replays[requestID], let operation = operations[earlier.operation] else { return nil }
        if settings.inferred.refusesChangedRepeats, earlier.request != request {
            throw .invalid("requestId", requestID, "It was used for another request.", rule: "GCE-026")
        }
        return operation  // Rule: GCE-024
    }

    /// Refuses a call by the lab's wish: at once, or in the operation when that is where the code is at home.
    private mutating func refuse(
        _ request: Request, code: String?, _ body: (inout ComputeEngine) throws(ComputeFault) -> Operation
    ) throws(ComputeFault) -> Operation {
        let code = code ?? "resourceNotReady"
        guard let late = OperationError.Code(rawValue: code) else {
            throw ComputeFault(
                .init(rawValue: code), "The request was refused (\(code)).", status: Self.status(of: code))
        }
        // A copy of the project tells what the operation would be about; the copy is thrown away with all it made.
        var trial = self
        let model = try body(&trial)
        let zone = if case .zone(let zone) = model.scope { zone } else { settings.zones.first ?? "" }
        let error =
            switch late {
            case .stockOut: OperationError.stockOut(zone, project: settings.project)
            case .rateExceeded: OperationError.rateExceeded(model.target, rule: "GCE-057")
            default: OperationError(late, "The operation failed (\(code)) on resource '\(model.target)'.")
            }
        let isStockOut = late == .stockOut
        return accept(
            request, in: model.scope, on: model.target, id: model.targetID, .fails(error),
            lasting: isStockOut ? settings.timings.stockOut : settings.timings.lateFailure)
    }

    private static func status(of code: String) -> Int {
        ["rateLimitExceeded": 403, "quotaExceeded": 403, "forbidden": 403, "backendError": 503, "internalError": 500][
            code] ?? 400
    }

    /// Whether a text is a UUID other than the zero UUID.
    ///
    /// Rule: GCE-025.
    private static func isRequestID(_ text: String) -> Bool {
        let groups = text.lowercased().utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard groups.map(\.count) == [8, 4, 4, 4, 12] else { return false }
        let digits = groups.joined()
        return digits.allSatisfy(\.isHexadecimal) && digits.contains { $0 != UInt8(ascii: "0") }
    }
}

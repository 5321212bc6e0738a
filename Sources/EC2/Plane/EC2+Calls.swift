import LabCore
import Hypervisor

extension EC2 {
    /// The one gate through which every verb that changes something passes.
    ///
    /// Here calls are counted against token buckets, faults strike, and the journal is written.
    ///
    /// - Parameters:
    ///   - verb: the native name.
    ///   - subject: what the verb is about.
    ///   - tokens: how many resource tokens it takes, for verbs that take one for each instance.
    ///   - answer: what the journal says about the answer.
    ///   - body: the verb itself; it checks everything before it changes anything.
    /// - Throws: what the verb refuses, or a fault that was asked for.
    /// - Returns: what the verb answers.
    mutating func call<Answer>(
        _ verb: String, on subject: String, tokens: Int = 1, answer: (Answer) -> String = { _ in "done" },
        _ body: (inout EC2) throws(EC2Fault) -> Answer
    ) throws(EC2Fault) -> Answer {
        do throws(EC2Fault) {
            let effect = faults.strike(verb)
            if case .delay(let time) = effect { advance(by: time) }
            try admit()
            // Rule: AWS-156
            if settings.isThrottling, !buckets.take(tokens, for: verb, at: now) { throw .tooManyRequests }
            if case .throttle = effect { throw .tooManyRequests }
            if case .refuse(let code) = effect { throw .injected(code, into: verb) }
            let result = try body(&self)
            note(subject, "\(verb) -> \(answer(result))")
            if case .loseReply = effect { throw .answerLost(verb) }
            return result
        } catch {
            var fault = error
            fault.verb = verb
            note(subject, fault.isAnswerLost ? "\(verb): the answer was lost" : "\(verb) refused: \(fault)")
            throw fault
        }
    }

    /// Ends a rehearsal: what comes before it is checked, what comes after is not.
    ///
    /// Rule: AWS-157.
    func endDryRun(_ isDryRun: Bool) throws(EC2Fault) {
        if isDryRun { throw .dryRun }
    }
}

extension EC2Fault {
    /// What a fault of the lab's making says: the code that was asked for, or one that is usual for the verb.
    static func injected(_ code: String?, into verb: String) -> EC2Fault {
        let serverCodes = ["InternalError": 500, "ServiceUnavailable": 503, "Unavailable": 503]
        let code = code ?? usualCodes[verb] ?? "UnauthorizedOperation"
        let isCapacity = code.hasPrefix("Insufficient") && code.hasSuffix("Capacity")
        // Rule: AWS-166
        let status = serverCodes[code] ?? (isCapacity ? 500 : code == "UnauthorizedOperation" ? 403 : 400)
        let message = messages[code] ?? "The request was refused (\(code))."
        return EC2Fault(Code(rawValue: code), message, status: status, rule: status >= 500 ? "AWS-166" : nil)
    }

    private static let usualCodes = [
        "CreateSnapshot": "SnapshotLimitExceeded", "CreateSnapshots": "SnapshotLimitExceeded",
        "CreateVolume": "VolumeLimitExceeded", "RunInstances": "InstanceLimitExceeded",
    ]

    private static let messages = [
        "InternalError": "An internal error has occurred. Retry your request.",
        "ServiceUnavailable": "The request has failed due to a temporary failure of the server.",
        "Unavailable": "The server is overloaded and cannot handle the request.",
        "InsufficientInstanceCapacity": "There is not enough capacity to fulfill your request.",
        "UnauthorizedOperation": "You are not authorized to perform this operation.",
        "SnapshotLimitExceeded": "You have exceeded the maximum number of snapshots.",
        "VolumeLimitExceeded": "You have exceeded the maximum number of volumes.",
        "InstanceLimitExceeded": "You have requested more instances than your current instance limit allows.",
    ]
}

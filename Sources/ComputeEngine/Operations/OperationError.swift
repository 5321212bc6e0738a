import Hypervisor
package import LabCore

/// Why an operation came to nothing after it was accepted; both HTTP fields go with it.
///
/// Rule: GCE-016.
package struct OperationError: Error, Hashable, Sendable {
    /// The vendor's code.
    package var code: Code
    /// The vendor's sentence.
    package var message: String
    /// The rule that demands it, where one does.
    package var rule: RuleID?

    package init(_ code: Code, _ message: String, rule: RuleID? = nil) {
        self.code = code
        self.message = message
        self.rule = rule
    }

    /// The HTTP status that the operation carries.
    ///
    /// Rule: GCE-016.
    package var httpErrorStatusCode: Int { code.status }
    /// The words of the HTTP status that the operation carries.
    ///
    /// Rule: GCE-016.
    package var httpErrorMessage: String {
        switch code.status {
        case 403: "FORBIDDEN"
        case 404: "NOT FOUND"
        case 409: "CONFLICT"
        case 412: "PRECONDITION FAILED"
        case 500: "INTERNAL SERVER ERROR"
        case 503: "SERVICE UNAVAILABLE"
        default: "BAD REQUEST"
        }
    }

    /// The codes that operations end with.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        case resourceNotReady = "RESOURCE_NOT_READY"
        case resourceInUse = "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE"
        case rateExceeded = "RESOURCE_OPERATION_RATE_EXCEEDED"
        case quotaExceeded = "QUOTA_EXCEEDED"
        case stockOut = "ZONE_RESOURCE_POOL_EXHAUSTED"
        case addressInUse = "IP_IN_USE_BY_ANOTHER_RESOURCE"
        case unsupported = "UNSUPPORTED_OPERATION"
        case invalidUsage = "INVALID_USAGE"
        case alreadyExists = "RESOURCE_ALREADY_EXISTS"
        case notFound = "RESOURCE_NOT_FOUND"
        case conditionNotMet = "CONDITION_NOT_MET"
        case permissions = "PERMISSIONS_ERROR"
        case internalError = "INTERNAL_ERROR"

        var status: Int {
            switch self {
            case .resourceNotReady, .resourceInUse, .addressInUse, .unsupported, .invalidUsage: 400
            case .rateExceeded, .quotaExceeded, .permissions: 403
            case .notFound: 404
            case .alreadyExists: 409
            case .conditionNotMet: 412
            case .internalError: 500
            case .stockOut: 503
            }
        }
    }
}

extension OperationError: CustomStringConvertible {
    /// The error as one sentence: `RESOURCE_NOT_READY: The resource 'projects/p/zones/z/disks/d' is not ready`.
    package var description: String { "\(code.rawValue): \(message)" }
}

extension OperationError {
    /// Something was made of one resource too often.
    ///
    /// Rule: GCE-057.
    static func rateExceeded(_ resource: ResourcePath, rule: RuleID) -> OperationError {
        let message =
            "Operation rate exceeded for resource '\(resource)'. Too frequent operations from the source resource."
        return OperationError(.rateExceeded, message, rule: rule)
    }

    /// The zone has no room.
    ///
    /// Rule: GCE-123.
    static func stockOut(_ zone: String, project: String) -> OperationError {
        let message =
            "The zone 'projects/\(project)/zones/\(zone)' does not have enough resources available to fulfill the "
            + "request.  Try a different zone, or try again later."
        return OperationError(.stockOut, message, rule: "GCE-123")
    }

    /// What was allowed when the call was accepted is not allowed when its turn comes.
    init(late fault: ComputeFault) {
        let codes: [ComputeFault.Reason: Code] = [
            .resourceNotReady: .resourceNotReady, .resourceInUse: .resourceInUse, .notFound: .notFound,
            "alreadyExists": .alreadyExists, "conditionNotMet": .conditionNotMet,
        ]
        self.init(codes[fault.reason] ?? .invalidUsage, fault.message, rule: fault.rule)
    }
}

extension Refusal {
    /// The lab's refusal for an operation that failed.
    init(_ error: OperationError, verb: String) {
        self.init(.failed, code: error.code.rawValue, message: error.message, rule: error.rule, verb: verb)
    }
}

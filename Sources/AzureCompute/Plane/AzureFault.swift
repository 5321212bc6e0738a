public import Hypervisor
public import LabCore

/// Why Azure refused a call, or why an operation failed, in its own code and words.
public struct AzureFault: Error, Hashable, Sendable {
    /// The vendor's code.
    public var code: Code
    /// The vendor's sentence.
    public var message: String
    /// The HTTP status that carries it; an operation that failed is told with 200.
    public var status: Int
    /// The property that was found wanting.
    public var target: String?
    /// The code of the first detail, where the outer code says little.
    public var detail: Code?
    /// How long the caller is asked to wait.
    public var retryAfter: Duration?
    /// The rule that demands it, where one does.
    public var rule: RuleID?
    /// The verb that was refused; the call gate fills it in.
    public var verb: String?
    /// Whether the verb was done and only its answer was lost on the way.
    public var isAnswerLost: Bool

    /// Makes a fault.
    public init(_ code: Code, _ message: String, status: Int = 400, target: String? = nil, rule: RuleID? = nil) {
        self.code = code
        self.message = message
        self.status = status
        self.target = target
        self.rule = rule
        isAnswerLost = false
    }

    /// A code of the error envelope.
    public struct Code: Identifier, ExpressibleByStringLiteral {
        /// The code as it stands in an answer.
        public let rawValue: String
        /// Takes a code as it stands in an answer.
        public init(rawValue: String) { self.rawValue = rawValue }
        /// Takes a code as it stands in an answer.
        public init(stringLiteral value: String) { rawValue = value }
        /// A property of the request is wrong.
        public static let invalidParameter: Code = "InvalidParameter"
        /// The request as a whole is wrong.
        public static let badRequest: Code = "BadRequest"
        /// The resource is not in a state for this, or a limit is met.
        public static let operationNotAllowed: Code = "OperationNotAllowed"
        /// A property was set when the resource was made, and stays.
        public static let propertyChangeNotAllowed: Code = "PropertyChangeNotAllowed"
        /// Another request is at work on the resource.
        public static let conflict: Code = "Conflict"
        /// The provider knows no such thing.
        public static let notFound: Code = "NotFound"
        /// Nobody was found who could carry the machine.
        public static let allocationFailed: Code = "AllocationFailed"
        /// The platform failed, for no reason of the caller's.
        public static let internalExecutionError: Code = "InternalExecutionError"
        /// The restore point failed for a reason that lies with the machine or the caller.
        public static let restorePointClientError: Code = "VMRestorePointClientError"
    }
}

extension AzureFault: NativeFault {
    package var word: String { code.rawValue }
    /// The fault as one sentence, with its code first.
    public var description: String { "\(code): \(message)" }
}

extension AzureFault {
    /// A property of the request has a value that cannot be.
    static func invalid(_ target: String, _ message: String, rule: RuleID? = nil) -> AzureFault {
        AzureFault(.invalidParameter, message, target: target, rule: rule)
    }
    /// The resource is not in a state for this.
    static func notAllowed(_ message: String, target: String? = nil, rule: RuleID? = nil) -> AzureFault {
        AzureFault(.operationNotAllowed, message, status: 409, target: target, rule: rule)
    }
    /// A property was set when the resource was made, and stays.
    static func unchangeable(_ property: String, rule: RuleID) -> AzureFault {
        AzureFault(
            .propertyChangeNotAllowed, "Changing property '\(property)' is not allowed.", status: 409, target: property,
            rule: rule)
    }
    /// The answer of a verb was lost: whether it was done, the caller cannot know.
    static func answerLost(_ verb: String) -> AzureFault {
        var fault = AzureFault("RequestTimeout", "The connection was closed before \(verb) was answered.", status: 0)
        fault.isAnswerLost = true
        return fault
    }
    /// Whether calling again later can help: too many calls, a failure of the platform, or another request at work.
    ///
    /// Rules: AZ-088, AZ-132 and AZ-135.
    var isRetriedByClients: Bool {
        status == 429 || status >= 500 || isAnswerLost || code == .conflict
            || code == "AnotherOperationInProgress" || code == "ConflictingConcurrentWriteNotAllowed"
    }
    /// Whether an operation that failed with this may end well when it is asked for again.
    ///
    /// Rule: AZ-135.
    var isTransient: Bool {
        code == .internalExecutionError || code == "InternalOperationError" || code == "OperationPreempted"
            || code == "VMRestorePointInternalError"
    }
}

extension Refusal {
    /// The lab's refusal for an operation that failed.
    init(late fault: AzureFault) {
        self.init(fault)
        kind = .failed
    }
}

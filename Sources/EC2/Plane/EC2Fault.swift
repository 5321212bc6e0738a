public import Hypervisor
public import LabCore

/// Why Amazon EC2 did not do what it was asked to, in its own code and words.
public struct EC2Fault: Error, Hashable, Sendable {
    /// The vendor's code, without the `Client.` or `Server.` that audit logs put before it.
    public var code: Code
    /// The vendor's sentence.
    public var message: String
    /// The HTTP status that carries it.
    public var status: Int
    /// The rule that demands it, where one does.
    public var rule: RuleID?
    /// The verb that was refused; the call gate fills it in.
    public var verb: String?
    /// Whether the verb was done and only its answer was lost on the way.
    public var isAnswerLost: Bool

    /// Makes a fault.
    public init(_ code: Code, _ message: String, status: Int = 400, rule: RuleID? = nil) {
        self.code = code
        self.message = message
        self.status = status
        self.rule = rule
        verb = nil
        isAnswerLost = false
    }

    /// A code of the EC2 error list.
    public struct Code: Identifier, ExpressibleByStringLiteral {
        /// The code as it stands in an answer.
        public let rawValue: String

        /// Takes a code as it stands in an answer.
        public init(rawValue: String) { self.rawValue = rawValue }
        /// Takes a code as it stands in an answer.
        public init(stringLiteral value: String) { rawValue = value }

        /// A resource is not in the state that the call needs.
        public static let incorrectState: Code = "IncorrectState"
        /// An instance is not in the state that the call needs.
        public static let incorrectInstanceState: Code = "IncorrectInstanceState"
        /// Two parameters exclude each other.
        public static let invalidParameterCombination: Code = "InvalidParameterCombination"
        /// A value is not valid.
        public static let invalidParameterValue: Code = "InvalidParameterValue"
        /// A parameter is missing that the call needs.
        public static let missingParameter: Code = "MissingParameter"
        /// The resource does not allow the call.
        public static let operationNotPermitted: Code = "OperationNotPermitted"
        /// A limit of the resource would be exceeded.
        public static let resourceLimitExceeded: Code = "ResourceLimitExceeded"
    }
}

extension EC2Fault: NativeFault {
    package var word: String { code.rawValue }
    /// The fault as one sentence, with its code first.
    public var description: String { "\(code): \(message)" }
}

extension EC2Fault {
    /// The answer of a verb was lost: whether it was done, the caller cannot know.
    static func answerLost(_ verb: String) -> EC2Fault {
        var fault = EC2Fault("RequestTimeout", "The connection was closed before \(verb) was answered.", status: 0)
        fault.isAnswerLost = true
        return fault
    }

    /// There were too many calls of one kind.
    static let tooManyRequests = EC2Fault(
        "RequestLimitExceeded", "Request limit exceeded.", status: 503, rule: "AWS-156")

    /// The call was a rehearsal, and would have been allowed.
    static let dryRun = EC2Fault(
        "DryRunOperation", "Request would have succeeded, but DryRun flag is set.", status: 412, rule: "AWS-157")

    /// Whether an official SDK would call again of its own accord.
    ///
    /// Rule: AWS-156.
    var isRetriedByClients: Bool { status >= 500 }
}

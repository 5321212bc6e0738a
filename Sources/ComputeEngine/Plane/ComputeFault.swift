public import Hypervisor
public import LabCore

/// Why Compute Engine refused a call at once, in its own reason and words.
///
/// What fails after it was accepted arrives in the operation instead, as an `OperationError`.
public struct ComputeFault: Error, Hashable, Sendable {
    /// The vendor's reason.
    public var reason: Reason
    /// The vendor's sentence.
    public var message: String
    /// The HTTP status that carries it.
    public var status: Int
    /// The header that was found wanting; nothing for all but stale fingerprints.
    public var location: String?
    /// The rule that demands it, where one does.
    public var rule: RuleID?
    /// The verb that was refused; the call gate fills it in.
    public var verb: String?
    /// Whether the verb was done and only its answer was lost on the way.
    public var isAnswerLost: Bool

    /// Makes a fault.
    public init(_ reason: Reason, _ message: String, status: Int = 400, rule: RuleID? = nil) {
        self.reason = reason
        self.message = message
        self.status = status
        self.rule = rule
        location = nil
        verb = nil
        isAnswerLost = false
    }

    /// A reason of the error envelope.
    public struct Reason: Identifier, ExpressibleByStringLiteral {
        /// The vendor's word.
        public let rawValue: String

        /// Takes the vendor's word.
        public init(rawValue: String) { self.rawValue = rawValue }
        /// Takes the vendor's word.
        public init(stringLiteral value: String) { rawValue = value }

        /// A field of the request is wrong.
        public static let invalid: Reason = "invalid"
        /// The resource is not in a state for this.
        public static let invalidResourceUsage: Reason = "invalidResourceUsage"
        /// The target in the path does not exist.
        public static let notFound: Reason = "notFound"
        /// The resource is not ready yet.
        public static let resourceNotReady: Reason = "resourceNotReady"
        /// Another resource holds it.
        public static let resourceInUse: Reason = "resourceInUseByAnotherResource"
    }
}

extension ComputeFault: NativeFault {
    package var word: String { reason.rawValue }
    /// The fault as one sentence: `notFound: The resource 'projects/p/zones/z/disks/d' was not found`.
    public var description: String { "\(reason): \(message)" }
}

extension ComputeFault {
    /// A field of the request has a value that cannot be.
    static func invalid(_ field: String, _ value: String, _ why: String, rule: RuleID? = nil) -> ComputeFault {
        let sentence = why.isEmpty ? "" : " \(why)"
        return ComputeFault(.invalid, "Invalid value for field '\(field)': '\(value)'.\(sentence)", rule: rule)
    }

    /// A name was given that no resource can have.
    static func badName(_ name: String) -> ComputeFault {
        .invalid(
            "resource.name", name, "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'", rule: "GCE-001")
    }

    /// The target in the path does not exist.
    static func notFound(_ path: String) -> ComputeFault {
        ComputeFault(.notFound, "The resource '\(path)' was not found", status: 404, rule: "GCE-006")
    }

    /// The name is taken, be it by a resource that is still being made.
    static func alreadyExists(_ path: ResourcePath) -> ComputeFault {
        ComputeFault("alreadyExists", "The resource '\(path)' already exists", status: 409, rule: "GCE-007")
    }

    /// The resource is not in a state in which it can be used.
    static func notReady(_ path: ResourcePath, rule: RuleID? = nil) -> ComputeFault {
        ComputeFault(.resourceNotReady, "The resource '\(path)' is not ready", rule: rule)
    }

    /// The disk has another user.
    static func inUse(_ disk: ResourcePath, by user: ResourcePath, rule: RuleID) -> ComputeFault {
        ComputeFault(.resourceInUse, "The disk resource '\(disk)' is already being used by '\(user)'", rule: rule)
    }

    /// Something was changed on the ground of an outdated reading.
    static func conditionNotMet(_ message: String, rule: RuleID) -> ComputeFault {
        var fault = ComputeFault("conditionNotMet", message, status: 412, rule: rule)
        fault.location = "If-Match"
        return fault
    }

    /// There were too many calls in this minute.
    static let rateLimitExceeded = ComputeFault(
        "rateLimitExceeded", "Rate Limit Exceeded", status: 403, rule: "GCE-136")

    /// The answer of a verb was lost: whether it was done, the caller cannot know.
    static func answerLost(_ verb: String) -> ComputeFault {
        var fault = ComputeFault(
            "deadlineExceeded", "The connection was closed before \(verb) was answered.", status: 0)
        fault.isAnswerLost = true
        return fault
    }

    /// Whether calling again later can help.
    var isRetriedByClients: Bool {
        status >= 500 || reason == Self.rateLimitExceeded.reason || isAnswerLost || isTooRecent
    }
}

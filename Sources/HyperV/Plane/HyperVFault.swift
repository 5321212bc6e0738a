import Hypervisor
public import LabCore

/// Why Hyper-V did not do what it was asked to, as the error record of a cmdlet tells it.
public struct HyperVFault: Error, Hashable, Sendable {
    /// The first part of `FullyQualifiedErrorId`.
    public var id: ErrorID
    /// The vendor's sentences, one a line.
    public var message: String
    /// The Windows error in brackets, where there is one.
    public var hresult: UInt32?
    /// The rule that demands it, where one does.
    public var rule: RuleID?
    /// The cmdlet that was refused; the call gate fills it in.
    public var verb: String?
    /// Whether the verb was done and only its answer was lost on the way.
    public var isAnswerLost = false
    /// Whether the work had begun when it failed.
    public var hasBegun = false

    /// Makes a fault.
    public init(_ id: ErrorID, _ message: String, hresult: UInt32? = nil, rule: RuleID? = nil) {
        self.id = id
        self.message = message
        self.hresult = hresult
        self.rule = rule
    }

    /// The first part of a `FullyQualifiedErrorId`.
    public struct ErrorID: Identifier, ExpressibleByStringLiteral {
        /// The identifier as it stands in an error record.
        public let rawValue: String

        /// Takes an identifier as it stands in an error record.
        public init(rawValue: String) { self.rawValue = rawValue }
        /// Takes an identifier as it stands in an error record.
        public init(stringLiteral value: String) { rawValue = value }

        /// A value is not valid.
        public static let invalidParameter: ErrorID = "InvalidParameter"
        /// There is no such thing.
        public static let objectNotFound: ErrorID = "ObjectNotFound"
        /// The management service refused, or a job failed.
        public static let operationFailed: ErrorID = "OperationFailed"
        /// The object is not in the state that the verb needs.
        public static let invalidState: ErrorID = "InvalidState"
        /// The module has no such parameter.
        public static let namedParameterNotFound: ErrorID = "NamedParameterNotFound"
        /// The call went to nobody who could answer.
        public static let connectionFailed: ErrorID = "WinRMOperationTimeout"
    }

    /// The category in the error record.
    public var category: String {
        switch id {
        case .invalidParameter, .namedParameterNotFound: "InvalidArgument"
        case .objectNotFound: "ObjectNotFound"
        case .invalidState: "InvalidOperation"
        default: "NotSpecified"
        }
    }

    /// What WMI returns for it.
    public var returnCode: Int {
        switch id {
        case .invalidParameter, .namedParameterNotFound: 32773
        case .objectNotFound: 32779
        case .invalidState: 32775
        default: 32768
        }
    }

    /// The identifier with the class of the cmdlet behind it.
    public var fullyQualifiedErrorID: String {
        guard let verb else { return id.rawValue }
        let name = verb.filter { $0 != "-" }
        let isDisk = name.hasSuffix("VHD")
        let type = isDisk ? "\(name.dropLast(3))Vhd" : name
        return "\(id),Microsoft.\(isDisk ? "Vhd.PowerShell.Cmdlets" : "HyperV.PowerShell.Commands").\(type)"
    }
}

extension HyperVFault: CustomStringConvertible {
    /// The fault as one sentence, with its identifier first.
    public var description: String {
        let code = hresult.map { " (0x\(String($0, radix: 16, uppercase: true)))" } ?? ""
        return "\(id): \(message.split(separator: "\n").joined(separator: " "))\(code)"
    }
}

extension HyperVFault {
    /// The answer of a verb was lost: whether it was done, the caller cannot know.
    static func answerLost(_ verb: String) -> HyperVFault {
        var fault = HyperVFault(
            .connectionFailed, "The WinRM client cannot complete the operation within the time specified (\(verb)).")
        fault.isAnswerLost = true
        return fault
    }

    /// There were too many calls at once.
    static let throttled = HyperVFault(
        "WSManFault",
        "The WS-Management service cannot process the request. The maximum number of concurrent operations for this user "
            + "has been exceeded.")

    /// The object is in the wrong state.
    static func state(_ rule: RuleID? = nil) -> HyperVFault {
        HyperVFault(
            .invalidState, "The operation cannot be performed while the object is in its current state.", rule: rule)
    }

    /// The same fault of something that had begun.
    var begun: HyperVFault {
        var fault = self
        fault.hasBegun = true
        return fault
    }
}

/// Windows errors that Hyper-V hands on.
enum HResult {
    static let fileNotFound: UInt32 = 0x8007_0002
    static let notReady: UInt32 = 0x8007_0015
    static let sharingViolation: UInt32 = 0x8007_0020
    static let fileExists: UInt32 = 0x8007_0050
    static let diskFull: UInt32 = 0x8007_0070
    static let parentMismatch: UInt32 = 0xC03A_000E
}

extension Refusal {
    /// The lab's refusal for a fault of the platform.
    init(_ fault: HyperVFault) {
        self.init(
            fault.isAnswerLost ? .unknown : fault.hasBegun ? .failed : .refused, code: fault.id.rawValue,
            message: fault.message.split(separator: "\n").joined(separator: " "), rule: fault.rule, verb: fault.verb)
    }
}

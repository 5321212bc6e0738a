public import Hypervisor
public import LabCore

/// Why a guest did not do what it was asked to.
public struct GuestFault: Error, Hashable, Sendable {
    /// What stood in the way.
    public var reason: Reason
    /// The rule that demands it, where one does.
    public var rule: RuleID?
    /// The time that was lost over it; the plane moves its clock on by it.
    public var elapsed: Duration

    /// Makes a fault.
    public init(_ reason: Reason, rule: RuleID? = nil, elapsed: Duration = .zero) {
        self.reason = reason
        self.rule = rule
        self.elapsed = elapsed
    }

    /// What can stand in the way.
    public enum Reason: Hashable, Sendable {
        /// The machine is off or suspended.
        case isNotRunning
        /// The agent in the guest does not answer.
        case agentHangs
        /// The guest refuses to bring its disks to rest.
        case quiesceRefused
        /// The file systems are frozen already, or still.
        case isFrozen
        /// The appliance says no; the sentence is its own.
        case refused(String)
    }
}

extension GuestFault: CustomStringConvertible {
    /// The fault as a sentence.
    public var description: String {
        switch reason {
        case .isNotRunning: "the guest does not run"
        case .agentHangs: "the guest's agent did not answer in time"
        case .quiesceRefused: "the guest refused to freeze its file systems"
        case .isFrozen: "the guest's file systems are frozen"
        case .refused(let sentence): sentence
        }
    }
}

extension Refusal {
    /// Makes a refusal of what a guest did not do.
    public init(_ fault: GuestFault) {
        let (kind, code): (Kind, String) =
            switch fault.reason {
            case .isNotRunning: (.refused, "GuestNotRunning")
            case .agentHangs: (.failed, "GuestAgentTimeout")
            case .quiesceRefused: (.refused, "QuiesceRefused")
            case .isFrozen: (.refused, "GuestFrozen")
            case .refused: (.refused, "ApplianceRefused")
            }
        self.init(kind, code: code, message: fault.description, rule: fault.rule)
    }
}

package import LabCore

/// Where an operation stands.
///
/// Rule: https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
package enum OperationState: Hashable, Sendable {
    /// It works; goes to any of the others.
    case inProgress
    /// It is done. Terminal.
    case succeeded(ended: Instant)
    /// It came to nothing, and says why. Terminal.
    case failed(ended: Instant, AzureFault)
    /// It was called off. Terminal.
    case canceled(ended: Instant)

    /// The vendor's word for the state.
    package var word: String {
        switch self {
        case .inProgress: "InProgress"
        case .succeeded: "Succeeded"
        case .failed: "Failed"
        case .canceled: "Canceled"
        }
    }
}

extension OperationState {
    /// It is done; false when it was over before.
    package mutating func succeed(at now: Instant) -> Bool { ends(in: .succeeded(ended: now)) }
    /// It failed; false when it was over before.
    package mutating func fail(_ fault: AzureFault, at now: Instant) -> Bool { ends(in: .failed(ended: now, fault)) }
    /// It is called off; false when it was over before.
    package mutating func cancel(at now: Instant) -> Bool { ends(in: .canceled(ended: now)) }

    private mutating func ends(in state: Self) -> Bool {
        switch self {
        case .inProgress: self = state
        case .succeeded, .failed, .canceled: return false
        }
        return true
    }
}

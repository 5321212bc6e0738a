package import LabCore
import SimulatedMachine

/// The record of one change, from its acceptance on.
package struct Operation: Booked {
    /// Names an operation; a UUID, which is also the id of the request.
    package struct ID: Identifier {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
    }

    package let id: ID
    /// The native verb.
    package let verb: Verb
    /// The resource that it works on.
    package let target: ResourceID
    /// The status of the first answer.
    package let status: Int
    /// When it was accepted.
    package let startTime: Instant
    /// Where it stands.
    package internal(set) var state: OperationState
    /// How long the first answer asks the caller to wait; nothing where it does not say.
    ///
    /// Rule: AZ-130.
    package internal(set) var retryAfter: Duration?
    /// When the next poll may come.
    var nextPoll: Instant
    /// The polls that came before their time.
    var earlyPolls = 0
    /// The address that a grant gives.
    package internal(set) var accessSAS: String?
    /// What is to be done.
    let work: Work
    /// What it will fail with, once that is known.
    var failure: AzureFault?

    /// Whether it is over.
    package var isOver: Bool { state != .inProgress }
    /// Why it came to nothing.
    package var error: AzureFault? {
        guard case .failed(_, let fault) = state else { return nil }
        return fault
    }
    /// When it was over.
    package var endTime: Instant? {
        switch state {
        case .inProgress: nil
        case .succeeded(let ended), .failed(let ended, _), .canceled(let ended): ended
        }
    }
    /// The status with which its record is told: a failure is no error of the asking.
    ///
    /// Rule: AZ-129.
    package var pollStatus: Int { 200 }
}

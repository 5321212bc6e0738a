package import LabCore
import SimulatedMachine

/// The record of one change, from its acceptance on.
package struct Operation: Booked {
    /// Names an operation.
    ///
    /// Rule: GCE-020.
    package struct Name: Hashable, Comparable, Sendable, CustomStringConvertible {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        package var description: String { rawValue }
        package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    }

    /// The name, made of the time and of digits.
    package let name: Name
    package var id: Name { name }
    /// The number that stands for the operation as well as its name does.
    ///
    /// Rule: GCE-003.
    package let number: UInt64
    /// The native verb.
    package let verb: String
    /// Where it is found: the scope of the verb, not of what it makes.
    ///
    /// Rule: GCE-013.
    package let scope: Scope
    /// The resource that it works on; of a snapshot's creation the disk.
    ///
    /// Rule: GCE-018.
    package let target: ResourcePath
    /// The number of that resource, which tells its incarnations apart.
    ///
    /// Rule: GCE-018.
    package let targetID: UInt64
    /// The request id it was asked for under.
    ///
    /// Rule: GCE-023.
    package internal(set) var clientOperationID: String?
    /// What several operations of one call share.
    package internal(set) var groupID: String?
    /// When it was accepted.
    package let insertTime: Instant
    /// Where it stands.
    package internal(set) var state: OperationState
    /// From 0 to 100, no measure of time.
    ///
    /// Rule: GCE-017.
    package internal(set) var progress = 0
    /// What went differently without being an error.
    package internal(set) var warnings: [Warning] = []
    /// What is to be done.
    let work: Work
    /// How long that takes, where it was known at once.
    var duration: Duration?
    /// What it will end with, once that has been found out.
    var failure: OperationError?
    /// Whether the record was deleted while the work went on.
    ///
    /// Rule: GCE-022.
    var isDeleted = false

    /// Something that went differently without being an error.
    package struct Warning: Hashable, Sendable {
        package let code: String
        package let message: String
    }

    /// Whether it is over.
    package var isDone: Bool { state.word == "DONE" }

    /// Why it came to nothing.
    package var error: OperationError? {
        guard case .done(_, _, let error) = state else { return nil }
        return error
    }

    /// When it was begun.
    package var startTime: Instant? {
        switch state {
        case .pending: nil
        case .running(let since): since
        case .done(let started, _, _): started
        }
    }

    /// When it was over.
    package var endTime: Instant? {
        guard case .done(_, let ended, _) = state else { return nil }
        return ended
    }

    /// The short word of the verb.
    package var operationType: String {
        switch verb {
        case "disks.resize": "resizeDisk"
        default: String(verb.split(separator: ".").last ?? "")
        }
    }
}

import ArgumentParser
import ScenarioRunner

/// How the command ends.
enum LabExit: Int32, Error {
    /// Everything that was asked for was done, and it passed.
    case passed = 0
    /// The lab did its work and something failed.
    case failed = 1
    /// The command was used wrongly, or was given something that it cannot read.
    case usage = 2
    /// The lab could not do its work.
    case lab = 3

    /// The end of a run whose flows ended so; on platforms that were named, one that is not run is the lab's own fault.
    init(outcomes: [RunOutcome], isExplicit: Bool) {
        if outcomes.contains(.failed) {
            self = .failed
        } else if outcomes.contains(.errored) || isExplicit && outcomes.contains(.notRun) {
            self = .lab
        } else {
            self = outcomes.contains(.passed) ? .passed : .lab
        }
    }

    /// The end that `error` stands for: what the parser throws is wrong usage, what nobody knows is the lab's own fault.
    init(error: any Error, of command: any ParsableCommand.Type) {
        switch error {
        case let end as LabExit: self = end
        case is BadInput: self = .usage
        default:
            switch command.exitCode(for: error) {
            case .success: self = .passed
            case .validationFailure: self = .usage
            default: self = .lab
            }
        }
    }
}

/// Something that the caller gave and that cannot be used.
struct BadInput: Error, CustomStringConvertible {
    /// What is wrong and what would be right, in one or more lines.
    var description: String

    init(_ description: String) { self.description = description }
}

package import Hypervisor
import LabCore

/// One thing that must hold.
package struct Expectation: Hashable, Sendable {
    /// Where it stands.
    package var position: SourcePosition
    /// The key under which it stands, as a reader knows it.
    package var key: String
    /// What is looked at.
    package var subject: Subject
    /// What is to be found, on each platform; nothing where the platform is not named.
    package var wanted: PerPlatform<Wanted>

    /// What an expectation looks at.
    package enum Subject: Hashable, Sendable {
        /// The grade of the restored state.
        case grade
        /// How the last upgrade ended.
        case upgrade
        /// The power state in which the last revert left the machine.
        case left
        /// What the last snapshot holds.
        case held
        /// How long the last step took, on the platform's clock.
        case took
        /// A fact.
        case fact(Fact)
    }

    /// What is to be found.
    package enum Wanted: Hashable, Sendable {
        /// This value.
        case value(FactValue)
        /// A text that is this word, or begins with it and a reason.
        case word(String)
        /// A number within bounds.
        case range(atLeast: Int?, atMost: Int?)
        /// A time within bounds.
        case time(atLeast: Duration, atMost: Duration?)
        /// A grade within bounds.
        case grade(atLeast: Grade, atMost: Grade)
        /// As at the snapshot, whatever happened in between.
        case kept
        /// This fate.
        case fate(Fate)
        /// As at this moment.
        case asOf(String)
        /// Something that can be read.
        case readable
        /// Nothing at all.
        case absent
    }

    /// Names of moments that every run has.
    package static let moments = ["start", "failure", "now"]
}

extension Expectation.Wanted: CustomStringConvertible {
    /// What is wanted, in the words of the scenario.
    package var description: String {
        switch self {
        case .value(let value): value.description
        case .word(let word): word
        case .range(let least?, let most?): least == most ? "\(least)" : "\(least) to \(most)"
        case .range(let least?, nil): "at least \(least)"
        case .range(nil, let most?): "at most \(most)"
        case .range(nil, nil): "any number"
        case .time(let least, let most?):
            least == .zero ? "at most \(most.inWords)" : "\(least.inWords) to \(most.inWords)"
        case .time(let least, nil): "at least \(least.inWords)"
        case .grade(let least, let most):
            if least == most {
                least.rawValue
            } else if most == .identical {
                "at least \(least.rawValue)"
            } else {
                "at most \(most.rawValue)"
            }
        case .kept: "kept"
        case .fate(let fate): fate.rawValue
        case .asOf(let moment): "as of \(moment)"
        case .readable: "readable"
        case .absent: "absent"
        }
    }
}

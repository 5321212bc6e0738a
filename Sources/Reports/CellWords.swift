import Hypervisor
import ScenarioRunner

/// How long the words in the cells of a matrix are: as long as there is room for.
enum CellWords: CaseIterable {
    /// `application-consistent`.
    case full
    /// `application`.
    case short
    /// `app`.
    case tight

    /// The word for a result: the grade of a run that passed, the outcome of any other.
    func word(_ result: RunResult) -> String {
        let outcome = result.conclusion.outcome
        if outcome == .passed, let grade = result.verdict?.grade { return word(grade) }
        return word(outcome)
    }

    /// The word for a grade.
    func word(_ grade: Grade) -> String {
        switch self {
        case .full: return grade.rawValue
        case .short: return grade.rawValue.replacing("-consistent", with: "")
        case .tight:
            switch grade {
            case .inconsistent: return "broken"
            case .crashConsistent: return "crash"
            case .fileSystemConsistent: return "files"
            case .applicationConsistent: return "app"
            case .identical: return "same"
            }
        }
    }

    /// The word for an outcome.
    func word(_ outcome: RunOutcome) -> String {
        guard self == .tight else { return outcome == .failed ? "FAILED" : outcome.rawValue }
        switch outcome {
        case .passed: return "passed"
        case .failed: return "FAILED"
        case .unsupported: return "unsup"
        case .excluded: return "excl"
        case .errored: return "error"
        case .notRun: return "not run"
        }
    }

    /// What the words mean that stand in a matrix, for someone who sees one for the first time.
    func legend(of results: [RunResult]) -> String {
        let passed = results.filter { $0.conclusion.outcome == .passed }
        let grades = Set(passed.compactMap(\.verdict?.grade)).sorted(by: >)
        let graded = grades.map { "\(word($0)): \($0.meaning)" }
        let ungraded = passed.contains { $0.verdict?.grade == nil } ? ["passed: nothing was reverted"] : []
        guard !passed.isEmpty else { return "" }
        return "A scenario passes when what it expects holds, a bad state too; its cell says how good the state is that"
            + " came back. " + (graded + ungraded).joined(separator: "; ") + "."
    }
}

extension Grade {
    /// What the grade means, in a few words.
    fileprivate var meaning: String {
        switch self {
        case .inconsistent: "the service cannot run on it"
        case .crashConsistent: "as after a power cut"
        case .fileSystemConsistent: "whole files, but work in hand was cut off"
        case .applicationConsistent: "nothing replayed, lost or cut off"
        case .identical: "the very machine, memory and all"
        }
    }
}

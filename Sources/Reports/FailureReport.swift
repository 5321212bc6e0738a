package import ScenarioRunner

/// What went wrong, run by run: what was expected, what was found, why, and the line that repeats it.
package enum FailureReport {
    /// The report on all runs that did not pass; empty when all did.
    package static func text(of results: [RunResult], style: TextStyle = TextStyle()) -> String {
        results.compactMap { section(on: $0, style: style) }.joined(separator: "\n")
    }

    private static func section(on result: RunResult, style: TextStyle) -> String? {
        let outcome = result.conclusion.outcome
        switch outcome {
        case .passed: return nil
        case .unsupported, .excluded, .notRun:
            let reasons = result.conclusion.reasons.map(\.sentence).joined(separator: "; ")
            return
                "\(style.paint(outcome.rawValue, outcome.colour)): \(result.scenario) on \(result.platform): \(reasons)\n"
        case .failed, .errored:
            var lines = [
                "\(style.paint(outcome.rawValue.uppercased(), outcome.colour)): \(style.paint(result.scenario, .strong)) "
                    + "on \(result.platform): \(result.title)"
            ]
            lines += failures(of: result, style: style)
            lines.append("  repeat    \(result.repetition)")
            return lines.joined(separator: "\n") + "\n"
        }
    }

    private static func failures(of result: RunResult, style: TextStyle) -> [String] {
        let checks = result.checks.filter { !$0.holds }
        let said = Set(checks.map(\.sentence))
        let troubles = result.conclusion.reasons.filter { !said.contains($0.text) }.map { reason in
            "  \(place(reason.position, in: result))\(reason.sentence)"
        }
        return troubles + checks.flatMap { lines(on: $0, of: result, style: style) }
    }

    private static func lines(on check: Check, of result: RunResult, style: TextStyle) -> [String] {
        var lines = [
            "  \(place(check.position, in: result))\(style.paint(check.key, .strong)) \(check.moment)",
            "    expected  \(check.expected)",
            "    found     \(check.found)",
        ]
        if !check.accounts.isEmpty {
            lines += check.accounts.map { "    why       \($0)" }
        } else if check.moment == .end, result.verdict?.method != nil {
            lines.append("    why       no rule of \(result.platform) accounts for this")
        }
        return lines
    }

    private static func place(_ position: SourcePosition?, in result: RunResult) -> String {
        position.map { "\(result.file):\($0.line):\($0.column): " } ?? ""
    }
}

extension Conclusion.Reason {
    /// The reason with its rule, unless the sentence names it already.
    var sentence: String {
        guard let rule, !text.contains(rule) else { return text }
        return "\(text) (\(rule))"
    }
}

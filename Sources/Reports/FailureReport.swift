import Hypervisor
package import ScenarioRunner

/// What went wrong, run by run: what was expected, what was found, why, and the line that repeats it.
package enum FailureReport {
    /// The report on all runs that did not pass; empty when all did.
    ///
    /// Runs that failed come first, each with what the rules behind it say as far as `rules` knows them.
    package static func text(
        of results: [RunResult], rules: RuleBook = RuleBook(), style: TextStyle = TextStyle()
    ) -> String {
        var told: Set<String> = []
        let sections = results.compactMap { section(on: $0, rules: rules, told: &told, style: style) }
        let others = ReasonGroup.all(of: results).flatMap { group in
            let text = "\(group.scenario) on \(group.place): \(group.reason)"
            let lines = TextStyle.wrap(text, to: style.width - indent).enumerated().map { number, line in
                let word = TextStyle.pad(number == 0 ? group.outcome.rawValue : "", to: indent)
                return style.paint(word, group.outcome.colour) + line
            }
            return lines
        }
        return (sections + (others.isEmpty ? [] : [others.joined(separator: "\n") + "\n"])).joined(separator: "\n")
    }

    /// Where the text of a run that did not happen begins.
    private static let indent = 13

    private static func section(
        on result: RunResult, rules: RuleBook, told: inout Set<String>, style: TextStyle
    ) -> String? {
        let outcome = result.conclusion.outcome
        guard outcome == .failed || outcome == .errored else { return nil }
        var lines = [
            "\(style.paint(outcome.rawValue.uppercased(), outcome.colour)): \(style.paint(result.scenario, .strong)) "
                + "on \(result.platform): \(result.title)"
        ]
        lines += failures(of: result, rules: rules, told: &told, style: style)
        lines.append("  repeat    \(result.repetition)")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func failures(
        of result: RunResult, rules: RuleBook, told: inout Set<String>, style: TextStyle
    ) -> [String] {
        let checks = result.checks.filter { !$0.holds }
        let said = Set(checks.map(\.sentence))
        var lines: [String] = []
        for reason in result.conclusion.reasons where !said.contains(reason.text) {
            lines.append("  \(place(reason.position, in: result))\(reason.sentence)")
            lines += proof(reason.rule, rules, told: &told, style)
        }
        for check in checks {
            lines += [
                "  \(place(check.position, in: result))\(style.paint(check.key, .strong)) \(check.moment)",
                "    expected  \(check.expected)",
                "    found     \(check.found)",
            ]
            for account in check.accounts {
                lines.append("    why       \(account)")
                lines += proof(account.rule, rules, told: &told, style)
            }
            if check.accounts.isEmpty, check.moment == .end, result.verdict?.method != nil {
                lines.append("    why       no rule of \(result.platform) accounts for this")
            }
        }
        return lines
    }

    /// How we know: what a rule says and where that is stated; once in a report.
    private static func proof(
        _ id: String?, _ rules: RuleBook, told: inout Set<String>, _ style: TextStyle
    ) -> [String] {
        guard let rule = id.flatMap({ rules[$0] }), told.insert(rule.id).inserted else { return [] }
        let source = rule.source.isEmpty ? "" : " <\(rule.source)>"
        return TextStyle.wrap("\(rule.id) says: \(rule.claim)\(source)", to: style.width - 14).map {
            style.paint("              \($0)", .faint)
        }
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

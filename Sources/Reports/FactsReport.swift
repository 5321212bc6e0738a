import Hypervisor
package import ScenarioRunner

/// What became of each fact of one run, from the snapshot over the failed upgrade to the end.
package enum FactsReport {
    /// The table for a terminal; empty for a run that took no facts.
    package static func text(of result: RunResult, style: TextStyle = TextStyle()) -> String {
        guard let verdict = result.verdict else { return "" }
        var rows = [["fact", "at \(verdict.baseline)", "after the upgrade", "at the end", "fate"]]
        for finding in verdict.findings {
            rows.append(
                [finding.fact.rawValue]
                    + [finding.wanted, finding.failed, finding.restored].map { $0?.description ?? "-" }
                    + [finding.fate.rawValue])
        }
        let most = max(12, (style.width - 24 - 10 - 8) / 3)
        let limits = [24, most, most, most, 10]
        let widths = limits.indices.map { column in min(limits[column], rows.map { $0[column].count }.max() ?? 0) }
        var lines = rows.enumerated().map { number, row in
            let cells = zip(row, widths).map { TextStyle.pad($0, to: $1) }
            let line = cells.dropLast().joined(separator: "  ")
            guard number > 0 else { return style.paint(line + "  " + (row.last ?? ""), .strong) }
            return line + "  " + style.paint(row.last ?? "", verdict.findings[number - 1].colour)
        }
        lines.append("")
        lines += summary(of: verdict, style: style)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func summary(of verdict: Verdict, style: TextStyle) -> [String] {
        var lines: [String] = []
        if let grade = verdict.grade { lines.append("grade: \(style.paint(grade.rawValue, .strong))") }
        if let method = verdict.method { lines.append("way back: \(method)") }
        lines += verdict.notes.map { "note: \($0)" }
        for finding in verdict.findings {
            lines += finding.accounts.map { "\(finding.fact) \(finding.fate.rawValue): \($0)" }
            if finding.isUnexplained { lines.append("\(finding.fact) \(finding.fate.rawValue): unexplained") }
        }
        return lines
    }
}

extension Verdict.Finding {
    var colour: TextStyle.Colour {
        switch fate {
        case .kept: .faint
        case .reverted: .good
        case .lost, .corrupt: .bad
        case .changed: .doubtful
        }
    }
}

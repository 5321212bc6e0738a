import Hypervisor
package import ScenarioRunner

/// The matrix of results: scenarios down, platforms across, the grade or the outcome in the cell.
package enum MatrixReport {
    /// The matrix for a terminal, with a line that counts the outcomes and one that says what the words mean.
    package static func text(of results: [RunResult], style: TextStyle = TextStyle()) -> String {
        let table = ResultTable(results)
        guard !table.rows.isEmpty else { return "no results\n" }
        let longest = table.rows.map(\.scenario.count).max() ?? 0
        let words = words(for: table, longest: longest, width: style.width)
        let columns = widths(of: table, words)
        let left = max(12, min(longest, style.width - columns.reduce(0) { $0 + $1 + 2 }))
        var lines = [
            line(
                style.paint(TextStyle.pad("scenario", to: left), .strong),
                zip(table.platforms, columns).map { style.paint(TextStyle.pad($0.rawValue, to: $1), .strong) })
        ]
        for row in table.rows {
            let cells = zip(table.platforms, columns).map { platform, width in
                guard let result = row.results[platform] else { return TextStyle.pad("", to: width) }
                return style.paint(
                    TextStyle.pad(words.word(result), to: width), result.conclusion.outcome.colour)
            }
            lines.append(line(TextStyle.pad(TextStyle.cutMiddle(row.scenario, to: left), to: left), cells))
        }
        let legend = TextStyle.wrap(words.legend(of: results), to: style.width).map { style.paint($0, .faint) }
        return (lines + ["", count(of: results, style: style)] + legend).joined(separator: "\n") + "\n"
    }

    /// The matrix as a table in Markdown.
    package static func markdown(of results: [RunResult]) -> String {
        let table = ResultTable(results)
        let head = "| scenario | " + table.platforms.map(\.rawValue).joined(separator: " | ") + " |\n"
        let rule = "|---|" + table.platforms.map { _ in "---|" }.joined() + "\n"
        let rows = table.rows.map { row in
            let cells = table.platforms.map { row.results[$0]?.markdownCell ?? "" }
            return "| \(row.scenario.escapedForMarkdown) | \(cells.joined(separator: " | ")) |\n"
        }
        let reasons = ReasonGroup.all(of: results).map { "- \($0.sentence.escapedForMarkdown)\n" }.joined()
        let legend = CellWords.full.legend(of: results)
        return head + rule + rows.joined() + "\n" + count(of: results, style: TextStyle()) + "\n"
            + (legend.isEmpty ? "" : "\n\(legend)\n") + (reasons.isEmpty ? "" : "\n\(reasons)")
    }

    /// How often each outcome came, as in `12 passed, 1 failed`.
    package static func count(of results: [RunResult], style: TextStyle = TextStyle()) -> String {
        let counts = RunOutcome.allCases.compactMap { outcome -> String? in
            let count = results.count { $0.conclusion.outcome == outcome }
            return count == 0 ? nil : style.paint("\(count) \(outcome.rawValue)", outcome.colour)
        }
        return counts.isEmpty ? "no results" : counts.joined(separator: ", ")
    }

    /// The longest words for which there is room; names of scenarios are cut only where even the shortest need it.
    private static func words(for table: ResultTable, longest: Int, width: Int) -> CellWords {
        for words in [CellWords.full, .short] {
            let cells = widths(of: table, words).reduce(0) { $0 + $1 + 2 }
            if longest + cells <= width || words == .short && cells + 2 * longest / 3 <= width { return words }
        }
        return .tight
    }

    private static func line(_ first: String, _ cells: [String]) -> String {
        var line = ([first] + cells).joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        return line
    }

    private static func widths(of table: ResultTable, _ words: CellWords) -> [Int] {
        table.platforms.map { platform in
            let cells = table.rows.compactMap { $0.results[platform] }.map { words.word($0).count }
            return max(platform.rawValue.count, cells.max() ?? 0)
        }
    }
}

extension RunResult {
    fileprivate var markdownCell: String {
        conclusion.outcome == .failed ? "**FAILED**" : CellWords.full.word(self)
    }
}

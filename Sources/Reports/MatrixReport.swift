import Hypervisor
package import ScenarioRunner

/// The matrix of results: scenarios down, platforms across, the grade or the outcome in the cell.
package enum MatrixReport {
    /// The matrix for a terminal, with a line that counts the outcomes.
    package static func text(of results: [RunResult], style: TextStyle = TextStyle()) -> String {
        let table = ResultTable(results)
        guard !table.rows.isEmpty else { return "no results\n" }
        let names = table.rows.map(\.scenario)
        let longest = names.map(\.count).max() ?? 0
        let full = widths(of: table, short: false)
        let isShort = longest + full.reduce(0) { $0 + $1 + 2 } > style.width
        let columns = isShort ? widths(of: table, short: true) : full
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
                    TextStyle.pad(word(result, short: isShort), to: width), result.conclusion.outcome.colour)
            }
            lines.append(line(TextStyle.pad(row.scenario, to: left), cells))
        }
        return lines.joined(separator: "\n") + "\n\n" + count(of: results, style: style) + "\n"
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
        return head + rule + rows.joined() + "\n" + count(of: results, style: TextStyle()) + "\n"
    }

    /// How often each outcome came, as in `12 passed, 1 failed`.
    package static func count(of results: [RunResult], style: TextStyle = TextStyle()) -> String {
        let counts = RunOutcome.allCases.compactMap { outcome -> String? in
            let count = results.count { $0.conclusion.outcome == outcome }
            return count == 0 ? nil : style.paint("\(count) \(outcome.rawValue)", outcome.colour)
        }
        return counts.isEmpty ? "no results" : counts.joined(separator: ", ")
    }

    private static func line(_ first: String, _ cells: [String]) -> String {
        var line = ([first] + cells).joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        return line
    }

    private static func widths(of table: ResultTable, short: Bool) -> [Int] {
        table.platforms.map { platform in
            let cells = table.rows.compactMap { $0.results[platform] }.map { word($0, short: short).count }
            return max(platform.rawValue.count, cells.max() ?? 0)
        }
    }

    /// The word in a cell; the long grades lose what they share where there is little room.
    private static func word(_ result: RunResult, short: Bool) -> String {
        short ? result.cell.replacing("-consistent", with: "") : result.cell
    }
}

extension RunResult {
    fileprivate var markdownCell: String { conclusion.outcome == .failed ? "**FAILED**" : cell }
}

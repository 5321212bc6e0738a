/// Comparisons as Markdown: a table for each part, with what explains the differences below.
package enum ComparisonMarkdown {
    /// The comparisons one below the other, with what their rules say as far as `rules` knows them.
    package static func text(of comparisons: [Comparison], rules: RuleBook = RuleBook()) -> String {
        comparisons.map { text(of: $0, rules: rules) }.joined(separator: "\n")
    }

    private static func text(of comparison: Comparison, rules: RuleBook) -> String {
        let sheet = ComparisonSheet(comparison)
        var text = "## \(comparison.title.escapedForMarkdown)\n\n"
        text += "`\(comparison.scenario)` from `\(comparison.file)`, seed \(comparison.seed).\n"
        if let lesson = comparison.teaches { text += "\n> \(lesson.escapedForMarkdown)\n" }
        for section in sheet.sections { text += "\n" + table(section, headings: sheet.headings) }
        if !sheet.footnotes.isEmpty {
            text += "\n### Why\n\n"
            for (number, note) in sheet.footnotes.enumerated() {
                text += "- [\(number + 1)] \(note.sentence.escapedForMarkdown)\n"
            }
        }
        let known = sheet.rules.compactMap { rules[$0] }
        if !known.isEmpty {
            text += "\n### What the rules say\n\n| rule | says | stated at |\n|---|---|---|\n"
            for rule in known {
                text += "| \(rule.id) | \(rule.claim.escapedForMarkdown) | \(rule.source.escapedForMarkdown) |\n"
            }
        }
        return text
    }

    private static func table(_ section: ComparisonSheet.Section, headings: [String]) -> String {
        var text = "### \(section.title)\n\n| | \(headings.joined(separator: " | ")) |\n"
        text += "|---|" + headings.map { _ in "---|" }.joined() + "\n"
        for row in section.rows {
            let cells = row.cells.map { cell in
                let words = cell.full.escapedForMarkdown
                return cell.tone == .bad ? "**\(words)**" : words
            }
            text += "| \(row.label) | \(cells.joined(separator: " | ")) |\n"
        }
        return text + section.closing.map { "\n\($0.escapedForMarkdown)\n" }.joined()
    }
}

extension String {
    /// The text as Markdown shows it letter by letter, in a cell of a table too.
    var escapedForMarkdown: String {
        var result = ""
        for character in self {
            switch character {
            case "|", "*", "_", "`", "<", "#", "\\": result += "\\\(character)"
            case "\n": result += " "
            default: result.append(character)
            }
        }
        return result
    }
}

/// The rules that stand in the tables of a specification.
///
/// A table of rules has a header with the columns `id` and `rule`; `source` (or `src`) and `conf` are read where they are
/// there, and any other column is what can be observed.
package enum RuleTable {
    /// Reads the rules of one specification; keys of sources that it explains are replaced by their pages.
    package static func rules(in markdown: String, target: String, path: String) -> [LedgerRule] {
        let sources = SourceKeys(in: markdown)
        return rows(in: markdown).compactMap { row in
            guard row.columns.first == "id", row.columns.contains("rule"), let id = RuleNames.only(in: row.cells[0])
            else {
                return nil
            }
            var rule = LedgerRule(id: id, claim: "", target: target, place: Place(path: path, line: row.line))
            for (column, cell) in zip(row.columns, row.cells).dropFirst() {
                switch column {
                case "rule": rule.claim = cell
                case "source", "src": rule.source = sources.resolve(cell)
                case "conf", "conf.": rule.confidence = cell
                default: rule.observable = cell
                }
            }
            return rule
        }
    }

    /// A row of a table, with the names of the table's columns in lower case.
    struct Row {
        var line: Int
        var columns: [String]
        var cells: [String]
    }

    /// The rows of all tables, without their headers.
    static func rows(in markdown: String) -> [Row] {
        var rows: [Row] = []
        var columns: [String] = []
        for (index, line) in markdown.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard let cells = cells(of: line) else {
                columns = []
                continue
            }
            if columns.isEmpty {
                columns = cells.map { $0.lowercased() }
            } else {
                rows.append(Row(line: index + 1, columns: columns, cells: cells))
            }
        }
        return rows
    }

    /// The cells of a table's row, trimmed; nothing when the line is no row.
    ///
    /// A `\|` inside a cell is a plain bar.
    private static func cells(of line: Substring) -> [String]? {
        let row = trimmed(line)
        guard row.first == "|", row.count > 1 else { return nil }
        var cells: [String] = []
        var cell = ""
        var escapes = false
        for character in row.dropFirst() {
            if escapes {
                cell += character == "|" ? "|" : "\\\(character)"
                escapes = false
            } else if character == "\\" {
                escapes = true
            } else if character == "|" {
                cells.append(String(trimmed(cell[...])))
                cell = ""
            } else {
                cell.append(character)
            }
        }
        if !trimmed(cell[...]).isEmpty { cells.append(String(trimmed(cell[...]))) }
        return cells
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return start }
        return start[...end]
    }
}

/// A comparison for a terminal, in as many columns as that has.
package enum ComparisonText {
    /// The comparison, with what its rules say as far as `rules` knows them.
    package static func text(
        of comparison: Comparison, rules: RuleBook = RuleBook(), style: TextStyle = TextStyle()
    ) -> String {
        let sheet = ComparisonSheet(comparison)
        var lines = [style.paint(comparison.scenario, .strong) + "  (\(comparison.file), seed \(comparison.seed))"]
        lines += TextStyle.wrap(comparison.title, to: style.width)
        if let lesson = comparison.teaches { lines += TextStyle.wrap("Teaches: \(lesson)", to: style.width) }
        for columns in groups(of: sheet, style: style) {
            lines.append("")
            lines += tables(of: sheet, columns: columns, style: style)
        }
        lines += list("Why", sheet.footnotes.enumerated().map { ("[\($0 + 1)]", $1.sentence) }, style: style)
        let known = sheet.rules.compactMap { rules[$0] }
        lines += list(
            "What the rules say", known.map { ($0.id, $0.source.isEmpty ? $0.claim : "\($0.claim) <\($0.source)>") },
            style: style)
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Tables

    private static let gap = 2
    private static let narrowest = 14

    private static func labelWidth(of sheet: ComparisonSheet) -> Int {
        sheet.sections.flatMap(\.rows).map(\.label.count).max() ?? 0
    }

    /// The columns that stand beside each other; more groups than one where the terminal has no room for all.
    private static func groups(of sheet: ComparisonSheet, style: TextStyle) -> [Range<Int>] {
        let count = sheet.headings.count
        let room = style.width - labelWidth(of: sheet)
        let most = max(1, min(count, room / (narrowest + gap)))
        let groups = (count + most - 1) / most
        let size = groups == 0 ? 1 : (count + groups - 1) / groups
        return stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
    }

    private static func tables(of sheet: ComparisonSheet, columns: Range<Int>, style: TextStyle) -> [String] {
        let label = labelWidth(of: sheet)
        let widths = widths(of: sheet, columns: columns, room: style.width - label)
        var lines = [
            TextStyle.pad("", to: label)
                + zip(columns, widths).map { column, width in
                    String(repeating: " ", count: gap)
                        + style.paint(TextStyle.pad(sheet.headings[column], to: width), .strong)
                }.joined()
        ]
        for section in sheet.sections {
            lines += ["", style.paint(section.title, .strong)]
            for row in section.rows {
                lines += set(row, label: label, cells: columns.map { row.cells[$0] }, widths, style)
            }
            lines += section.closing.flatMap { TextStyle.wrap($0, to: style.width) }.map { style.paint($0, .faint) }
        }
        return lines.map(\.withoutTrailingSpaces)
    }

    /// The lines of one row: as many as its longest cell needs.
    private static func set(
        _ row: ComparisonSheet.Row, label: Int, cells: [ComparisonSheet.Cell], _ widths: [Int], _ style: TextStyle
    ) -> [String] {
        let wrapped = zip(cells, widths).map { TextStyle.wrap($0.full, to: $1) }
        let height = wrapped.map(\.count).max() ?? 0
        return (0..<max(1, height)).map { line in
            TextStyle.pad(line == 0 ? row.label : "", to: label)
                + zip(zip(cells, wrapped), widths).map { pair, width in
                    let text = line < pair.1.count ? pair.1[line] : ""
                    let painted = pair.0.tone.map { style.paint(text, $0) } ?? text
                    let filling = String(repeating: " ", count: max(0, width - text.count))
                    return String(repeating: " ", count: gap) + painted + filling
                }.joined()
        }
    }

    /// The widths of columns: what each would like, or else its share of the room, with what others leave given on.
    private static func widths(of sheet: ComparisonSheet, columns: Range<Int>, room: Int) -> [Int] {
        let wishes = columns.map { column in
            let cells = sheet.sections.flatMap(\.rows).map(\.cells[column].full.count)
            return max(sheet.headings[column].count, cells.max() ?? 0)
        }
        var widths = Array(repeating: 0, count: wishes.count)
        var left = room - gap * wishes.count
        let modestFirst = wishes.indices.sorted { (wishes[$0], $0) < (wishes[$1], $1) }
        for (served, index) in modestFirst.enumerated() {
            widths[index] = min(wishes[index], max(narrowest, left / (wishes.count - served)))
            left -= widths[index]
        }
        return widths
    }

    // MARK: Lists

    private static func list(_ title: String, _ items: [(mark: String, text: String)], style: TextStyle) -> [String] {
        guard !items.isEmpty else { return [] }
        let width = items.map(\.mark.count).max() ?? 0
        let lines = items.flatMap { item in
            TextStyle.wrap(item.text, to: style.width - width - gap).enumerated().map { number, line in
                TextStyle.pad(number == 0 ? item.mark : "", to: width + gap) + line
            }
        }
        return ["", style.paint(title, .strong)] + lines
    }
}

extension String {
    fileprivate var withoutTrailingSpaces: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

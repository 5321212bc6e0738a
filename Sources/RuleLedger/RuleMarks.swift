/// The marks by which code says that it enforces a rule: `rule: "AWS-046"` in code, `Rule: AWS-046` in a comment.
package enum RuleMarks {
    /// One mark.
    package struct Mark: Hashable, Sendable {
        package var id: String
        package var line: Int
    }

    /// Reads the marks of one source file, in their order.
    package static func marks(in source: String) -> [Mark] {
        let pieces = SourceText(source).pieces
        var marks: [Mark] = []
        for (index, piece) in pieces.enumerated() {
            switch piece.kind {
            case .comment: marks += commentMarks(piece)
            case .string:
                let isArgument = index > 0 && pieces[index - 1].kind == .code && endsInRuleLabel(pieces[index - 1].text)
                if isArgument, let id = RuleNames.only(in: piece.text) { marks.append(Mark(id: id, line: piece.line)) }
            case .code: continue
            }
        }
        return marks
    }

    /// The names that follow `Rule:` or `Rules:` in a comment, up to the first word that is neither a name nor "and".
    private static func commentMarks(_ comment: SourceText.Piece) -> [Mark] {
        var marks: [Mark] = []
        for (offset, line) in comment.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            var isAfterMark = false
            for word in line.split(whereSeparator: { $0.isWhitespace || "(/,;*".contains($0) }) {
                if word == "Rule:" || word == "Rules:" {
                    isAfterMark = true
                } else if isAfterMark, let id = RuleNames.only(in: String(word.filter { !".):`".contains($0) })) {
                    marks.append(Mark(id: id, line: comment.line + offset))
                } else if word != "and" {
                    isAfterMark = false
                }
            }
        }
        return marks
    }

    private static func endsInRuleLabel(_ code: String) -> Bool {
        var rest = code[...]
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        guard rest.hasSuffix("rule:") else { return false }
        guard let before = rest.dropLast(5).last else { return true }
        return !before.isLetter && !before.isNumber && before != "_"
    }
}

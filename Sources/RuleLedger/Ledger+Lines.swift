extension Ledger {
    /// The rules as lines of text, which the build puts into the command: one line a rule, then one a place and a test.
    package var lines: String {
        var lines: [String] = []
        for rule in rules {
            lines.append(
                Self.line([
                    "rule", rule.id, rule.target, rule.confidence, rule.place.path, String(rule.place.line), rule.claim,
                    rule.observable, rule.source,
                ]))
            lines += rule.enforcedAt.map { Self.line(["code", $0.path, String($0.line)]) }
            lines += rule.tests.map { Self.line(["test", $0.place.path, String($0.place.line), $0.name]) }
        }
        return lines.joined(separator: "\n")
    }

    /// Reads the ledger from its lines; lines that it does not know are left out.
    package init(lines: String) {
        var rules: [LedgerRule] = []
        // By bytes: what separates lines and fields is no part of a longer character, and there are thousands of them.
        for line in Array(lines.utf8).split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            switch (fields.first, fields.count) {
            case ("rule", 9):
                let place = Place(path: fields[4], line: Int(fields[5]) ?? 0)
                rules.append(
                    LedgerRule(
                        id: fields[1], claim: fields[6], observable: fields[7], source: fields[8],
                        confidence: fields[3],
                        target: fields[2], place: place))
            case ("code", 3):
                rules[rules.count - 1].enforcedAt.append(Place(path: fields[1], line: Int(fields[2]) ?? 0))
            case ("test", 4):
                let place = Place(path: fields[1], line: Int(fields[2]) ?? 0)
                rules[rules.count - 1].tests.append(NamedTest(name: fields[3], place: place))
            default: continue
            }
        }
        self.init(rules: rules)
    }

    /// The Swift source that holds the ledger under the name `ledgerLines`.
    package var swiftSource: String {
        var hashes = "#"
        while lines.contains("\"" + hashes) || lines.contains("\\" + hashes) { hashes += "#" }
        return """
            /// The rule ledger, computed from the specifications, the sources and the tests when this was built.
            let ledgerLines = \(hashes)\"""
            \(lines)
            \"""\(hashes)

            """
    }

    private static func line(_ fields: [String]) -> String {
        fields.map { String($0.map { $0 == "\t" || $0.isNewline ? " " : $0 }) }.joined(separator: "\t")
    }
}

import Foundation
import RuleLedger

/// The rule ledger as text.
enum RulesText {
    /// A table for each family, with where each rule is enforced and proved, and the counts.
    static func table(_ rules: [LedgerRule], families: [RuleFamily]) -> String {
        let parts = families.compactMap { family -> String? in
            let own = rules.filter { $0.target == family.target }
            guard !own.isEmpty else { return nil }
            let listed = own.flatMap(Self.lines(of:))
            return (["\(family.title): \(counts(of: own))", ""] + listed).joined(separator: "\n")
        }
        let total = parts.count > 1 ? ["Together: \(counts(of: rules))"] : []
        return (parts + total).joined(separator: "\n\n")
    }

    /// The rules as a JSON array, with sorted keys.
    static func json(_ rules: [LedgerRule]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(rules.map(Entry.init)), as: UTF8.self)
    }

    private static func lines(of rule: LedgerRule) -> [String] {
        let confidence = rule.confidence.isEmpty ? "" : " [\(rule.confidence)]"
        var lines = ["\(rule.id)  \(rule.status)\(confidence)", "    \(rule.claim)"]
        if !["", "-"].contains(rule.source) { lines.append("    from \(rule.source)") }
        lines += rule.enforcedAt.map { "    in \($0)" }
        lines += rule.tests.map { "    by \($0.place) \"\($0.name)\"" }
        return lines
    }

    private static func counts(of rules: [LedgerRule]) -> String {
        let counts = Ledger.counts(of: rules)
        let parts = LedgerRule.Status.allCases.map { "\(counts[$0] ?? 0) \($0)" }
        return "\(rules.count) \(rules.count == 1 ? "rule" : "rules"), \(parts.joined(separator: ", "))"
    }

    private struct Entry: Encodable {
        var id, rule, status, source, confidence, specification: String
        var enforcedAt, tests: [String]

        init(_ rule: LedgerRule) {
            id = rule.id
            self.rule = rule.claim
            status = rule.status.rawValue
            source = rule.source
            confidence = rule.confidence
            specification = rule.place.description
            enforcedAt = rule.enforcedAt.map(\.description)
            tests = rule.tests.map { "\($0.place) \($0.name)" }
        }
    }
}

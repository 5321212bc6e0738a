import LabCore

/// A filter of a list call: comparisons that must all hold.
///
/// There are two syntaxes, which do not mix: `status = READY AND labels.team = blue`, and the older `(status eq READY)
/// (name ne web.*)`, whose values are patterns. Rule: GCE-034.
struct ListFilter: Hashable, Sendable {
    private enum Syntax: Hashable, Sendable { case plain, pattern }

    private struct Comparison: Hashable, Sendable {
        var field: String
        var wants: Bool
        var value: String
        var syntax: Syntax
    }

    private var comparisons: [Comparison]

    init(_ text: String) throws(ComputeFault) {
        let words = text.replacing(")(", with: ") AND (").replacing(") (", with: ") AND (")
        comparisons = []
        for part in words.split(separator: " AND ") {
            guard let comparison = Self.comparison(part.filter { !"()\"".contains($0) }) else {
                throw .invalid("filter", text, "Invalid list filter expression.")
            }
            comparisons.append(comparison)
        }
        guard Set(comparisons.map(\.syntax)).count <= 1 else { throw .invalid("filter", text, "", rule: "GCE-034") }
    }

    private static func comparison(_ text: String) -> Comparison? {
        let operators: [(String, Bool, Syntax)] = [
            (" eq ", true, .pattern), (" ne ", false, .pattern), ("!=", false, .plain), ("=", true, .plain),
        ]
        for (word, wants, syntax) in operators {
            guard let place = text.firstRange(of: word) else { continue }
            let (field, value) = (text[..<place.lowerBound], text[place.upperBound...])
            return Comparison(
                field: field.filter { $0 != " " }, wants: wants, value: value.filter { $0 != " " }, syntax: syntax)
        }
        return nil
    }

    /// Whether every comparison holds for an item.
    func matches(_ item: some Listed) -> Bool {
        comparisons.allSatisfy { comparison in
            let isLabel = comparison.field.hasPrefix("labels.")
            let found =
                isLabel ? item.labels.values[String(comparison.field.dropFirst(7))] : item.fields[comparison.field]
            return Self.matches(found ?? "", comparison) == comparison.wants
        }
    }

    private static func matches(_ text: String, _ comparison: Comparison) -> Bool {
        guard comparison.syntax == .pattern else { return text == comparison.value }
        // What is no pattern is taken as it is written.
        guard let pattern = try? Regex(comparison.value) else { return text == comparison.value }
        return text.wholeMatch(of: pattern) != nil
    }
}

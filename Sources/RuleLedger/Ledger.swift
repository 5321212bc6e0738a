/// Every rule of every specification, with where it is enforced and which test proves it.
package struct Ledger: Hashable, Sendable {
    /// The rules in the order of their names.
    package private(set) var rules: [LedgerRule] = []
    /// Rules that code or a test names but no specification states, with where.
    package private(set) var unknown: [NamedTest] = []
    /// Names that stand in a specification more than once, with where.
    package private(set) var repeated: [NamedTest] = []

    /// Makes a ledger of rules that are known already.
    package init(rules: [LedgerRule]) { self.rules = rules.sorted { $0.id < $1.id } }

    /// Computes the ledger from the files of a package, given as paths inside it and their text.
    ///
    /// Specifications are the files `Sources/<Target>/**/Rules.md`. A rule is enforced by a mark in the Swift sources of the
    /// target that holds its specification, and proved by a test whose display name names it, in any test target.
    package init(files: [(path: String, text: String)]) {
        let files = files.sorted { $0.path < $1.path }
        var known: [String: LedgerRule] = [:]
        for file in files where file.path.hasPrefix("Sources/") && file.path.hasSuffix("/Rules.md") {
            for rule in RuleTable.rules(in: file.text, target: Self.target(of: file.path), path: file.path) {
                if known[rule.id] == nil {
                    known[rule.id] = rule
                } else {
                    repeated.append(NamedTest(name: rule.id, place: rule.place))
                }
            }
        }
        for file in files where file.path.hasSuffix(".swift") {
            if file.path.hasPrefix("Sources/") {
                for mark in RuleMarks.marks(in: file.text) {
                    let place = Place(path: file.path, line: mark.line)
                    if known[mark.id] == nil {
                        unknown.append(NamedTest(name: mark.id, place: place))
                    } else if known[mark.id]?.target == Self.target(of: file.path) {
                        known[mark.id]?.enforcedAt.append(place)
                    }
                }
            } else if file.path.hasPrefix("Tests/") {
                for name in TestNames.names(in: file.text) {
                    let place = Place(path: file.path, line: name.line)
                    for id in Set(RuleNames.hits(in: name.text).map(\.id)).sorted() {
                        if known[id] == nil { unknown.append(NamedTest(name: id, place: place)) }
                        known[id]?.tests.append(NamedTest(name: name.text, place: place))
                    }
                }
            }
        }
        rules = known.values.sorted { $0.id < $1.id }
    }

    /// How many of `rules` have come how far.
    package static func counts(of rules: [LedgerRule]) -> [LedgerRule.Status: Int] {
        rules.reduce(into: [:]) { $0[$1.status, default: 0] += 1 }
    }

    /// The targets that hold a specification, sorted.
    package var targets: [String] { Set(rules.map(\.target)).sorted() }

    private static func target(of path: String) -> String {
        let parts = path.split(separator: "/")
        return parts.count > 1 ? String(parts[1]) : ""
    }
}

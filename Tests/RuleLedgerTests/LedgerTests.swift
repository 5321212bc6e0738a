import RuleLedger
import Testing

@Suite("The rule ledger")
struct LedgerTests {
    private static let specification = """
        # Rules
        | id | rule | seen | source | conf |
        | --- | --- | --- | --- | --- |
        | ABC-001 | Enforced and tested. | `a \\| b` | page | D |
        | ABC-002 | Enforced. | - | page | I |
        | ABC-003 | Tested alone. | - | page | D |
        | ABC-004 | Marked in another target. | - | page | D |

        | verb | ABC-009 |
        | --- | --- |
        | id | rule |
        """
    private static let files = [
        (path: "Sources/Alpha/Rules.md", text: specification),
        (path: "Sources/Alpha/One.swift", text: "let a = F(rule: \"ABC-001\")\n\n/// Rule: ABC-002.\nlet b = 1"),
        (path: "Sources/Beta/Two.swift", text: "// Rule: ABC-004\n// Rule: ABC-077"),
        (path: "Tests/AlphaTests/T.swift", text: "@Test(\"ABC-001 and ABC-003: hold\")\nfunc f() {}"),
    ]

    @Test(
        "a rule is as far as its marks and its tests",
        arguments: [
            ("ABC-001", .tested), ("ABC-002", .enforced), ("ABC-003", .missing), ("ABC-004", .missing),
        ] as [(String, LedgerRule.Status)])
    func status(id: String, status: LedgerRule.Status) throws {
        let rule = try #require(Ledger(files: Self.files).rules.first { $0.id == id })
        #expect(rule.status == status)
    }

    @Test("a ledger says where a rule stands, where it is enforced and which test proves it")
    func places() throws {
        let ledger = Ledger(files: Self.files)
        let rule = try #require(ledger.rules.first)
        #expect(rule.place.description == "Sources/Alpha/Rules.md:4")
        #expect(rule.observable == "`a | b`")
        #expect(rule.enforcedAt.map(\.description) == ["Sources/Alpha/One.swift:1"])
        #expect(rule.tests.map(\.place.description) == ["Tests/AlphaTests/T.swift:1"])
        #expect(ledger.rules.map(\.id) == ["ABC-001", "ABC-002", "ABC-003", "ABC-004"])
        #expect(Ledger.counts(of: ledger.rules) == [.tested: 1, .enforced: 1, .missing: 2])
    }

    @Test("a name that no specification states is unknown, a name stated twice is repeated")
    func unknownAndRepeated() {
        let ledger = Ledger(files: Self.files + [(path: "Sources/Beta/Rules.md", text: Self.specification)])
        #expect(ledger.unknown.map(\.name) == ["ABC-077"])
        #expect(ledger.repeated.map(\.name) == ["ABC-001", "ABC-002", "ABC-003", "ABC-004"])
    }

    @Test("a ledger survives its way through the build unchanged")
    func lines() {
        let ledger = Ledger(files: Self.files.dropLast(0).filter { !$0.path.contains("Beta") })
        #expect(Ledger(lines: ledger.lines) == ledger)
        #expect(ledger.swiftSource.contains("let ledgerLines = #\"\"\"\nrule\tABC-001"))
    }

    @Test("quotation marks and backslashes in a rule cannot end the source that holds it")
    func hashes() {
        let text = "| id | rule |\n| --- | --- |\n| ABC-001 | odd \"\"\"# and \\#( |"
        let source = Ledger(files: [(path: "Sources/A/Rules.md", text: text)]).swiftSource
        #expect(source.contains("= ##\"\"\"\n"))
    }
}

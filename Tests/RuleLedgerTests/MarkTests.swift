import RuleLedger
import Testing

@Suite("Marks of rules in sources and tests")
struct MarkTests {
    @Test(
        "a mark counts where it is meant, and nowhere else",
        arguments: [
            (#"throw E(rule: "AWS-001")"#, ["AWS-001"]),
            ("throw E(\n    rule:\n        \"AWS-001\")", ["AWS-001"]),
            ("// Rule: AWS-001", ["AWS-001"]),
            ("/// Moves on. Rule: AWS-001, AWS-002 and AWS-003.", ["AWS-001", "AWS-002", "AWS-003"]),
            ("/* Rule:\n Rule: AWS-001 */", ["AWS-001"]),
            ("/// Rule: https://example.com/AWS-001", []),
            ("/// As AWS-001 says.", []),
            ("/// Rule: AWS-001 is not what AWS-002 says.", ["AWS-001"]),
            (#"let text = "Rule: AWS-001""#, []),
            (#"// throw E(rule: "AWS-001")"#, []),
            (#"f("AWS-001")"#, []),
            (#"f(overrule: "AWS-001")"#, []),
            (#"f(rule: "AWS-001 and more")"#, []),
            (#"f(rule: "AWS-0011")"#, []),
            (#"f("\(g(rule: "AWS-001"))")"#, ["AWS-001"]),
            (##"f(#"a "quoted" \(b)"#, rule: "AWS-001")"##, ["AWS-001"]),
            ("let s = \"\"\"\n  // Rule: AWS-001\n  \"\"\"\n// Rule: AWS-002", ["AWS-002"]),
        ] as [(String, [String])])
    func marks(source: String, ids: [String]) {
        #expect(RuleMarks.marks(in: source).map(\.id) == ids)
    }

    @Test("a mark knows its line")
    func lines() {
        #expect(RuleMarks.marks(in: "let a = \"\"\"\n\n\"\"\"\n/* \n\nRule: AWS-001 */").map(\.line) == [6])
        #expect(RuleMarks.marks(in: "f(\n  rule:\n  \"AWS-001\")").map(\.line) == [3])
    }

    @Test(
        "a test is known by its display name, unless it is switched off for good",
        arguments: [
            (#"@Test("AWS-001: a") func a() {}"#, ["AWS-001: a"]),
            ("@Test(\n    \"AWS-001: a\", arguments: [1, 2])", ["AWS-001: a"]),
            (#"@Test("AWS-001: a", .disabled("broken")) func a() {}"#, []),
            (#"@Test("AWS-001: a", .disabled()) func a() {}"#, []),
            (#"@Test("AWS-001: a", .disabled(if: isOld)) func a() {}"#, ["AWS-001: a"]),
            (#"@Test("a", arguments: [f("x")]) func a() { _ = b.disabled("no") }"#, ["a"]),
            (#"// @Test("AWS-001: a")"#, []),
            (#"@Suite("AWS-001: a") struct S {}"#, []),
            ("@Test func a() {}", []),
        ] as [(String, [String])])
    func tests(source: String, names: [String]) {
        #expect(TestNames.names(in: source).map(\.text) == names)
    }
}

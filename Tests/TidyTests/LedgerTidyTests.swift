import RuleLedger
import Testing

@Suite("The rules and their marks agree")
struct LedgerTidyTests {
    @Test("a rule that code or a test names stands in a specification")
    func known() {
        #expect(Package.ledger.unknown.map { "\($0.place) names \($0.name)" } == [])
    }

    @Test("a rule that an explanation names stands in a specification", arguments: explanations)
    func explained(file: SourceFile) throws {
        let named = Set(RuleNames.hits(in: file.text).map(\.id))
        try #require(!named.isEmpty)
        #expect(named.subtracting(Package.ledger.rules.map(\.id)).sorted() == [])
    }

    private static let explanations = Package.sources.filter {
        $0.path.contains("Explanation") && $0.target != "Reports"
    }
    .filter { !RuleNames.hits(in: $0.text).isEmpty }

    @Test("a specification states each rule once")
    func unique() {
        #expect(Package.ledger.repeated.map { "\($0.place) repeats \($0.name)" } == [])
    }

    @Test("a test proves nothing that no code enforces")
    func provenAndEnforced() {
        let unfounded = Package.ledger.rules.filter { $0.status == .missing && !$0.tests.isEmpty }
        #expect(unfounded.map { "\($0.id): \($0.tests.map(\.place))" } == [])
    }

    @Test(
        "every platform has a specification",
        arguments: ["EC2", "AzureCompute", "ComputeEngine", "HyperV", "VSphere", "LibvirtDriver", "SimulatedMachine"])
    func specifications(target: String) {
        #expect(Package.ledger.targets.contains(target))
    }

    @Test("the key of a source is explained where it is used", arguments: Package.ledger.rules.map(\.id))
    func sources(id: String) throws {
        let rule = try #require(Package.ledger.rules.first { $0.id == id })
        let keys = rule.source.replacing(#/https?:\/\/\S+/#, with: "").matches(
            of: #/\[[a-z][\w-]*\]|\b[A-Z]{1,6}[0-9]?:\w/#)
        #expect(keys.map(\.0) == [], "\(rule.place)")
    }

    @Test("a rule has a claim", arguments: Package.ledger.rules.map(\.id))
    func claims(id: String) throws {
        let rule = try #require(Package.ledger.rules.first { $0.id == id })
        #expect(!rule.claim.isEmpty, "\(rule.place)")
    }
}

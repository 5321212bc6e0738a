import RuleLedger
import Testing

@Suite("The rules and their marks agree")
struct LedgerTidyTests {
    @Test("a rule that code or a test names stands in a specification")
    func known() {
        #expect(Package.ledger.unknown.map { "\($0.place) names \($0.name)" } == [])
    }

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
        arguments: ["EC2", "ComputeEngine", "HyperV", "VSphere", "LibvirtDriver", "SimulatedMachine"])
    func specifications(target: String) {
        #expect(Package.ledger.targets.contains(target))
    }

    @Test("a rule has a claim", arguments: Package.ledger.rules.map(\.id))
    func claims(id: String) throws {
        let rule = try #require(Package.ledger.rules.first { $0.id == id })
        #expect(!rule.claim.isEmpty, "\(rule.place)")
    }
}

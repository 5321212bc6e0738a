import HyperV
import PlaneTesting
import Testing

@Suite("What every plane keeps")
struct ContractTests {
    @Test("the contract of all planes", arguments: PlaneContract<HyperV>.clauses)
    func keeps(clause: PlaneContract<HyperV>.Clause) throws {
        let findings = try clause.findings()
        #expect(findings == [])
    }
}

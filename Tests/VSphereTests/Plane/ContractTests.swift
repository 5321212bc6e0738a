import VSphere
import PlaneTesting
import Testing

@Suite("What every plane keeps")
struct ContractTests {
    @Test("the contract of all planes", arguments: PlaneContract<VSphere>.clauses)
    func keeps(clause: PlaneContract<VSphere>.Clause) throws {
        let findings = try clause.findings()
        #expect(findings == [])
    }
}

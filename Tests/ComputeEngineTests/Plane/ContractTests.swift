import ComputeEngine
import PlaneTesting
import Testing

@Suite("What every plane keeps")
struct ContractTests {
    @Test("the contract of all planes", arguments: PlaneContract<ComputeEngine>.clauses)
    func keeps(clause: PlaneContract<ComputeEngine>.Clause) throws {
        let findings = try clause.findings()
        #expect(findings == [])
    }
}

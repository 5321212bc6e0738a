import AzureCompute
import PlaneTesting
import Testing

@Suite("What every plane keeps")
struct ContractTests {
    @Test("the contract of all planes", arguments: PlaneContract<AzureCompute>.clauses)
    func keeps(clause: PlaneContract<AzureCompute>.Clause) throws {
        let findings = try clause.findings()
        #expect(findings == [])
    }
}

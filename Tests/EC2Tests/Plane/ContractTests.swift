import EC2
import PlaneTesting
import Testing

@Suite("What every plane keeps")
struct ContractTests {
    @Test("the contract of all planes", arguments: PlaneContract<EC2>.clauses)
    func keeps(clause: PlaneContract<EC2>.Clause) throws {
        let findings = try clause.findings()
        #expect(findings == [])
    }
}

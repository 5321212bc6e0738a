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

    @Test("CCI-007: a services box is restored to a new machine, where another appliance is taken back")
    func servicesBox() throws {
        let findings = try PlaneContract<ComputeEngine>.comesBackElsewhere()
        #expect(findings == [])
    }
}

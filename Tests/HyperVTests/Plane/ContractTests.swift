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

    @Test("CCI-007: a services box is restored to a new machine, where another appliance is taken back")
    func servicesBox() throws {
        let findings = try PlaneContract<HyperV>.comesBackElsewhere()
        #expect(findings == [])
    }
}

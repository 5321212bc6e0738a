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

    @Test("CCI-007: a services box is restored to a new machine, where another appliance is taken back")
    func servicesBox() throws {
        let findings = try PlaneContract<EC2>.comesBackElsewhere()
        #expect(findings == [])
    }
}

import Hypervisor
import LabCore
import Testing

@testable import ScenarioRunner

@Suite struct PlanTests {
    @Test(
        "what a machine is made of asks for capabilities",
        arguments: [
            ("{}", []), ("{database: external}", [.externalDatabase]), ("{replica: yes}", [.replica]),
            ("{address: ephemeral}", []), ("{address: reserved}", [.reservedAddress]),
        ] as [(String, [Capability])])
    func machine(machine: String, capabilities: [Capability]) throws {
        let scenario = try Scenario.of(["- write: 1"], more: "machine: \(machine)")
        #expect(Plan(fake: scenario).needs == [.generic] + capabilities)
    }

    @Test("a snapshot that is not waited for needs a platform with pending ones", arguments: [true, false])
    func pending(waits: Bool) throws {
        let scenario = try Scenario.of(["- snapshot: {name: a, wait: \(waits ? "yes" : "no")}"])
        #expect(Plan(fake: scenario).needs.contains(.pendingSnapshot) == !waits)
    }

    @Test("the words for a machine and its work reach the machine and the appliance")
    func words() throws {
        let scenario = try Scenario.of(
            [
                "- write: {records: 5, as: administrator}", "- apply-configuration", "- replication: off",
                "- upgrade: {to: \"3.14\", fails: {during: pre-check, how: declined}}",
                "- schedule-maintenance: {in: 30 min}", "- promote-replica", "- push-again", "- lose-key: 3",
            ], more: "appliance: github-enterprise-server\nmachine: {replica: yes, address: reserved}")
        #expect(scenario.machine.layout.replica)
        #expect(scenario.machine.reservesAddress)
        let commands: [ApplianceCommand] = scenario.steps.compactMap { step in
            if case .perform(let command) = step.verb { command } else { nil }
        }
        let no = UpgradeFailure(phase: .preCheck, cause: .declined)
        #expect(
            commands == [
                .writeAsAdministrator(records: 5), .applyConfiguration, .replication(false),
                .upgrade(version: "3.14", failure: no), .scheduleMaintenance(lead: .minutes(30)), .promoteReplica,
                .pushAgain, .loseKey(records: 3),
            ])
        #expect(
            commands.map(\.summary) == [
                "write 5 records as administrator", "apply the configuration", "replication off",
                "upgrade to 3.14, declined during pre-check 1", "schedule maintenance in 30 min", "promote the replica",
                "push again", "lose the key of 3 records",
            ])
    }

    @Test(
        "the data disk is of the type that is named for the platform, and of its usual one elsewhere",
        arguments: [
            ("{data-type: {azure: PremiumV2_LRS}}", Platform.azure, "PremiumV2_LRS"),
            ("{data-type: {azure: PremiumV2_LRS}}", .ec2, nil), ("{data-type: gp2}", .ec2, "gp2"), ("{}", .ec2, nil),
        ] as [(String, Platform, String?)])
    func dataType(machine: String, platform: Platform, type: String?) throws {
        let scenario = try Scenario.of(["- write: 1"], more: "machine: \(machine)")
        #expect(scenario.machine(on: platform).disks.map(\.type) == [nil, type])
        var interpreter = Interpreter(plan: Plan(scenario: scenario, platform: platform))
        let made = interpreter.next()
        #expect(made == .makeMachine(scenario.machine(on: platform)))
    }
}

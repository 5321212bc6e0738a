import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@Suite("Upgrades")
struct UpgradeTests {
    static let layouts: [(Appliance, MachineSpec.Layout)] = [
        (.generic, .init()), (.generic, .init(databaseLog: .root)), (.generic, .init(externalDatabase: true)),
        (.gitHubEnterpriseServer, .init()), (.gitHubEnterpriseServer, .init(databaseLog: .root)),
        (.circleCIServices, .init()), (.circleCIServices, .init(externalDatabase: true, remoteObjects: true)),
    ]

    static func prepared(_ appliance: Appliance, _ layout: MachineSpec.Layout) throws -> Bench {
        var bench = Bench(appliance, layout: layout)
        try bench.perform(.write(records: 40))
        bench.wait(.seconds(40))
        return bench
    }

    @Test("an upgrade that nothing disturbs succeeds", arguments: layouts)
    func succeeds(appliance: Appliance, layout: MachineSpec.Layout) throws {
        var bench = try Self.prepared(appliance, layout)
        let before = bench.facts
        let answer = try bench.perform(.upgrade(version: bench.spec.nextVersion, failure: nil))
        #expect(answer.succeeded, "\(answer.output)")
        #expect(answer.status?.isHealthy == true)
        #expect(answer.status?.version == bench.spec.nextVersion)
        let schema = ["generic": "2.0", "github-enterprise-server": "3.14", "circleci-services": "2.19"]
        #expect(answer.status?.schema == schema[appliance.rawValue])
        #expect(answer.status?.records == 40)
        #expect(bench.facts[.program] != before[.program])
        #expect(bench.facts[.configuration] != before[.configuration])
        #expect(bench.facts[.data] != before[.data])
        try bench.shutDown()
        bench.boot()
        #expect(bench.status?.isHealthy == true, "and so it stays after a boot")
        #expect(!(try bench.perform(.upgrade(version: bench.spec.nextVersion, failure: nil))).succeeded)
    }

    /// Every operation of every phase, as the plan counts them.
    static func failures(of appliance: Appliance, cause: UpgradeFailure.Cause) -> [UpgradeFailure] {
        let spec = MachineSpec.small(appliance)
        let plan = AppliancePlan(for: appliance)
        let steps = plan.upgrade(VersionNumber(spec.version), VersionNumber(spec.nextVersion), plan)
        return UpgradePhase.allCases.flatMap { phase in
            (0..<steps.count { $0.phase == phase }).map {
                UpgradeFailure(phase: phase, occurrence: $0 + 1, cause: cause)
            }
        }
    }

    /// What must be true after a failure at any operation, once the machine runs again.
    static func check(_ bench: Bench, after failure: UpgradeFailure, comment: Comment) throws {
        let (facts, spec) = (bench.facts, bench.spec)
        let plan = AppliancePlan(for: spec.appliance)
        #expect(facts[.fileSystem(.root)] != "corrupt", comment)
        #expect(facts[.database] != "corrupt", comment)
        #expect(facts[.records] == 40, comment)
        let version = try #require(bench.status?.version, comment)
        #expect([spec.version, spec.nextVersion].contains(version), comment)
        let (schema, wanted) = (bench.status?.schema, plan.schema(for: version))
        if bench.status?.isHealthy == true { #expect(schema == wanted, comment) }
        if schema != wanted { #expect(bench.status?.trouble?.isEmpty == false, comment) }
        let migrated = UpgradePhase.allCases.drop { $0 != .migrate }.dropFirst().contains(failure.phase)
        if migrated { #expect(schema == plan.schema(for: spec.nextVersion), comment) }
        if failure.phase == .migrate, failure.occurrence > 1, failure.cause != .powerLoss || failure.occurrence < 3 {
            #expect(schema == "mixed", comment)
            #expect(bench.status?.trouble == "schema mixed, want \(plan.schema(for: version))", comment)
        }
    }

    @Test("after power loss at any operation a boot reads no torn data, and says what is wrong", arguments: layouts)
    func powerLoss(appliance: Appliance, layout: MachineSpec.Layout) throws {
        let start = try Self.prepared(appliance, layout)
        for failure in Self.failures(of: appliance, cause: .powerLoss) {
            var bench = start
            let answer = try bench.perform(.upgrade(version: bench.spec.nextVersion, failure: failure))
            #expect(!answer.succeeded)
            #expect(answer.status == nil)
            #expect(bench.machine.power == .off)
            let comment: Comment = "\(appliance) \(failure.phase) \(failure.occurrence): \(answer.output.last ?? "")"
            let off = bench.facts
            bench.boot()
            try Self.check(bench, after: failure, comment: comment)
            for fact in [Fact.program, .version, .schema, .data, .configuration, .looseFiles, .maintenance] {
                #expect(off[fact] == bench.facts[fact], "the disks said so before the boot: \(fact)")
            }
        }
    }

    @Test(
        "an operation that fails stops the upgrade where it is", arguments: layouts,
        [UpgradeFailure.Cause.error, .diskFull])
    func stops(layout: (Appliance, MachineSpec.Layout), cause: UpgradeFailure.Cause) throws {
        let (appliance, layout) = layout
        let start = try Self.prepared(appliance, layout)
        for failure in Self.failures(of: appliance, cause: cause) {
            var bench = start
            let answer = try bench.perform(.upgrade(version: bench.spec.nextVersion, failure: failure))
            let comment: Comment = "\(appliance) \(failure.phase) \(failure.occurrence): \(answer.output.last ?? "")"
            #expect(!answer.succeeded, comment)
            #expect(bench.machine.power == .on, comment)
            if cause == .diskFull { #expect(answer.output.last?.contains("No space left") == true, comment) }
            if failure.phase == .preCheck {
                #expect(answer.status?.isHealthy == true, "a failed check changes nothing")
                #expect(bench.facts == start.facts)
            }
            if failure.phase == .unpack {
                #expect(answer.status?.isHealthy == false, "the service was stopped, and nothing starts it again")
            }
            try Self.check(bench, after: failure, comment: comment)
            bench.cut()
            bench.boot()
            #expect(bench.facts[.database] != "corrupt", comment)
            #expect(bench.facts[.records] == 40, comment)
        }
    }

    @Test("a disk that fills up while unpacking is taken back, but the service stays down")
    func fullWhileUnpacking() throws {
        var bench = try Self.prepared(.generic, .init())
        let before = bench.facts
        try bench.perform(.fillDisk(.root, leaving: .kibibytes(60)))
        let answer = try bench.perform(.upgrade(version: "2.0", failure: nil))
        #expect(answer.output.last?.contains("No space left on device") == true)
        #expect(answer.status?.isHealthy == false)
        for fact in [Fact.program, .version, .schema, .data, .configuration] {
            #expect(bench.facts[fact] == before[fact])
        }
        #expect(try bench.perform(.startService).succeeded)
    }

    @Test("a migration that is run again finds its own work: without notes it fails, with notes it goes on")
    func again() throws {
        for (appliance, succeeds) in [(Appliance.generic, false), (.gitHubEnterpriseServer, true)] {
            var bench = try Self.prepared(appliance, .init())
            let failure = UpgradeFailure(phase: .migrate, occurrence: 2, cause: .error)
            try bench.perform(.upgrade(version: bench.spec.nextVersion, failure: failure))
            #expect(!(try bench.perform(.startService)).succeeded)
            let answer = try bench.perform(.upgrade(version: bench.spec.nextVersion, failure: nil))
            #expect(answer.succeeded == succeeds, "\(answer.output)")
            if !succeeds {
                #expect(answer.output.last == "migrate: migrate table accounts: table accounts has schema 2.0 already")
            }
        }
    }

    @Test("power loss while files are put in place leaves a half-installed package")
    func halfInstalled() throws {
        var seen: Set<String> = []
        for seed in 1...12 {
            var bench = Bench(.generic, seed: UInt64(seed))
            let failure = UpgradeFailure(phase: .unpack, occurrence: 8, cause: .powerLoss)
            try bench.perform(.upgrade(version: "2.0", failure: failure))
            bench.boot()
            seen.insert(bench.status?.trouble ?? "healthy")
        }
        #expect(seen == ["package 2.0 is half-installed"])
    }
}

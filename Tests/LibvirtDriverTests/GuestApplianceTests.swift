import Foundation
import Hypervisor
import LabCore
import Synchronization
import Testing

@testable import LibvirtDriver

@Suite("The hand on the appliance in a real guest") struct GuestApplianceTests {
    @Test(
        "each command reaches the guest in words",
        arguments: [
            (.write(records: 500), ["write", "500"]), (.writeLooseFiles(20), ["loose", "20"]),
            (.openTransaction(records: 10), ["open", "10"]), (.startJobs(3), ["jobs", "3", "10"]),
            (.drainJobs(limit: .minutes(10)), ["drain", "600"]), (.maintenance(true), ["maintenance", "on"]),
            (.maintenance(false), ["maintenance", "off"]), (.startService, ["start"]), (.stopService, ["stop"]),
            (.flush, ["flush"]), (.fillDisk(.data, leaving: .mebibytes(1)), ["fill", "data", "1048576"]),
            (.writeAsAdministrator(records: 5), ["write-admin", "5"]), (.applyConfiguration, ["apply"]),
            (.replication(false), ["replication", "off"]), (.correctAddresses, ["address", "10.0.2.15"]),
            (.deleteStuckJobs, ["delete-stuck"]), (.status, ["status"]),
        ] as [(ApplianceCommand, [String])])
    func words(command: ApplianceCommand, words: [String]) {
        #expect(GuestAppliance.words(of: command, address: "10.0.2.15") == words)
    }

    @Test(
        "a planned failure names an operation that the phase has",
        arguments: [
            (UpgradeFailure(phase: .migrate, occurrence: 2, cause: .error), ["migrate", "2", "error"]),
            (UpgradeFailure(phase: .migrate, occurrence: 9, cause: .powerLoss), ["migrate", "3", "power-loss"]),
            (UpgradeFailure(phase: .unpack, occurrence: 0, cause: .diskFull), ["unpack", "1", "disk-full"]),
            (UpgradeFailure(phase: .healthCheck, occurrence: 2, cause: .error), ["health-check", "1", "error"]),
        ])
    func plan(failure: UpgradeFailure, words: [String]) {
        #expect(GuestAppliance.plan(of: failure) == words)
    }

    @Test("what the guest says becomes the answer, with the status") func answer() async throws {
        let guest = Guest(
            #"{"output":["3 jobs run"],"status":{"inMaintenance":false,"isHealthy":false,"jobs":3,"records":5,"#
                + #""schema":"3.13","stuckJobs":1,"trouble":"stopped","version":"3.13"},"succeeded":true}"#)
        let answer = try await guest.appliance.perform(.startJobs(3), address: "")
        let status = ApplianceStatus(
            isHealthy: false, trouble: "stopped", version: "3.13", schema: "3.13", jobs: 3, stuckJobs: 1, records: 5)
        #expect(answer == ApplianceAnswer(succeeded: true, output: ["3 jobs run"], status: status))
        #expect(guest.asked == [["jobs", "3", "10"]])
    }

    @Test("an appliance that says no refuses, and names its rule") func refusal() async throws {
        let guest = Guest(#"{"refused":"the intake is stopped, no writes","rule":"X-1"}"#, exitCode: 65)
        let refusal = Refusal(
            .refused, code: "ApplianceRefused", message: "the intake is stopped, no writes",
            rule: RuleID(rawValue: "X-1"))
        await #expect(throws: refusal) { try await guest.appliance.perform(.write(records: 1), address: "") }
    }

    @Test(
        "a guest that says nothing sensible has failed, and is quoted",
        arguments: [
            ("", Int?.none, "'status' in the guest ended with a signal: out of memory"),
            (
                "appliance: unknown", 64,
                "'status' in the guest ended with exit code 64: appliance: unknown out of memory"
            ),
        ])
    func silence(output: String, code: Int?, sentence: String) async throws {
        let guest = Guest(output, exitCode: code, errorOutput: "out of memory")
        let refusal = Refusal(.failed, code: "ApplianceSilent", message: sentence)
        await #expect(throws: refusal) { try await guest.appliance.perform(.status, address: "") }
    }

    @Test(
        "the power is cut when the upgrade stands still at the planned operation, and only then", arguments: [0, 1, 75])
    func powerLoss(exitCode: Int) async throws {
        let guest = Guest(#"{"output":["migrate: add a column"],"succeeded":false}"#, exitCode: exitCode)
        let failure = UpgradeFailure(phase: .migrate, occurrence: 2, cause: .powerLoss)
        let answer = try await guest.appliance.perform(.upgrade(version: "3.14", failure: failure), address: "")
        #expect(answer == ApplianceAnswer(succeeded: false, output: ["migrate: add a column"]))
        #expect(guest.cuts == (exitCode == 75 ? 1 : 0))
        #expect(guest.asked == [["upgrade", "3.14", "migrate", "2", "power-loss", "-"]])
        #expect(guest.sentBytes > 10_000, "the package is sent along")
    }

    @Test("facts arrive in the lab's own words") func facts() async throws {
        let guest = Guest(
            #"{"version":"1.0","records":12,"maintenance":true,"data":{"unreadable":"there is no database"},"#
                + #""file-system.data":"replayed","open-records":0}"#)
        let facts = try await guest.appliance.facts()
        #expect(
            facts == [
                .version: "1.0", .records: 12, .maintenance: true, .data: .unreadable("there is no database"),
                .fileSystem(.data): "replayed", .openRecords: 0,
            ])
    }
}

/// A guest that gives one answer to everything, and remembers what it was asked.
private final class Guest: Sendable {
    private let reply: GuestExecResult
    private let log = Mutex<(programs: [GuestProgram], cuts: Int)>(([], 0))

    init(_ output: String, exitCode: Int? = 0, errorOutput: String = "") {
        reply = GuestExecResult(exitCode: exitCode, output: output, errorOutput: errorOutput)
    }

    var asked: [[String]] { log.withLock { $0.programs.map(\.arguments) } }
    var sentBytes: Int { log.withLock { $0.programs.reduce(0) { $0 + $1.input.count } } }
    var cuts: Int { log.withLock { $0.cuts } }

    var appliance: GuestAppliance {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("belay-test-packages").path
        return GuestAppliance(images: GuestImages(folder: folder)) { [self] program throws(Refusal) in
            log.withLock { $0.programs.append(program) }
            return reply
        } cutPower: { [self] () throws(Refusal) in
            log.withLock { $0.cuts += 1 }
        }
    }
}

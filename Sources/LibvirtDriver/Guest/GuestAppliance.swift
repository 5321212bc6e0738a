internal import Foundation
package import Hypervisor
internal import LabCore

/// The appliance in a guest, worked through the guest's agent; it answers as the simulated one does.
package struct GuestAppliance: Sendable {
    /// Runs a program in the guest and waits for its end.
    package typealias Exec = @Sendable (GuestProgram) async throws(Refusal) -> GuestExecResult
    /// Cuts the machine's power at once, as a power failure does.
    package typealias CutPower = @Sendable () async throws(Refusal) -> Void

    /// How long a background job of the real appliance runs; the simulated one's two minutes would be waited for.
    package static let jobDuration = Duration.seconds(10)

    let images: GuestImages
    let exec: Exec
    let cutPower: CutPower

    /// Makes a hand on the appliance of one machine.
    ///
    /// - Parameters:
    ///   - images: makes the packages of upgrades.
    ///   - exec: runs a program in the guest; refuses when the agent does not answer or the machine is not on.
    ///   - cutPower: cuts the machine's power when an upgrade has reached the operation at which it is to fail so.
    package init(images: GuestImages, exec: @escaping Exec, cutPower: @escaping CutPower) {
        self.images = images
        self.exec = exec
        self.cutPower = cutPower
    }

    /// Waits until the appliance has come up or has given up, from the moment the agent answers.
    package func waitUntilStarted() async throws(Refusal) -> ApplianceStatus {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(120)
        while true {
            // A command that comes before the appliance has decided waits in the guest; only its keeper must be there.
            let result = try await exec(Self.program(["status"]))
            if result.exitCode != Code.noKeeper, let status = try Reply(result, to: "status").answer().status {
                return status
            }
            guard clock.now < end else {
                throw Refusal(
                    .failed, code: "ApplianceSilent", message: "the appliance did not come up: \(result.errorOutput)")
            }
            do { try await Task.sleep(for: .milliseconds(50)) } catch {
                throw Refusal(.lab, code: "Cancelled", message: "cancelled while waiting for the appliance")
            }
        }
    }

    /// Has the appliance do something, and waits for its answer.
    ///
    /// - Parameters:
    ///   - command: what it is to do.
    ///   - address: the machine's present address inside the network, for ``ApplianceCommand/correctAddresses``.
    /// - Throws: a refusal when the appliance says no and nothing was changed, or when the guest does not answer.
    /// - Returns: what it said, and how it is now; no status when the power was cut.
    package func perform(_ command: ApplianceCommand, address: String) async throws(Refusal) -> ApplianceAnswer {
        if case .upgrade(let version, let failure) = command {
            return try await upgrade(to: version, failure: failure)
        }
        let words = Self.words(of: command, address: address)
        let result = try await exec(Self.program(words, limit: Self.limit(of: command)))
        return try Reply(result, to: words[0]).answer()
    }

    /// The facts that a running guest tells: all contents, with clean caches dropped first so that they are read from the
    /// disks, how disks and database came up, and what is in memory.
    package func facts() async throws(Refusal) -> Facts {
        let result = try await exec(Self.program(["facts"]))
        guard result.exitCode == 0 else { throw Reply.unreadable(result, to: "facts") }
        do {
            return try JSONDecoder().decode(Facts.self, from: Data(result.output.utf8))
        } catch {
            throw Reply.unreadable(result, to: "facts")
        }
    }

    /// The package is sent along with the command, as an administrator uploads it.
    private func upgrade(to version: String, failure: UpgradeFailure?) async throws(Refusal) -> ApplianceAnswer {
        let package = try Files.read(try await images.package(version: version))
        let plan = failure.map { Self.plan(of: $0) } ?? []
        let program = Self.program(
            ["upgrade", version] + plan + ["-"], input: [UInt8](package), limit: .seconds(300))
        let result = try await exec(program)
        let reply = try Reply(result, to: "upgrade")
        if result.exitCode == Code.standsStill { try await cutPower() }
        return try reply.answer()
    }
}

extension GuestAppliance {
    /// What the guest's program exits with besides 0 for done and 1 for not done.
    enum Code {
        /// The appliance said no.
        static let refused = 65
        /// The keeper, to which commands are handed, is not there or not there yet.
        static let noKeeper = 69
        /// The upgrade has reached the operation over which the power is to fail, and waits for that.
        static let standsStill = 75
    }

    /// How many operations each phase of a real upgrade has; a phase with none, which the migration is between patches,
    /// hands on to the next.
    static let operations: [UpgradePhase: Int] = [
        .preCheck: 2, .stop: 1, .unpack: 8, .configure: 2, .migrate: 3, .start: 1, .healthCheck: 1,
    ]

    /// The words by which the guest is told where and how an upgrade is to fail.
    static func plan(of failure: UpgradeFailure) -> [String] {
        let occurrence = min(max(failure.occurrence, 1), operations[failure.phase] ?? 1)
        return [failure.phase.rawValue, String(occurrence), failure.cause.rawValue]
    }

    static func program(
        _ words: [String], input: [UInt8] = [], limit: Duration = .seconds(60)
    ) -> GuestProgram {
        GuestProgram("/usr/lib/belay/appliance", words, input: input, limit: limit)
    }

    /// The words of a command; an upgrade has its own way.
    static func words(of command: ApplianceCommand, address: String) -> [String] {
        switch command {
        case .write(let count): ["write", String(count)]
        case .writeAsAdministrator(let count): ["write-admin", String(count)]
        case .writeLooseFiles(let count): ["loose", String(count)]
        case .openTransaction(let count): ["open", String(count)]
        case .startJobs(let count): ["jobs", String(count), String(jobDuration.components.seconds)]
        case .drainJobs(let limit): ["drain", String(limit.components.seconds)]
        case .maintenance(let isOn): ["maintenance", isOn ? "on" : "off"]
        case .upgrade(let version, _): ["upgrade", version]
        case .startService: ["start"]
        case .stopService: ["stop"]
        case .flush: ["flush"]
        case .fillDisk(let role, let leaving): ["fill", role.rawValue, String(leaving.bytes)]
        case .applyConfiguration: ["apply"]
        case .replication(let isOn): ["replication", isOn ? "on" : "off"]
        case .scheduleMaintenance(let lead): ["maintenance-in", String(lead.components.seconds)]
        case .promoteReplica: ["promote"]
        case .pushAgain: ["push-again"]
        case .loseKey(let count): ["lose-key", String(count)]
        case .correctAddresses: ["address", address]
        case .deleteStuckJobs: ["delete-stuck"]
        case .status: ["status"]
        }
    }

    /// How long a command may take on an emulated processor.
    static func limit(of command: ApplianceCommand) -> Duration {
        switch command {
        case .write(let count), .writeAsAdministrator(let count), .openTransaction(let count):
            .seconds(60) + .milliseconds(50) * count
        case .writeLooseFiles(let count): .seconds(60) + .milliseconds(50) * count
        case .drainJobs(let limit): limit + .seconds(60)
        default: .seconds(120)
        }
    }
}

extension GuestAppliance {
    /// What the guest's program wrote.
    struct Reply: Decodable {
        private var refused: String?
        private var rule: String?
        private var succeeded: Bool?
        private var output: [String]?
        private var status: ApplianceStatus?

        init(_ result: GuestExecResult, to word: String) throws(Refusal) {
            do {
                self = try JSONDecoder().decode(Reply.self, from: Data(result.output.utf8))
            } catch {
                throw Reply.unreadable(result, to: word)
            }
        }

        /// The answer in it; throws when the appliance said no.
        func answer() throws(Refusal) -> ApplianceAnswer {
            if let refused {
                throw Refusal(
                    .refused, code: "ApplianceRefused", message: refused, rule: rule.map { RuleID(rawValue: $0) })
            }
            return ApplianceAnswer(succeeded: succeeded ?? false, output: output ?? [], status: status)
        }

        static func unreadable(_ result: GuestExecResult, to word: String) -> Refusal {
            let said = (result.output + " " + result.errorOutput).trimmingCharacters(in: .whitespacesAndNewlines)
            let code = result.exitCode.map { "exit code \($0)" } ?? "a signal"
            return Refusal(
                .failed, code: "ApplianceSilent", message: "'\(word)' in the guest ended with \(code): \(said)")
        }
    }
}

package import Hypervisor
import LabCore

/// One step of a scenario.
package struct Step: Hashable, Sendable {
    /// Where it stands.
    package var position: SourcePosition
    /// What is done.
    package var verb: Verb
    /// When it is done; nothing for always.
    package var condition: Condition?
    /// How it must be refused; nothing when it must not.
    package var refusal: ExpectedRefusal?
    /// How work in the guest is to end.
    package var ending: Ending

    /// The things that can be done.
    package indirect enum Verb: Hashable, Sendable {
        case perform(ApplianceCommand)
        case takeSnapshot(SnapshotRequest, method: PerPlatform<String>?)
        case setPower(PowerAction)
        case wait(Duration)
        case inject(Fault, PlatformWords)
        case expect([Expectation])
        case revert(snapshot: String, disks: [DiskRole]?, method: PerPlatform<String>?)
        case deleteSnapshot(String)
        case note(String)
        case attempt(body: [Step], handler: [Step], cleanup: [Step])
        case repetition(times: Int, [Step])
    }

    /// The words of a fault that can differ from platform to platform.
    package struct PlatformWords: Hashable, Sendable {
        package var verb: PerPlatform<String>?
        package var code: PerPlatform<String>?
    }

    /// When a step is done; all that is given must hold.
    package struct Condition: Hashable, Sendable {
        package var platforms: [Platform]?
        package var excludedPlatforms: [Platform]
        package var capabilities: [Capability]
        package var lacking: [Capability]

        /// Why the step is not done; nothing when it is.
        package func reasonAgainst(_ platform: Platform, has: (Capability) -> Bool) -> String? {
            if platforms?.contains(platform) == false || excludedPlatforms.contains(platform) {
                return "not on \(platform)"
            }
            if let missing = capabilities.first(where: { !has($0) }) { return "\(platform) has no \(missing.rawValue)" }
            return lacking.first(where: has).map { "\(platform) has \($0.rawValue)" }
        }
    }

    /// How work in the guest is to end.
    package enum Ending: String, Hashable, Sendable, Codable {
        case well, badly, any
    }

    /// How a step must be refused.
    package struct ExpectedRefusal: Hashable, Sendable {
        package var code: PerPlatform<String>?
        package var rule: PerPlatform<String>?
        package var because: PerPlatform<String>?
        package var kind: Refusal.Kind?
        /// Whether no fact of the machine may change.
        package var leavesNothing: Bool
    }
}

extension Step {
    /// The step in a few words, for progress lines and reports.
    package var summary: String { verb.summary }
}

extension Step.Verb {
    /// The verb with its most important argument.
    package var summary: String {
        switch self {
        case .perform(let command): command.summary
        case .takeSnapshot(let request, _): "snapshot '\(request.name)'"
        case .setPower(let action): "power \(action.rawValue)"
        case .wait(let duration): "wait \(duration.inWords)"
        case .inject(let fault, _): "fault: \(fault.summary)"
        case .expect: "expect"
        case .revert(let name, _, _): "revert to '\(name)'"
        case .deleteSnapshot(let name): "delete snapshot '\(name)'"
        case .note(let name): "note '\(name)'"
        case .attempt: "try"
        case .repetition(let times, _): "repeat \(times) times"
        }
    }
}

extension ApplianceCommand {
    /// The command in a few words.
    package var summary: String {
        switch self {
        case .write(let records): "write \(records) records"
        case .writeAsAdministrator(let records): "write \(records) records as administrator"
        case .writeLooseFiles(let count): "write \(count) loose files"
        case .openTransaction(let records): "open a transaction of \(records) records"
        case .startJobs(let count): "start \(count) jobs"
        case .drainJobs(let limit): "drain jobs within \(limit.inWords)"
        case .maintenance(let isOn): "maintenance \(isOn ? "on" : "off")"
        case .scheduleMaintenance(let lead): "schedule maintenance in \(lead.inWords)"
        case .promoteReplica: "promote the replica"
        case .pushAgain: "push again"
        case .loseKey(let records): "lose the key of \(records) records"
        case .upgrade(let version, let failure):
            "upgrade to \(version)"
                + (failure.map { ", \($0.cause.rawValue) during \($0.phase.rawValue) \($0.occurrence)" } ?? "")
        case .startService: "start the service"
        case .stopService: "stop the service"
        case .flush: "flush caches"
        case .fillDisk(let role, let leaving): "fill the \(role.rawValue) disk, leaving \(leaving)"
        case .applyConfiguration: "apply the configuration"
        case .replication(let isOn): "replication \(isOn ? "on" : "off")"
        case .correctAddresses: "correct addresses"
        case .deleteStuckJobs: "delete stuck jobs"
        case .status: "read the status"
        }
    }
}

extension Fault {
    /// The fault in a few words.
    package var summary: String {
        switch self {
        case .call(let verb, let occurrence, let effect):
            switch effect {
            case .refuse(let code): "refuse \(verb) (call \(occurrence))\(code.map { " with \($0)" } ?? "")"
            case .throttle: "throttle \(verb) (call \(occurrence))"
            case .delay(let duration): "delay \(verb) (call \(occurrence)) by \(duration.inWords)"
            case .loseReply: "lose the reply of \(verb) (call \(occurrence))"
            }
        case .snapshotEndsInError: "the next snapshot ends in error"
        case .agentHangs: "the guest's agent hangs"
        case .quiesceRefused: "the guest refuses to freeze"
        }
    }
}

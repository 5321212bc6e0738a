import Hypervisor
import LabCore

/// Makes steps of nodes that fit the vocabulary; what does not fit is left out, since the checker has said so.
enum StepDecoder {
    /// The steps of a list.
    static func steps(_ node: SourceNode?) -> [Step] { (node?.items ?? []).compactMap(step) }

    private static func step(_ node: SourceNode) -> Step? {
        guard let verb = verb(node) else { return nil }
        var ending = node["ends"]?.text.flatMap(Step.Ending.init(rawValue:))
        if case .perform(.upgrade(_, .some)) = verb, ending == nil { ending = .badly }
        return Step(
            position: node.position, verb: verb, condition: node["when"].map(condition),
            refusal: node["refused"].map(refusal), ending: ending ?? .well)
    }

    private static func verb(_ node: SourceNode) -> Step.Verb? {
        if let word = node.text { return work(word, node).map { .perform($0) } }
        for entry in node.entries {
            if let command = work(entry.key, entry.value) { return .perform(command) }
            if let verb = verb(entry.key, entry.value, beside: node) { return verb }
        }
        return nil
    }

    /// A command for the appliance.
    private static func work(_ key: String, _ value: SourceNode) -> ApplianceCommand? {
        switch key {
        case "write":
            (value["records"] ?? value).integer.map {
                value["as"]?.text == "administrator" ? .writeAsAdministrator(records: $0) : .write(records: $0)
            }
        case "loose-files": value.integer.map { .writeLooseFiles($0) }
        case "open-transaction": (value["records"] ?? value).integer.map { .openTransaction(records: $0) }
        case "start-jobs": value.integer.map { .startJobs($0) }
        case "drain-jobs": (value["within"] ?? value).duration.map { .drainJobs(limit: $0) }
        case "maintenance": value.flag.map { .maintenance($0) }
        case "upgrade": value["to"]?.text.map { .upgrade(version: $0, failure: value["fails"].flatMap(failure)) }
        case "start-service": .startService
        case "stop-service": .stopService
        case "flush": .flush
        case "fill-disk":
            value["disk"]?.roles.first.map { .fillDisk($0, leaving: value["leaving"]?.byteCount ?? .zero) }
        case "apply-configuration": .applyConfiguration
        case "replication": value.flag.map { .replication($0) }
        case "schedule-maintenance": (value["in"] ?? value).duration.map { .scheduleMaintenance(lead: $0) }
        case "promote-replica": .promoteReplica
        case "push-again": .pushAgain
        case "lose-key": (value["records"] ?? value).integer.map { .loseKey(records: $0) }
        case "correct-addresses": .correctAddresses
        case "delete-stuck-jobs": .deleteStuckJobs
        default: nil
        }
    }

    private static func verb(_ key: String, _ value: SourceNode, beside node: SourceNode) -> Step.Verb? {
        switch key {
        case "snapshot": snapshot(value)
        case "power": value.text.flatMap(PowerAction.init(rawValue:)).map { .setPower($0) }
        case "wait": value.duration.map { .wait($0) }
        case "fault": fault(value)
        case "expect": .expect(ExpectationDecoder.expectations(value))
        case "revert":
            (value["to"] ?? value).text.map {
                .revert(snapshot: $0, disks: value["disks"]?.roles, method: value["method"]?.perPlatform(\.text))
            }
        case "delete-snapshot": value.text.map { .deleteSnapshot($0) }
        case "note": value.text.map { .note($0) }
        case "try": .attempt(body: steps(value), handler: steps(node["catch"]), cleanup: steps(node["finally"]))
        case "repeat": value["times"]?.integer.map { .repetition(times: $0, steps(value["steps"])) }
        default: nil
        }
    }

    private static func failure(_ node: SourceNode) -> UpgradeFailure? {
        guard let phase = node["during"]?.text.flatMap(UpgradePhase.init(rawValue:)),
            let cause = node["how"]?.text.flatMap(UpgradeFailure.Cause.init(rawValue:))
        else { return nil }
        return UpgradeFailure(phase: phase, occurrence: node["at"]?.integer ?? 1, cause: cause)
    }

    private static func snapshot(_ node: SourceNode) -> Step.Verb? {
        guard let name = node["name"]?.text else { return nil }
        let disks = node["disks"]?.roles
        let scope: SnapshotRequest.Scope =
            disks.map { .disks($0) } ?? node["in-succession"].map { .disksInSuccession($0.roles) } ?? .machine
        let quiesce = node["quiesce"]?.text.flatMap(SnapshotRequest.Quiesce.init(rawValue:))
        let request = SnapshotRequest(
            name: name, scope: scope, memory: node["memory"]?.flag ?? false, quiesce: quiesce ?? .off,
            waits: node["wait"]?.flag ?? true)
        return .takeSnapshot(request, method: node["method"]?.perPlatform(\.text))
    }

    private static func fault(_ node: SourceNode) -> Step.Verb? {
        let noWords = Step.PlatformWords(verb: nil, code: nil)
        switch node.text {
        case "snapshot-ends-in-error": return .inject(.snapshotEndsInError, noWords)
        case "agent-hangs": return .inject(.agentHangs, noWords)
        case "quiesce-refused": return .inject(.quiesceRefused, noWords)
        default: break
        }
        guard let verb = node["call"]?.perPlatform(\.text) else { return nil }
        let effect: Fault.CallEffect? =
            switch node["effect"]?.text {
            case "refuse": .refuse(code: nil)
            case "throttle": .throttle
            case "delay": .delay(node["by"]?.duration ?? .seconds(30))
            case "lose-reply": .loseReply
            default: nil
            }
        return effect.map {
            let fault = Fault.call(verb: "*", occurrence: node["occurrence"]?.integer ?? 1, effect: $0)
            return .inject(fault, Step.PlatformWords(verb: verb, code: node["code"]?.perPlatform(\.text)))
        }
    }

    private static func condition(_ node: SourceNode) -> Step.Condition {
        Step.Condition(
            platforms: node["platform"]?.platforms, excludedPlatforms: node["not-platform"]?.platforms ?? [],
            capabilities: node["capability"]?.capabilities ?? [], lacking: node["lacks"]?.capabilities ?? [])
    }

    private static func refusal(_ node: SourceNode) -> Step.ExpectedRefusal {
        Step.ExpectedRefusal(
            code: node["code"]?.perPlatform(\.text), rule: node["rule"]?.perPlatform(\.text),
            because: node["because"]?.perPlatform(\.text),
            kind: node["kind"]?.text.flatMap(Refusal.Kind.init(rawValue:)),
            leavesNothing: node["leaves"]?.text != "anything")
    }
}

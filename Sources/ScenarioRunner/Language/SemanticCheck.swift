import Hypervisor
import LabCore

/// Finds what is wrong with a scenario although each of its parts is well written.
///
/// A scenario is walked once for each platform it is about, with all capabilities and with none, as its guards direct.
struct SemanticCheck {
    private let scenario: Scenario
    private let snapshotNames: [String]
    private var diagnostics: [Diagnostic] = []
    private var reached: Set<SourcePosition> = []
    /// Where names are used before they stand for anything, and on which platforms.
    private var earlyUses: [EarlyUse: Set<Platform>] = [:]

    private struct EarlyUse: Hashable {
        var position: SourcePosition
        var name: String
        var kind: String
    }

    /// What is wrong with a scenario.
    static func diagnostics(of scenario: Scenario, in root: SourceNode) -> [Diagnostic] {
        var check = SemanticCheck(scenario: scenario)
        check.checkPlatforms(root)
        check.checkSelections(root)
        check.checkMachine(root)
        for platform in Vocabulary.platforms where scenario.concerns(platform) {
            for hasAll in [true, false] { check.walk(on: platform, hasAll: hasAll) }
        }
        check.reportEarlyUses()
        check.checkReached(scenario.steps)
        check.checkEnd(root)
        return check.diagnostics
    }

    private init(scenario: Scenario) {
        self.scenario = scenario
        snapshotNames = scenario.steps.allSteps.compactMap(\.verb.nameOfMoment)
    }

    private mutating func report(_ position: SourcePosition, _ found: String, _ advice: String) {
        diagnostics.append(Diagnostic(position, found, advice: advice))
    }

    // MARK: Platforms

    private mutating func checkPlatforms(_ root: SourceNode) {
        guard !Vocabulary.platforms.contains(where: scenario.concerns) else { return }
        let position = (root["except"] ?? root["platforms"] ?? root).position
        report(
            position, "the scenario leaves no platform to run on", "name a platform that 'except' does not take away")
    }

    /// Scopes, methods and keys that exclude each other, and modifiers that mean nothing where they stand.
    private mutating func checkSelections(_ root: SourceNode) {
        for node in root.stepNodes {
            if let snapshot = node["snapshot"] {
                let chosen = snapshot.entries.filter { ["scope", "disks", "in-succession"].contains($0.key) }
                if let second = chosen.dropFirst().first {
                    report(
                        second.position, "'\(chosen[0].key)' and '\(second.key)' contradict each other",
                        "keep the one that is meant")
                }
                if snapshot["memory"]?.flag == true, let other = chosen.first(where: { $0.key != "scope" }) {
                    report(other.position, "memory is asked for with single disks", "memory goes with 'scope: machine'")
                }
            }
            for key in ["catch", "finally"] where node["try"] == nil {
                if let value = node[key] {
                    report(value.position, "'\(key)' stands without 'try'", "put it beside a 'try'")
                }
            }
            if let attempt = node["try"], node["catch"] == nil, node["finally"] == nil {
                report(attempt.position, "'try' stands alone", "add 'catch' or 'finally', or leave out 'try'")
            }
            checkFaultWords(node["fault"])
            checkUpgrade(node["upgrade"])
        }
    }

    private mutating func checkMachine(_ root: SourceNode) {
        guard let type = root["machine"]?["data-type"] else { return }
        checkDisk(.data, at: type.position)
    }

    private mutating func checkUpgrade(_ upgrade: SourceNode?) {
        guard let failure = upgrade?["fails"], let how = failure["how"], how.text == "declined" else { return }
        if scenario.machine.appliance != .gitHubEnterpriseServer {
            report(how.position, "the upgrade of this appliance asks nothing", "use 'how: error'")
        } else if failure["during"]?.text != UpgradePhase.preCheck.rawValue {
            report(failure.position, "the upgrade asks only once, before it begins", "write 'during: pre-check'")
        }
    }

    private mutating func checkFaultWords(_ fault: SourceNode?) {
        guard let fault, let effect = fault["effect"]?.text else { return }
        if let code = fault["code"], effect != "refuse" {
            report(code.position, "'code' stands beside 'effect: \(effect)'", "a code goes with 'effect: refuse'")
        }
        if let by = fault["by"], effect != "delay" {
            report(by.position, "'by' stands beside 'effect: \(effect)'", "it goes with 'effect: delay'")
        }
        if effect == "delay", fault["by"] == nil {
            report(fault.position, "the delay has no length", "add 'by: 30 s'")
        }
    }

    // MARK: Steps

    /// What is known at one point of a walk.
    private struct Walk {
        let platform: Platform
        let hasAll: Bool
        var taken: [String: [DiskRole]] = [:]
        var deleted: Set<String> = []
        var notes: Set<String> = []
        var hasReverted = false
        /// Whether a step was done that can take time.
        var hasActed = false
    }

    private mutating func walk(on platform: Platform, hasAll: Bool) {
        var walk = Walk(platform: platform, hasAll: hasAll)
        for expectation in scenario.steady { check(expectation, walk, isSteady: true) }
        visit(scenario.steps, &walk)
        for expectation in scenario.expectations { check(expectation, walk) }
    }

    private mutating func visit(_ steps: [Step], _ walk: inout Walk, isRepeated: Bool = false) {
        for step in steps {
            let hasAll = walk.hasAll
            guard step.condition?.reasonAgainst(walk.platform, has: { _ in hasAll }) == nil else { continue }
            reached.insert(step.position)
            visit(step, &walk, isRepeated: isRepeated)
        }
    }

    private mutating func visit(_ step: Step, _ walk: inout Walk, isRepeated: Bool) {
        if step.verb.isDone { walk.hasActed = true }
        switch step.verb {
        case .takeSnapshot(let request, _): visit(request, step, &walk, isRepeated: isRepeated)
        case .revert(let name, let disks, _):
            checkSnapshot(name, step, walk)
            let held = walk.taken[name] ?? []
            for role in disks ?? [] where !held.isEmpty && !held.contains(role) {
                report(step.position, "snapshot '\(name)' does not hold the \(role.rawValue) disk", holds(held))
            }
            if step.refusal == nil { walk.hasReverted = true }
        case .deleteSnapshot(let name):
            checkSnapshot(name, step, walk)
            if step.refusal == nil, !isRepeated { walk.deleted.insert(name) }
        case .note(let name):
            checkNew(name, step, walk)
            checkRefusal(step)
            walk.notes.insert(name)
        case .expect(let expectations):
            for expectation in expectations { check(expectation, walk) }
            checkRefusal(step)
        case .perform(.fillDisk(let role, _)): checkDisk(role, at: step.position)
        case .perform(.replication) where !scenario.machine.layout.replica,
            .perform(.promoteReplica) where !scenario.machine.layout.replica:
            report(step.position, "the machine has no replica", "give 'machine: {replica: yes}'")
        case .wait: checkRefusal(step)
        case .perform, .setPower, .inject: break
        case .attempt(let body, let handler, let cleanup):
            checkRefusal(step)
            visit(body, &walk, isRepeated: isRepeated)
            visit(handler, &walk, isRepeated: isRepeated)
            visit(cleanup, &walk, isRepeated: isRepeated)
        case .repetition(_, let steps):
            checkRefusal(step)
            visit(steps, &walk, isRepeated: true)
        }
    }

    private mutating func visit(_ request: SnapshotRequest, _ step: Step, _ walk: inout Walk, isRepeated: Bool) {
        checkNew(request.name, step, walk)
        let held: [DiskRole] =
            switch request.scope {
            case .machine: scenario.machine.disks.map(\.role)
            case .disks(let roles), .disksInSuccession(let roles): roles
            }
        for role in held { checkDisk(role, at: step.position) }
        if Set(held).count != held.count {
            report(step.position, "a disk is named twice in snapshot '\(request.name)'", "name each disk once")
        }
        if isRepeated {
            report(step.position, "snapshot '\(request.name)' is taken again and again", "take it outside of 'repeat'")
        }
        if step.refusal == nil { walk.taken[request.name] = held }
    }

    private mutating func checkNew(_ name: String, _ step: Step, _ walk: Walk) {
        if walk.taken[name] != nil || walk.notes.contains(name) {
            report(step.position, "the name '\(name)' is taken already", "give each snapshot and note its own name")
        } else if Expectation.moments.contains(name) {
            report(step.position, "the name '\(name)' stands for a moment that every run has", "choose another name")
        }
    }

    private mutating func checkSnapshot(_ name: String, _ step: Step, _ walk: Walk) {
        if walk.taken[name] == nil {
            reportMissing(name, at: step.position, walk, kind: "snapshot")
        } else if walk.deleted.contains(name), step.refusal == nil {
            report(
                step.position, "snapshot '\(name)' was deleted before", "delete it later, or say that this is 'refused'"
            )
        }
    }

    private mutating func reportMissing(_ name: String, at position: SourcePosition, _ walk: Walk, kind: String) {
        guard snapshotNames.contains(name) else {
            let advice =
                snapshotNames.isEmpty ? "take it first" : Suggestion.advice(for: name, among: snapshotNames.sorted())
            return report(position, "no \(kind) is called '\(name)'", advice)
        }
        earlyUses[EarlyUse(position: position, name: name, kind: kind), default: []].insert(walk.platform)
    }

    private mutating func reportEarlyUses() {
        let concerned = Vocabulary.platforms.filter(scenario.concerns)
        for (use, platforms) in earlyUses {
            let names = platforms.sorted().map(\.rawValue).joined(separator: ", ")
            let place = platforms.count == concerned.count ? "" : " (on \(names))"
            report(
                use.position, "\(use.kind) '\(use.name)' is used where it has not been taken\(place)",
                "take it in an earlier step that runs under the same conditions")
        }
    }

    private mutating func checkDisk(_ role: DiskRole, at position: SourcePosition) {
        guard !scenario.machine.disks.contains(where: { $0.role == role }) else { return }
        report(
            position, "the machine has no \(role.rawValue) disk",
            "give 'machine: {\(role.rawValue): SIZE}', or name another")
    }

    private mutating func checkRefusal(_ step: Step) {
        guard step.refusal != nil else { return }
        report(
            step.position, "'refused' stands beside '\(step.summary)'", "it goes with a step that a platform can refuse"
        )
    }

    private func holds(_ roles: [DiskRole]) -> String { "it holds: \(roles.map(\.rawValue).joined(separator: ", "))" }

    // MARK: Expectations

    private mutating func check(_ expectation: Expectation, _ walk: Walk, isSteady: Bool = false) {
        if isSteady, [.grade, .upgrade, .left, .took].contains(expectation.subject) {
            report(
                expectation.position, "'\(expectation.key)' stands under 'steady'",
                "steady expectations hold before the upgrade too; put it under 'expect'")
        }
        if expectation.subject == .left, !walk.hasReverted, !isSteady {
            report(expectation.position, "'left' stands where nothing has been reverted", "put it behind a 'revert'")
        }
        if expectation.subject == .took, !isSteady { check(time: expectation, walk) }
        if case .fact(let fact) = expectation.subject, [.fileSystem(.data), .disk(.data)].contains(fact) {
            checkDisk(.data, at: expectation.position)
        }
        guard case .asOf(let name) = expectation.wanted[walk.platform] else { return }
        if isSteady {
            report(expectation.position, "'as-of' stands under 'steady'", "put it under 'expect'")
        } else if !Expectation.moments.contains(name), walk.taken[name] == nil, !walk.notes.contains(name) {
            reportMissing(name, at: expectation.position, walk, kind: "snapshot or note")
        }
    }

    private mutating func check(time expectation: Expectation, _ walk: Walk) {
        guard case .time(let least, let most) = expectation.wanted[walk.platform] else { return }
        if !walk.hasActed {
            report(expectation.position, "'took' stands where no step has been done", "put it behind a step")
        } else if let most, least > most {
            report(
                expectation.position, "'took' asks for \(least.inWords) at least and \(most.inWords) at most",
                "the shorter time goes with 'at-least'")
        } else if most == nil, least == .zero {
            report(expectation.position, "'took' holds whatever is found", "give 'at-least' or 'at-most'")
        }
    }

    // MARK: The end

    private mutating func checkReached(_ steps: [Step]) {
        // Where no platform is left, that has been said already.
        guard Vocabulary.platforms.contains(where: scenario.concerns) else { return }
        for step in steps.allSteps where !reached.contains(step.position) {
            report(
                step.position, "'\(step.summary)' can never run", "change its 'when', or the scenario's 'platforms'")
        }
    }

    /// The most steps that one run may do, repetitions counted.
    static let maximumSteps = 10_000

    /// A scenario that looks at nothing can never fail, which is not what anybody means.
    private mutating func checkEnd(_ root: SourceNode) {
        let looks = scenario.steps.allSteps.contains { step in
            if case .expect = step.verb { true } else { step.refusal != nil }
        }
        if scenario.steps.workload > Self.maximumSteps {
            report(
                (root["steps"] ?? root).position, "the repetitions come to more than \(Self.maximumSteps) steps",
                "repeat less often")
        }
        guard scenario.expectations.isEmpty, !looks else { return }
        report(root.position, "the scenario expects nothing", "say under 'expect' what must hold at the end")
    }
}

extension [Step] {
    /// All steps, those inside of others too, in the order of the file.
    var allSteps: [Step] {
        flatMap { step -> [Step] in
            switch step.verb {
            case .attempt(let body, let handler, let cleanup):
                [step] + body.allSteps + handler.allSteps + cleanup.allSteps
            case .repetition(_, let steps): [step] + steps.allSteps
            default: [step]
            }
        }
    }

    /// How many steps a run can do, cut at a number that is too many.
    fileprivate var workload: Int {
        reduce(0) { sum, step in
            let own: Int =
                switch step.verb {
                case .attempt(let body, let handler, let cleanup): body.workload + handler.workload + cleanup.workload
                case .repetition(let times, let steps): times * steps.workload
                default: 1
                }
            return Swift.min(SemanticCheck.maximumSteps + 1, sum + own)
        }
    }
}

extension Step.Verb {
    /// Whether it does something by itself: it takes time, and can change the machine.
    var isDone: Bool {
        switch self {
        case .perform, .takeSnapshot, .setPower, .wait, .inject, .revert, .deleteSnapshot: true
        case .expect, .note, .attempt, .repetition: false
        }
    }

    /// The name that stands for this moment from then on.
    fileprivate var nameOfMoment: String? {
        switch self {
        case .takeSnapshot(let request, _): request.name
        case .note(let name): name
        default: nil
        }
    }
}

extension SourceNode {
    /// The nodes of all steps of a scenario.
    fileprivate var stepNodes: [SourceNode] { (self["steps"]?.items ?? []).flatMap(\.innerSteps) }

    private var innerSteps: [SourceNode] {
        let inner = [self["try"], self["catch"], self["finally"], self["repeat"]?["steps"]].compactMap { $0 }
        return [self] + inner.flatMap(\.items).flatMap(\.innerSteps)
    }
}

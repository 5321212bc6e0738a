import Hypervisor
import LabCore
import Testing

@testable import ScenarioRunner

extension Scenario {
    /// A scenario of these steps, one a line, with what must hold at the end.
    static func of(_ steps: [String], expect: String = "{power: on}", more: String = "") throws -> Scenario {
        let lines = steps.map { "  \($0)" }.joined(separator: "\n")
        let text = "scenario: example\ntitle: An example\n\(more)\nsteps:\n\(lines)\nexpect: \(expect)\n"
        return try #require(ScenarioFile(text, name: "example.yaml").scenarios.first)
    }

    /// Snapshot, failed upgrade, revert.
    static func wayBack(expect: String = "{data: as-of before}") throws -> Scenario {
        try .of(
            [
                "- write: 5", "- loose-files: 2", "- snapshot: {name: before}",
                "- upgrade: {to: \"2.0\", fails: {during: migrate, how: error}}", "- revert: before", "- power: on",
            ], expect: expect, more: "steady: {service: healthy}")
    }
}

extension Interpreter {
    /// Runs to the end on a plane, and gives the names of all actions.
    mutating func run(on plane: inout FakePlane, interruptAfter limit: Int? = nil) -> [String] {
        var names: [String] = []
        while true {
            if let limit, names.count == limit { interrupt("interrupted") }
            guard let action = next() else { return names }
            let began = plane.now
            let outcome = plane.does(action)
            names.append(action.journalled.name)
            absorb(outcome, took: plane.now - began)
        }
    }
}

extension FakePlane {
    /// Does an action.
    mutating func does(_ action: Action) -> ActionOutcome {
        do throws(Refusal) {
            switch action {
            case .makeMachine(let spec): return .made(try makeMachine(spec))
            case .takeFacts(let machine): return .facts(try facts(of: machine))
            case .perform(let command, let machine): return .answer(try perform(command, on: machine))
            case .setPower(let power, let machine): try setPower(power, of: machine)
            case .wait(let duration): advance(by: duration)
            case .inject(let fault, let machine): try inject(fault, into: machine)
            case .takeSnapshot(let request, let machine): return .snapshot(try takeSnapshot(request, of: machine))
            case .revert(let request, let machine): return .reverted(try revert(request, of: machine))
            case .deleteSnapshot(let snapshot, let machine): try deleteSnapshot(snapshot, of: machine)
            case .removeEverything: try removeEverything()
            case .lookForLeftovers: return .leftovers(leftovers)
            }
            return .done
        } catch {
            return .refused(error)
        }
    }
}

extension Plan {
    /// A plan of a scenario on the fake.
    init(fake scenario: Scenario) {
        self.init(
            scenario: scenario, platform: FakePlane.platform, driver: FakePlane.capabilities,
            explanations: FakePlane.explanations)
    }
}

import Hypervisor
import LabCore
import Testing

@testable import ScenarioRunner

@Suite struct InterpreterTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var steps: [String]
        var expect = "{power: on}"
        var outcome: RunOutcome
        /// The numbers of the steps that were done, in their order.
        var done: [String]
        var reason: String?
    }

    static let rows = [
        Row(testDescription: "a step that goes well", steps: ["- write: 5"], outcome: .passed, done: ["1"]),
        Row(
            testDescription: "a step that is refused ends the steps",
            steps: ["- power: cut", "- write: 5", "- power: on"], outcome: .failed, done: ["1", "2"],
            reason: "step 2 (write 5 records) was refused: GuestNotRunning: the guest does not run"),
        Row(
            testDescription: "a caught step goes on behind the try",
            steps: ["- power: cut", "- {try: [{write: 5}, {wait: 1 s}], catch: [{power: on}]}", "- write: 1"],
            outcome: .passed, done: ["1", "2.1", "2.catch.1", "3"]),
        Row(
            testDescription: "nothing is caught when nothing goes wrong",
            steps: ["- {try: [{write: 5}], catch: [{power: cut}]}"], outcome: .passed, done: ["1.1"]),
        Row(
            testDescription: "finally is done when nothing goes wrong",
            steps: ["- {try: [{write: 5}], finally: [{wait: 1 s}]}", "- wait: 1 s"], outcome: .passed,
            done: ["1.1", "1.finally.1", "2"]),
        Row(
            testDescription: "finally is done when a step goes wrong, which then goes on",
            steps: ["- power: cut", "- {try: [{write: 5}], finally: [{power: on}]}", "- wait: 1 s"], outcome: .failed,
            done: ["1", "2.1", "2.finally.1"], reason: "step 2.1 (write 5 records) was refused"),
        Row(
            testDescription: "finally is done behind a catch that goes wrong itself",
            steps: [
                "- power: cut", "- {try: [{write: 5}], catch: [{write: 6}], finally: [{power: on}]}", "- wait: 1 s",
            ], outcome: .failed, done: ["1", "2.1", "2.catch.1", "2.finally.1"],
            reason: "step 2.catch.1 (write 6 records) was refused"),
        Row(
            testDescription: "an outer catch takes what an inner finally let through",
            steps: [
                "- power: cut",
                "- {try: [{try: [{write: 5}], finally: [{wait: 1 s}]}, {wait: 2 s}], catch: [{power: on}]}",
            ], outcome: .passed, done: ["1", "2.1.1", "2.1.finally.1", "2.catch.1"]),
        Row(
            testDescription: "a repetition is done so often",
            steps: ["- repeat: {times: 2, steps: [{write: 1}, {wait: 1 s}]}"], expect: "{records: 2}",
            outcome: .passed, done: ["1.1.1", "1.1.2", "1.2.1", "1.2.2"]),
        Row(
            testDescription: "a step that goes wrong ends a repetition",
            steps: ["- {try: [{repeat: {times: 3, steps: [{power: cut}]}}], catch: [{power: on}]}"], outcome: .passed,
            done: ["1.1.1.1", "1.1.2.1", "1.catch.1"]),
        Row(
            testDescription: "steps for other platforms are passed over",
            steps: ["- {write: 5, when: {platform: ec2}}", "- {wait: 1 s, when: {not-platform: [ec2]}}"],
            expect: "{records: 0}", outcome: .passed, done: ["2"]),
        Row(
            testDescription: "steps for missing capabilities are passed over",
            steps: [
                "- {write: 5, when: {capability: external-database}}", "- {write: 1, when: {lacks: external-database}}",
            ],
            expect: "{records: 1}", outcome: .passed, done: ["2"]),
        Row(
            testDescription: "power on leaves a running machine alone", steps: ["- power: on"], outcome: .passed,
            done: []),
        Row(
            testDescription: "power on switches a machine on that is off", steps: ["- power: cut", "- power: on"],
            outcome: .passed, done: ["1", "2"]),
        Row(
            testDescription: "work that ends badly is trouble",
            steps: ["- upgrade: {to: \"2.0\", fails: {during: start, how: error}}", "- start-service", "- wait: 1 s"],
            outcome: .failed, done: ["1", "2"],
            reason: "step 2 (start the service) did not end well: the upgrade died in start"),
        Row(
            testDescription: "work may be meant to end badly",
            steps: [
                "- upgrade: {to: \"2.0\", fails: {during: start, how: error}}", "- {start-service: yes, ends: badly}",
            ], outcome: .passed, done: ["1", "2"]),
        Row(
            testDescription: "work that was to end badly must not end well",
            steps: ["- {write: 1, ends: badly}"], outcome: .failed, done: ["1"],
            reason: "was to end badly and ended well"),
        Row(
            testDescription: "an upgrade that was to fail must fail",
            steps: ["- {upgrade: {to: \"2.0\"}, ends: badly}"], outcome: .failed, done: ["1"],
            reason: "was to end badly and ended well"),
        Row(
            testDescription: "a refusal that is expected holds, and nothing has changed",
            steps: [
                "- fault: quiesce-refused",
                "- {snapshot: {name: a, quiesce: required}, refused: {code: ApplicationQuiesceFault}}",
            ],
            expect: "{snapshots: 0}", outcome: .passed, done: ["1", "2"]),
        Row(
            testDescription: "whether a deleted snapshot can be reverted to is for the platform to say",
            steps: ["- snapshot: {name: a}", "- delete-snapshot: a", "- {revert: a, refused: {rule: VMW-906}}"],
            outcome: .passed, done: ["1", "2", "3"]),
        Row(
            testDescription: "a refusal for another reason does not hold",
            steps: [
                "- fault: quiesce-refused",
                "- {snapshot: {name: a, quiesce: required}, refused: {code: TaskInProgress}}",
            ],
            outcome: .failed, done: ["1", "2"],
            reason: "refused at step 2: expected refused with TaskInProgress, found refused: ApplicationQuiesceFault"),
        Row(
            testDescription: "a step that is done although it was to be refused does not hold",
            steps: ["- {snapshot: {name: a}, refused: yes}"], outcome: .failed, done: ["1"],
            reason: "refused at step 1: expected refused, found it was done"),
        Row(
            testDescription: "a step that the platform does not know ends unsupported",
            steps: ["- snapshot: {name: a, method: {vsphere: none}}", "- wait: 1 s"], outcome: .unsupported,
            done: ["1"],
            reason: "there is no such way"),
        Row(
            testDescription: "a step that was to be refused and is not known ends unsupported",
            steps: ["- {snapshot: {name: a, method: none}, refused: yes}"], outcome: .unsupported, done: ["1"],
            reason: "there is no such way"),
        Row(
            testDescription: "a step may be meant to be unknown",
            steps: ["- {snapshot: {name: a, method: none}, refused: {kind: unsupported}}"], outcome: .passed,
            done: ["1"]),
        Row(
            testDescription: "an expectation in the middle that does not hold fails, and the run goes on",
            steps: ["- expect: {records: 7}", "- write: 7"], expect: "{records: 7}", outcome: .failed, done: ["2"],
            reason: "records at step 1: expected 7, found 0"),
        Row(
            testDescription: "the time of a step is that of the last one that was done",
            steps: ["- wait: 30 s", "- note: here", "- expect: {took: {at-least: 30 s, at-most: 30 s}}"],
            outcome: .passed, done: ["1"]),
        Row(
            testDescription: "a step that had nothing to do took no time",
            steps: ["- wait: 30 s", "- power: on", "- expect: {took: {at-most: 0 s}}"], outcome: .passed, done: ["1"]),
        Row(
            testDescription: "a step that took too long fails the run",
            steps: ["- wait: 90 s"], expect: "{took: {at-most: 1 min}}", outcome: .failed, done: ["1"],
            reason: "took at the end: expected at most 1 min, found 1 min 30 s"),
        Row(
            testDescription: "a step that was too short fails the run",
            steps: ["- wait: 90 s"], expect: "{took: {vsphere: {at-least: 2 min}, otherwise: {at-most: 1 s}}}",
            outcome: .failed, done: ["1"], reason: "took at the end: expected at least 2 min, found 1 min 30 s"),
    ]

    @Test("steps, conditions and what may go wrong", arguments: rows)
    func steps(row: Row) throws {
        let scenario = try Scenario.of(row.steps, expect: row.expect)
        var interpreter = Interpreter(plan: Plan(fake: scenario))
        var plane = FakePlane(seed: 1)
        var done: [String] = []
        while let action = interpreter.next() {
            if let step = interpreter.currentStep, action.journalled.name != "takeFacts" { done.append(step.number) }
            let began = plane.now
            let outcome = plane.does(action)
            interpreter.absorb(outcome, took: plane.now - began)
        }
        #expect(done == row.done)
        #expect(interpreter.conclusion.outcome == row.outcome)
        let reasons = interpreter.conclusion.reasons.map(\.text).joined(separator: "\n")
        #expect(reasons.contains(row.reason ?? ""), "\(reasons)")
        #expect(interpreter.record.leftovers == [], "everything is removed, whatever happened")
    }

    @Test(
        "a run takes facts before the snapshot, after the failed upgrade and after the revert, and not twice of one moment"
    )
    func threeMoments() throws {
        var interpreter = Interpreter(plan: Plan(fake: try .wayBack()))
        var plane = FakePlane(seed: 1)
        #expect(
            interpreter.run(on: &plane) == [
                "makeMachine", "takeFacts", "perform", "perform", "takeFacts", "takeSnapshot", "takeFacts", "perform",
                "takeFacts", "revert", "takeFacts", "setPower", "takeFacts", "removeEverything", "lookForLeftovers",
            ])
        #expect(interpreter.conclusion == Conclusion(.passed))
    }

    @Test("interrupted before any of its actions, a run removes everything and ends not run", arguments: 0..<13)
    func interruption(after count: Int) throws {
        var interpreter = Interpreter(plan: Plan(fake: try .wayBack()))
        var plane = FakePlane(seed: 1)
        let names = interpreter.run(on: &plane, interruptAfter: count)
        #expect(names.count == count + 2)
        #expect(names.suffix(2) == ["removeEverything", "lookForLeftovers"])
        #expect(interpreter.conclusion.outcome == .notRun)
        #expect(plane.leftovers == [])
    }

    @Test("an interruption during the removal changes nothing")
    func lateInterruption() throws {
        var interpreter = Interpreter(plan: Plan(fake: try .wayBack()))
        var plane = FakePlane(seed: 1)
        #expect(interpreter.run(on: &plane, interruptAfter: 14).count == 15)
        #expect(interpreter.conclusion == Conclusion(.passed))
    }

    @Test("a copy of a run goes on by itself")
    func fork() throws {
        var first = Interpreter(plan: Plan(fake: try .wayBack()))
        var plane = FakePlane(seed: 1)
        for _ in 0..<5 {
            let next = first.next()
            let action = try #require(next)
            first.absorb(plane.does(action), took: .zero)
        }
        var second = first
        var fork = plane
        #expect(first.run(on: &plane) == second.run(on: &fork))
        #expect(first == second)
        #expect(plane == fork)
    }

    @Test("a machine that is not steady at the start is not worked on")
    func unsteady() throws {
        let scenario = try Scenario.of(["- write: 5"], more: "steady: {records: 3}")
        var interpreter = Interpreter(plan: Plan(fake: scenario))
        var plane = FakePlane(seed: 1)
        #expect(interpreter.run(on: &plane) == ["makeMachine", "takeFacts", "removeEverything", "lookForLeftovers"])
        #expect(interpreter.conclusion.reasons.map(\.text) == ["records at the start: expected 3, found 0"])
    }

    @Test("the lab's own fault ends a run errored")
    func lab() throws {
        let scenario = try Scenario.of(["- write: 5"], more: "machine: {memory: 666 GiB}")
        var interpreter = Interpreter(plan: Plan(fake: scenario))
        var plane = FakePlane(seed: 1)
        #expect(interpreter.run(on: &plane) == ["makeMachine", "removeEverything", "lookForLeftovers"])
        #expect(interpreter.conclusion.outcome == .errored)
    }

    @Test("what is left behind ends a run errored, also when everything held")
    func leftovers() throws {
        var interpreter = Interpreter(plan: Plan(fake: try .of(["- write: 5"])))
        var plane = FakePlane(seed: 1)
        while let action = interpreter.next() {
            let outcome = action == .lookForLeftovers ? .leftovers(["vol-2", "vol-1"]) : plane.does(action)
            interpreter.absorb(outcome, took: .zero)
        }
        #expect(
            interpreter.conclusion == Conclusion(.errored, [Conclusion.Reason("left behind: vol-1, vol-2")]))
    }

    @Test("what is kept on purpose is not removed")
    func keeping() throws {
        var plan = Plan(fake: try .of(["- write: 5"]))
        plan.keepsEverything = true
        var interpreter = Interpreter(plan: plan)
        var plane = FakePlane(seed: 1)
        #expect(interpreter.run(on: &plane).last == "takeFacts")
        #expect(plane.leftovers == ["vm-1"])
        #expect(interpreter.conclusion.outcome == .passed)
    }
}

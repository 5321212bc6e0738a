import Testing

@testable import ScenarioRunner

@Suite struct ComplaintTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var text: String
        /// `line:column: found; advice`, one for each complaint; the advice may be cut.
        var complaints: [String]
    }

    /// A scenario whose steps begin on line 4, and whose expectations are on the last line.
    private static func steps(_ steps: String, _ expect: String = "{power: on}", more: String = "") -> String {
        "scenario: a\ntitle: A\nsteps:\n\(steps)\nexpect: \(expect)\n\(more)"
    }

    static let parts = [
        Row(
            testDescription: "an unknown key at the top", text: steps("  - flush", more: "steddy: {service: healthy}"),
            complaints: ["6:1: unknown key 'steddy' in a scenario; did you mean 'steady'?"]),
        Row(
            testDescription: "an unknown step", text: steps("  - snapshott: {name: a}"),
            complaints: ["4:5: unknown key 'snapshott' in a step; did you mean 'snapshot'?"]),
        Row(
            testDescription: "an unknown step that is a word", text: steps("  - flsh"),
            complaints: ["4:5: found 'flsh'; did you mean 'flush'?"]),
        Row(
            testDescription: "an unknown key far from any other", text: steps("  - wait: 1 s", more: "zzzzzzzz: 1"),
            complaints: ["6:1: unknown key 'zzzzzzzz' in a scenario; known here: appliance, except"]),
        Row(
            testDescription: "two steps in one", text: steps("  - {wait: 1 s, write: 3}"),
            complaints: ["4:17: 'wait' and 'write' stand in one map; a step has exactly one of:"]),
        Row(
            testDescription: "a step that is nothing", text: steps("  - {when: {platform: ec2}}"),
            complaints: ["4:5: a step says nothing of what it is; give exactly one of:"]),
        Row(
            testDescription: "a decimal unit", text: steps("  - flush", more: "machine: {root: 200 GB}"),
            complaints: [
                "6:17: found '200 GB'; 'GB' is not a unit here; storage is counted in powers of two, write 'GiB'"
            ]),
        Row(
            testDescription: "a unit of time in the long form", text: steps("  - wait: 10 minutes"),
            complaints: ["4:11: found '10 minutes'; 'minutes' is not a unit here; write 'min'"]),
        Row(
            testDescription: "a unit that is missing", text: steps("  - wait: 10"),
            complaints: [
                "4:11: found '10'; the unit is missing: write a whole number and a unit (ms, s, min, h, d), as in '10 min'"
            ]),
        Row(
            testDescription: "a unit of another kind", text: steps("  - wait: 10 GiB"),
            complaints: ["4:11: found '10 GiB'; 'GiB' is not a unit here; write a whole number and a unit (ms"]),
        Row(
            testDescription: "an amount beyond counting", text: steps("  - wait: 99999999999999 d"),
            complaints: ["4:11: found '99999999999999 d'; that is more than the lab can count"]),
        Row(
            testDescription: "a number out of bounds", text: steps("  - loose-files: 5000"),
            complaints: ["4:18: found '5000'; it takes a whole number from 1 to 1000"]),
        Row(
            testDescription: "a word where a number stands", text: steps("  - start-jobs: many"),
            complaints: ["4:17: found 'many'; write a whole number from 1 to 100"]),
        Row(
            testDescription: "an impossible platform", text: steps("  - flush", more: "platforms: [ec2, vspere]"),
            complaints: ["6:18: found 'vspere'; did you mean 'vsphere'?"]),
        Row(
            testDescription: "an impossible platform in a value",
            text: steps("  - flush", "{address: {ec2: changed, azur: kept}}"),
            complaints: ["5:34: unknown word 'azur'; did you mean 'azure'?"]),
        Row(
            testDescription: "an unknown fate", text: steps("  - flush", "{address: chnaged}"),
            complaints: ["5:19: found 'chnaged'; did you mean 'changed'?"]),
        Row(
            testDescription: "an unknown grade", text: steps("  - flush", "{grade: {at-least: aplication-consistent}}"),
            complaints: ["5:28: found 'aplication-consistent'; did you mean 'application-consistent'?"]),
        Row(
            testDescription: "an unknown expectation", text: steps("  - flush", "{adress: kept}"),
            complaints: ["5:10: unknown key 'adress' in a map of expectations; did you mean 'address'?"]),
        Row(
            testDescription: "a list where a map stands", text: steps("  - snapshot: [a]"),
            complaints: ["4:15: found a list; write a snapshot, as a map"]),
        Row(
            testDescription: "a single step where a list stands",
            text: "scenario: a\ntitle: A\nsteps: flush\nexpect: {power: on}\n",
            complaints: ["3:8: found 'flush'; write a list, each entry behind a hyphen"]),
        Row(
            testDescription: "an empty list", text: "scenario: a\ntitle: A\nsteps: []\nexpect: {power: on}\n",
            complaints: ["3:8: a list of 0 stands here; it takes 1 to 500 entries"]),
        Row(
            testDescription: "nothing where something is needed", text: steps("  - wait:"),
            complaints: ["4:10: found nothing; write a whole number and a unit"]),
        Row(
            testDescription: "keys that are missing", text: "title: A\n",
            complaints: [
                "1:1: the key 'scenario' is missing from a scenario; add 'scenario'",
                "1:1: the key 'steps' is missing from a scenario; add 'steps'",
            ]),
        Row(
            testDescription: "several things at once", text: steps("  - wait: 1 sec\n  - powr: on\n  - write: 0"),
            complaints: [
                "4:11: found '1 sec'; 'sec' is not a unit here; write 's'",
                "5:5: unknown key 'powr' in a step; did you mean 'power'?",
                "6:12: found '0'; it takes a whole number from 1 to 100000",
            ]),
        Row(
            testDescription: "a name with a blank", text: steps("  - note: two words"),
            complaints: ["4:11: found 'two words'; write a name of lower-case letters, digits and hyphens"]),
        Row(
            testDescription: "a writer that nobody knows", text: steps("  - write: {records: 5, as: admin}"),
            complaints: ["4:29: found 'admin'; known here: administrator, user"]),
        Row(
            testDescription: "a version that is none", text: steps("  - upgrade: {to: next}"),
            complaints: ["4:19: found 'next'; write a version as in \"3.14\""]),
    ]

    static let meanings = [
        Row(
            testDescription: "an unknown snapshot", text: steps("  - snapshot: {name: before}\n  - revert: befor"),
            complaints: ["5:5: no snapshot is called 'befor'; did you mean 'before'?"]),
        Row(
            testDescription: "no snapshot at all", text: steps("  - revert: before"),
            complaints: ["4:5: no snapshot is called 'before'; take it first"]),
        Row(
            testDescription: "a snapshot that is used before it is taken",
            text: steps("  - revert: before\n  - snapshot: {name: before}"),
            complaints: [
                "4:5: snapshot 'before' is used where it has not been taken; take it in an earlier step"
            ]),
        Row(
            testDescription: "a snapshot that is taken on other platforms only",
            text: steps("  - {snapshot: {name: before}, when: {not-platform: ec2}}\n  - revert: before"),
            complaints: ["5:5: snapshot 'before' is used where it has not been taken (on ec2); take it"]),
        Row(
            testDescription: "a snapshot that was to be refused",
            text: steps("  - {snapshot: {name: before}, refused: yes}\n  - revert: before", more: "platforms: ec2"),
            complaints: ["5:5: snapshot 'before' is used where it has not been taken; take it"]),
        Row(
            testDescription: "a snapshot that was deleted",
            text: steps("  - snapshot: {name: a}\n  - delete-snapshot: a\n  - revert: a"),
            complaints: ["6:5: snapshot 'a' was deleted before; delete it later, or say that this is 'refused'"]),
        Row(
            testDescription: "a name that is taken already",
            text: steps("  - snapshot: {name: a}\n  - note: a"),
            complaints: ["5:5: the name 'a' is taken already; give each snapshot and note its own name"]),
        Row(
            testDescription: "a name that every run has", text: steps("  - note: failure"),
            complaints: ["4:5: the name 'failure' stands for a moment that every run has; choose another name"]),
        Row(
            testDescription: "an unknown moment", text: steps("  - note: early", "{data: as-of erly}"),
            complaints: ["5:10: no snapshot or note is called 'erly'; did you mean 'early'?"]),
        Row(
            testDescription: "a step that can never run",
            text: steps("  - {flush: yes, when: {platform: ec2}}", more: "platforms: vsphere"),
            complaints: ["4:5: 'flush caches' can never run; change its 'when', or the scenario's 'platforms'"]),
        Row(
            testDescription: "no platform is left", text: steps("  - flush", more: "platforms: ec2\nexcept: {ec2: no}"),
            complaints: ["7:9: the scenario leaves no platform to run on; name a platform"]),
        Row(
            testDescription: "a disk that the machine has not",
            text: steps(
                "  - fill-disk: {disk: data}\n  - snapshot: {name: a, disks: data}", more: "machine: {data: absent}"),
            complaints: [
                "4:5: the machine has no data disk; give 'machine: {data: SIZE}', or name another",
                "5:5: the machine has no data disk; give 'machine: {data: SIZE}', or name another",
            ]),
        Row(
            testDescription: "a disk that the snapshot does not hold",
            text: steps("  - snapshot: {name: a, disks: data}\n  - revert: {to: a, disks: [root]}"),
            complaints: ["5:5: snapshot 'a' does not hold the root disk; it holds: data"]),
        Row(
            testDescription: "two scopes",
            text: steps("  - snapshot: {name: a, disks: data, in-succession: [root, data]}"),
            complaints: ["4:38: 'disks' and 'in-succession' contradict each other; keep the one that is meant"]),
        Row(
            testDescription: "memory with single disks",
            text: steps("  - snapshot: {name: a, disks: data, memory: on}"),
            complaints: ["4:25: memory is asked for with single disks; memory goes with 'scope: machine'"]),
        Row(
            testDescription: "catch without try", text: steps("  - {flush: yes, catch: [flush]}"),
            complaints: ["4:25: 'catch' stands without 'try'; put it beside a 'try'"]),
        Row(
            testDescription: "try alone", text: steps("  - try: [flush]"),
            complaints: ["4:10: 'try' stands alone; add 'catch' or 'finally', or leave out 'try'"]),
        Row(
            testDescription: "a refusal of what nobody can refuse", text: steps("  - {wait: 1 s, refused: yes}"),
            complaints: ["4:5: 'refused' stands beside 'wait 1 s'; it goes with a step that a platform can refuse"]),
        Row(
            testDescription: "a grade in the steady state", text: steps("  - flush", more: "steady: {upgrade: failed}"),
            complaints: ["6:10: 'upgrade' stands under 'steady'; steady expectations hold before the upgrade too"]),
        Row(
            testDescription: "a type of a data disk that is absent",
            text: steps("  - flush", more: "machine: {data: absent, data-type: {ec2: gp2}}"),
            complaints: ["6:36: the machine has no data disk; give 'machine: {data: SIZE}', or name another"]),
        Row(
            testDescription: "a time where no step was done", text: steps("  - expect: {took: {at-most: 1 s}}"),
            complaints: ["4:14: 'took' stands where no step has been done; put it behind a step"]),
        Row(
            testDescription: "a time with its bounds the wrong way round",
            text: steps("  - flush", "{took: {at-least: 1 min, at-most: 30 s}}"),
            complaints: ["5:10: 'took' asks for 1 min at least and 30 s at most; the shorter time goes with 'at-least'"]
        ),
        Row(
            testDescription: "a time without bounds", text: steps("  - flush", "{took: {}}"),
            complaints: ["5:10: 'took' holds whatever is found; give 'at-least' or 'at-most'"]),
        Row(
            testDescription: "a time that is steady",
            text: steps("  - flush", more: "steady: {took: {at-most: 1 s}}"),
            complaints: [
                "6:10: 'took' stands under 'steady'; steady expectations hold before the upgrade too; put it under"
            ]),
        Row(
            testDescription: "a time without its unit", text: steps("  - flush", "{took: {at-most: 30}}"),
            complaints: ["5:26: found '30'; the unit is missing"]),
        Row(
            testDescription: "left without a revert", text: steps("  - flush", "{left: off}"),
            complaints: ["5:10: 'left' stands where nothing has been reverted; put it behind a 'revert'"]),
        Row(
            testDescription: "a delay of no length", text: steps("  - fault: {call: A, effect: delay}"),
            complaints: ["4:12: the delay has no length; add 'by: 30 s'"]),
        Row(
            testDescription: "a code that goes with no refusal",
            text: steps("  - fault: {call: A, effect: throttle, code: B}"),
            complaints: ["4:46: 'code' stands beside 'effect: throttle'; a code goes with 'effect: refuse'"]),
        Row(
            testDescription: "no to an upgrade that asks nothing",
            text: steps("  - upgrade: {to: \"2.0\", fails: {during: pre-check, how: declined}}"),
            complaints: ["4:58: the upgrade of this appliance asks nothing; use 'how: error'"]),
        Row(
            testDescription: "no where the upgrade does not ask",
            text: steps(
                "  - upgrade: {to: \"3.14\", fails: {during: unpack, how: declined}}",
                more: "appliance: github-enterprise-server"),
            complaints: ["4:34: the upgrade asks only once, before it begins; write 'during: pre-check'"]),
        Row(
            testDescription: "a replica that the machine has not", text: steps("  - replication: off"),
            complaints: ["4:5: the machine has no replica; give 'machine: {replica: yes}'"]),
        Row(
            testDescription: "nothing is expected", text: "scenario: a\ntitle: A\nsteps:\n  - flush\n",
            complaints: ["1:1: the scenario expects nothing; say under 'expect' what must hold at the end"]),
        Row(
            testDescription: "a snapshot in a repetition",
            text: steps("  - repeat: {times: 2, steps: [{snapshot: {name: a}}]}"),
            complaints: ["4:32: snapshot 'a' is taken again and again; take it outside of 'repeat'"]),
        Row(
            testDescription: "repetitions without measure",
            text: steps("  - repeat: {times: 100, steps: [{repeat: {times: 100, steps: [flush, flush]}}]}"),
            complaints: ["4:3: the repetitions come to more than 10000 steps; repeat less often"]),
        Row(
            testDescription: "an input that is not given",
            text: steps("  - write: ${cout}", more: "inputs: {count: [1, 2]}"),
            complaints: ["4:12: no input is called 'cout'; did you mean 'count'?"]),
        Row(
            testDescription: "inputs without any", text: steps("  - write: ${count}"),
            complaints: ["4:12: no input is called 'count'; give its values under 'inputs'"]),
        Row(
            testDescription: "an input whose value does not fit",
            text: steps("  - write: ${count}", more: "inputs: {count: [1, two]}"),
            complaints: ["4:12: found 'two'; write a whole number from 1 to 100000"]),
        Row(
            testDescription: "more combinations than anybody reads",
            text: steps("  - write: ${a}", more: "inputs: {a: [1, 2, 3, 4, 5], b: [1, 2, 3, 4, 5], c: [1, 2, 3]}"),
            complaints: ["6:9: the inputs have more than 64 combinations; give fewer values"]),
    ]

    private static func deep(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    static let texts = [
        Row(
            testDescription: "not YAML", text: "scenario: [a\ntitle: B\n",
            complaints: ["2:6: this is not YAML:"]),
        Row(testDescription: "an empty file", text: "", complaints: ["1:1: the file is empty; a scenario begins with"]),
        Row(testDescription: "a list", text: "- a\n", complaints: ["1:1: found a list; write a scenario, as a map"]),
        Row(
            testDescription: "two documents", text: "scenario: a\n---\nscenario: b\n",
            complaints: ["2:1: this is not YAML: but found another document"]),
        Row(
            testDescription: "a key twice", text: "scenario: a\ntitle: A\nscenario: b\n",
            complaints: ["1:1: 'scenario' stands more than once in one map; give each key once"]),
        Row(
            testDescription: "10 MB of nesting", text: deep("[", 10 << 20),
            complaints: ["1:1: the file has 10485760 bytes; a scenario has at most 1048576 bytes"]),
        Row(
            testDescription: "1 MB of brackets", text: deep("[", 1 << 20),
            complaints: ["1:1: values are nested too deeply here; a scenario nests at most 40 levels"]),
        Row(
            testDescription: "1 MB of braces", text: deep("{a: ", 1 << 18),
            complaints: ["1:3997: values are nested too deeply here;"]),
        Row(
            testDescription: "1 MB of hyphens", text: deep("- ", 1 << 19),
            complaints: ["1:321: values are nested too deeply here;"]),
        Row(
            testDescription: "1 MB of question marks", text: deep("? ", 1 << 19),
            complaints: ["1:321: values are nested too deeply here;"]),
        Row(
            testDescription: "brackets a little too deep", text: "a: " + deep("[", 60) + deep("]", 60),
            complaints: ["1:43: values are nested too deeply here;"]),
        Row(
            testDescription: "aliases that double each other",
            text: "a: &a [x, x]\n"
                + (0..<26).map { "b\($0): &b\($0) [*\($0 == 0 ? "a" : "b\($0 - 1)"), *a]\n" }.joined(),
            complaints: ["10:11: more than 16 aliases are used; write the values out, or give them as 'inputs'"]),
        Row(
            testDescription: "an alias that stands for nothing", text: "a: *b\n",
            complaints: ["1:4: this is not YAML: found undefined alias"]),
        Row(
            testDescription: "a map as a key", text: "? {a: b}\n: c\n",
            complaints: ["1:3: a map is used as a key; a key is a word"]),
        Row(
            testDescription: "control characters", text: "scenario: a\u{1}b\n",
            complaints: ["1:12: this is not text: control characters are not allowed"]),
    ]

    @Test("what does not fit the vocabulary", arguments: parts) func part(row: Row) { check(row) }
    @Test("what fits and means nothing", arguments: meanings) func meaning(row: Row) { check(row) }
    @Test("what is no scenario at all", arguments: texts) func text(row: Row) { check(row) }

    private func check(_ row: Row, sourceLocation: SourceLocation = #_sourceLocation) {
        do {
            _ = try ScenarioFile(row.text, name: "f")
            Issue.record("nothing was found wrong", sourceLocation: sourceLocation)
        } catch {
            let lines = error.description.split(separator: "\n").map { String($0.dropFirst(2)) }
            #expect(lines.count == row.complaints.count, "\(error)", sourceLocation: sourceLocation)
            for (line, complaint) in zip(lines, row.complaints) {
                #expect(line.hasPrefix(complaint), sourceLocation: sourceLocation)
            }
        }
    }
}

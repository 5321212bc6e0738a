import Hypervisor

/// The published JSON Schema of journals.
package enum JournalSchema {
    private typealias Words = SchemaWords

    /// The schema as JSON text, in Draft 2020-12, ending with a line break.
    package static var text: String {
        let own = ["times": times, "check": check, "verdict": verdict, "result": result]
        return Words.document(
            id: "urn:belay:journal:\(Journal.version)", title: "The journal of a scenario on a platform",
            [
                "journal": ["const": .number(Journal.version)], "header": header, "entries": Words.list(of: entry),
                "result": Words.ref("result"),
            ], required: ["journal", "header", "entries", "result"],
            definitions: ResultSchema.definitions.merging(own) { $1 })
    }

    // MARK: What was done

    private static let header = Words.object(
        [
            "scenario": Words.string, "title": Words.string, "teaches": Words.string, "file": Words.string,
            "platform": Words.string, "seed": Words.count, "isSimulated": Words.flag,
            "inputs": Words.list(
                of: Words.object(["name": Words.string, "value": Words.string], required: ["name", "value"])),
        ], required: ["scenario", "title", "file", "platform", "seed", "isSimulated", "inputs"])

    private static let entry = Words.object(
        [
            "number": ["type": "integer", "minimum": 1], "step": Words.ref("step"),
            "phase": Words.words(RunPhase.allCases.map(\.rawValue)),
            "action": Words.words([
                "makeMachine", "takeFacts", "perform", "setPower", "wait", "inject", "takeSnapshot", "revert",
                "deleteSnapshot", "removeEverything", "lookForLeftovers",
            ]),
            "arguments": ["type": "object"],
            "outcome": Words.words([
                "done", "made", "facts", "answer", "snapshot", "reverted", "leftovers", "refused",
            ]),
            "details": ["type": "object"], "virtual": Words.ref("times"), "wall": Words.ref("times"),
            "events": Words.list(
                of: Words.object(
                    ["at": Words.string, "subject": Words.string, "text": Words.string],
                    required: ["at", "subject", "text"])),
        ], required: ["number", "phase", "action", "arguments", "outcome", "details", "events"])

    private static let times = Words.object(
        ["began": Words.instant, "ended": Words.instant, "milliseconds": Words.integer],
        required: ["began", "ended", "milliseconds"])

    // MARK: How it ended

    private static let result = Words.object(
        [
            "scenario": Words.string, "title": Words.string, "file": Words.string, "platform": Words.string,
            "seed": Words.count, "provider": Words.string, "conclusion": Words.ref("conclusion"),
            "checks": Words.list(of: Words.ref("check")), "verdict": Words.ref("verdict"),
            "snapshots": Words.list(of: Words.ref("snapshot")), "reverts": Words.list(of: Words.ref("revert")),
            "phases": Words.list(of: Words.ref("phase")), "leftovers": Words.list(of: Words.string),
            "milliseconds": Words.integer,
        ],
        required: [
            "scenario", "title", "file", "platform", "seed", "conclusion", "checks", "snapshots", "reverts", "phases",
        ])

    private static let check = Words.object(
        [
            "moment": [
                "oneOf": [
                    Words.object(["start": ["type": "object"]], required: ["start"]),
                    Words.object(["end": ["type": "object"]], required: ["end"]),
                    Words.object(
                        ["step": Words.object(["_0": Words.ref("step")], required: ["_0"])], required: ["step"]),
                ]
            ],
            "key": Words.string, "expected": Words.string, "found": Words.string, "holds": Words.flag,
            "position": Words.ref("position"), "accounts": Words.list(of: Words.ref("account")),
        ], required: ["moment", "key", "expected", "found", "holds", "position", "accounts"])

    private static let verdict = Words.object(
        [
            "baseline": Words.string, "grade": Words.words(Grade.allCases.map(\.rawValue)), "method": Words.string,
            "notes": Words.list(of: Words.ref("account")), "findings": Words.list(of: Words.ref("finding")),
        ], required: ["baseline", "notes", "findings"])
}

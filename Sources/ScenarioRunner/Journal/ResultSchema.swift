import Hypervisor

/// The schemas of what stands in a run's result, which journals and reports share.
package enum ResultSchema {
    private typealias Words = SchemaWords

    /// The definitions by name; a schema that refers to one of them holds all of them.
    package static let definitions: [String: JSONValue] = [
        "position": position, "step": step, "reason": reason, "account": account, "finding": finding, "fact": fact,
        "snapshot": snapshot, "revert": revert, "phase": phase, "conclusion": conclusion,
    ]

    private static let conclusion = Words.object(
        ["outcome": Words.words(RunOutcome.allCases.map(\.rawValue)), "reasons": Words.list(of: Words.ref("reason"))],
        required: ["outcome", "reasons"])

    private static let snapshot = Words.object(
        [
            "step": Words.ref("step"), "name": Words.string, "method": Words.string, "power": Words.ref("fact"),
            "state": Words.words(Snapshot.State.allCases.map(\.rawValue)),
            "disks": Words.list(of: Words.words(DiskRole.allCases.map(\.rawValue))), "holdsMemory": Words.flag,
            "isQuiesced": Words.flag, "storedBytes": Words.count, "notes": Words.list(of: Words.ref("account")),
        ], required: ["step", "name", "method", "state", "disks", "holdsMemory", "isQuiesced", "notes"])

    private static let revert = Words.object(
        [
            "step": Words.ref("step"), "snapshot": Words.string, "method": Words.string, "isNewMachine": Words.flag,
            "left": Words.ref("fact"), "notes": Words.list(of: Words.ref("account")),
        ], required: ["step", "snapshot", "method", "isNewMachine", "notes"])

    private static let phase = Words.object(
        [
            "phase": Words.words(RunPhase.allCases.map(\.rawValue)), "actions": Words.count,
            "milliseconds": Words.integer,
        ], required: ["phase", "actions", "milliseconds"])

    private static let finding = Words.object(
        [
            "fact": Words.string, "wanted": Words.ref("fact"), "failed": Words.ref("fact"),
            "restored": Words.ref("fact"), "fate": Words.words(Fate.allCases.map(\.rawValue)),
            "accounts": Words.list(of: Words.ref("account")), "isUnexplained": Words.flag,
        ], required: ["fact", "fate", "accounts", "isUnexplained"])

    private static let fact: JSONValue = [
        "anyOf": [
            ["type": ["string", "integer", "boolean"]],
            Words.object(["unreadable": Words.string], required: ["unreadable"]),
        ]
    ]

    private static let account = Words.object(["rule": Words.string, "text": Words.string], required: ["text"])
    private static let reason = Words.object(
        ["text": Words.string, "rule": Words.string, "position": Words.ref("position")], required: ["text"])
    private static let step = Words.object(
        ["number": Words.string, "summary": Words.string, "position": Words.ref("position")],
        required: ["number", "summary", "position"])
    private static let position = Words.object(
        ["line": ["type": "integer", "minimum": 1], "column": ["type": "integer", "minimum": 1]],
        required: ["line", "column"])
}

import Hypervisor

/// The published JSON Schema of journals.
package enum JournalSchema {
    /// The schema as JSON text, in Draft 2020-12, ending with a line break.
    package static var text: String {
        var root = closed(
            [
                "journal": ["const": .number(Journal.version)], "header": header, "entries": list(of: entry),
                "result": ref("result"),
            ],
            required: ["journal", "header", "entries", "result"])
        root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        root["$id"] = .string("urn:belay:journal:\(Journal.version)")
        root["title"] = "The journal of a scenario on a platform"
        root["$defs"] = [
            "position": position, "step": step, "times": times, "reason": reason, "account": account, "check": check,
            "finding": finding, "verdict": verdict, "result": result, "fact": fact,
        ]
        return JSONValue.object(root).text + "\n"
    }

    // MARK: What was done

    private static let header = object(
        [
            "scenario": string, "title": string, "file": string, "platform": string, "seed": count, "isSimulated": flag,
            "inputs": list(of: object(["name": string, "value": string], required: ["name", "value"])),
        ], required: ["scenario", "title", "file", "platform", "seed", "isSimulated", "inputs"])

    private static let entry = object(
        [
            "number": ["type": "integer", "minimum": 1], "step": ref("step"),
            "action": words([
                "makeMachine", "takeFacts", "perform", "setPower", "wait", "inject", "takeSnapshot", "revert",
                "deleteSnapshot", "removeEverything", "lookForLeftovers",
            ]),
            "arguments": ["type": "object"],
            "outcome": words(["done", "made", "facts", "answer", "snapshot", "reverted", "leftovers", "refused"]),
            "details": ["type": "object"], "virtual": ref("times"), "wall": ref("times"),
            "events": list(
                of: object(["at": string, "subject": string, "text": string], required: ["at", "subject", "text"])),
        ], required: ["number", "action", "arguments", "outcome", "details", "events"])

    private static let times = object(
        ["began": instant, "ended": instant, "milliseconds": ["type": "integer"]],
        required: ["began", "ended", "milliseconds"])

    // MARK: How it ended

    private static let result = object(
        [
            "scenario": string, "title": string, "file": string, "platform": string, "seed": count, "provider": string,
            "conclusion": object(
                ["outcome": words(RunOutcome.allCases.map(\.rawValue)), "reasons": list(of: ref("reason"))],
                required: ["outcome", "reasons"]),
            "checks": list(of: ref("check")), "verdict": ref("verdict"), "leftovers": list(of: string),
            "milliseconds": ["type": "integer"],
        ], required: ["scenario", "title", "file", "platform", "seed", "conclusion", "checks"])

    private static let check = object(
        [
            "moment": [
                "oneOf": [
                    object(["start": ["type": "object"]], required: ["start"]),
                    object(["end": ["type": "object"]], required: ["end"]),
                    object(["step": object(["_0": ref("step")], required: ["_0"])], required: ["step"]),
                ]
            ],
            "key": string, "expected": string, "found": string, "holds": flag, "position": ref("position"),
            "accounts": list(of: ref("account")),
        ], required: ["moment", "key", "expected", "found", "holds", "position", "accounts"])

    private static let verdict = object(
        [
            "baseline": string, "grade": words(Grade.allCases.map(\.rawValue)), "method": string,
            "notes": list(of: ref("account")), "findings": list(of: ref("finding")),
        ], required: ["baseline", "notes", "findings"])

    private static let finding = object(
        [
            "fact": string, "wanted": ref("fact"), "failed": ref("fact"), "restored": ref("fact"),
            "fate": words(Fate.allCases.map(\.rawValue)), "accounts": list(of: ref("account")), "isUnexplained": flag,
        ], required: ["fact", "fate", "accounts", "isUnexplained"])

    private static let fact: JSONValue = [
        "anyOf": [
            ["type": ["string", "integer", "boolean"]], object(["unreadable": string], required: ["unreadable"]),
        ]
    ]

    private static let account = object(["rule": string, "text": string], required: ["text"])
    private static let reason = object(
        ["text": string, "rule": string, "position": ref("position")], required: ["text"])
    private static let step = object(
        ["number": string, "summary": string, "position": ref("position")], required: ["number", "summary", "position"])
    private static let position = object(
        ["line": ["type": "integer", "minimum": 1], "column": ["type": "integer", "minimum": 1]],
        required: ["line", "column"])

    // MARK: Words

    private static let string: JSONValue = ["type": "string"]
    private static let flag: JSONValue = ["type": "boolean"]
    private static let count: JSONValue = ["type": "integer", "minimum": 0]
    private static let instant: JSONValue = [
        "type": "string", "pattern": "^-?[0-9]+-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$",
    ]

    private static func ref(_ name: String) -> JSONValue { ["$ref": .string("#/$defs/\(name)")] }
    private static func list(of item: JSONValue) -> JSONValue { ["type": "array", "items": item] }
    private static func words(_ words: [String]) -> JSONValue { ["enum": .array(words.map { .string($0) })] }

    private static func object(_ properties: [String: JSONValue], required: [String]) -> JSONValue {
        .object(closed(properties, required: required))
    }

    private static func closed(_ properties: [String: JSONValue], required: [String]) -> [String: JSONValue] {
        [
            "type": "object", "properties": .object(properties), "additionalProperties": false,
            "required": .array(required.map { .string($0) }),
        ]
    }
}

/// The published JSON Schema of scenario files, made from the vocabulary that the checker uses.
package enum ScenarioSchema {
    /// The schema as JSON text, in Draft 2020-12, ending with a line break.
    package static var text: String { value.text + "\n" }

    /// The schema as a value.
    static var value: JSONValue {
        var root = object(of: Vocabulary.scenario)
        root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        root["$id"] = .string("urn:belay:scenario:\(Vocabulary.version)")
        root["title"] = "A Belay scenario"
        root["$defs"] = .object(
            Dictionary(
                uniqueKeysWithValues: Vocabulary.definitions.map { name, definition in
                    (name, .object(object(of: definition.shape)))
                } + [("input", input)]))
        return .object(root)
    }

    /// A value that is put in from the scenario's inputs.
    private static let input: JSONValue = [
        "type": "string", "pattern": "[$][{][a-z][a-z0-9.-]*[}]", "description": "A value from 'inputs'.",
    ]

    static func object(of shape: Shape) -> [String: JSONValue] {
        switch shape {
        case .flag, .nothing, .integer, .name, .version, .words, .asOf, .bytes, .duration:
            ["anyOf": [.object(single(shape)), ["$ref": "#/$defs/input"]]]
        case .text, .list, .map, .dictionary, .perPlatform, .choice, .reference: single(shape)
        }
    }

    private static func single(_ shape: Shape) -> [String: JSONValue] {
        switch shape {
        case .flag: ["enum": [true, false, "on", "off", "yes", "no"]]
        case .nothing: ["enum": [.null, true, "yes", "on"]]
        case .integer(let range):
            ["type": "integer", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)]
        case .text(let maximum):
            ["type": ["string", "number", "boolean"], "minLength": 1, "maxLength": .number(maximum)]
        case .name: ["type": "string", "pattern": "^[a-z][a-z0-9.-]{0,79}$"]
        case .version: ["type": ["string", "number"], "pattern": "^[0-9].{0,39}$"]
        case .words(let words): ["oneOf": .array(words.map(word))]
        case .asOf: ["type": "string", "pattern": "^as-of [a-z][a-z0-9.-]{0,79}$"]
        case .bytes: amount(Units.bytes.map(\.name), example: "200 GiB")
        case .duration: amount(Units.durations.map(\.name), example: "10 min")
        case .list(let shape, let count, let allowsOne): list(shape, count, allowsOne: allowsOne)
        case .map(let keys): map(keys)
        case .dictionary(let words, let values): dictionary(words, values)
        case .perPlatform(let shape):
            ["anyOf": [.object(object(of: shape)), .object(dictionary(platformKeys, shape))]]
        case .choice(let shapes): ["anyOf": .array(shapes.map { .object(object(of: $0)) })]
        case .reference(let name): ["$ref": .string("#/$defs/\(name)")]
        }
    }

    private static var platformKeys: [Shape.Word] {
        Vocabulary.platformWords + [Shape.Word("otherwise", "All other platforms.")]
    }

    /// YAML readers take some words for truth values; a schema has to allow what they make of them.
    private static func word(_ word: Shape.Word) -> JSONValue {
        let value: JSONValue =
            switch word.text {
            case "on": ["on", true]
            case "off": ["off", false]
            default: [.string(word.text)]
            }
        return ["enum": value, "description": .string(word.documentation)]
    }

    private static func amount(_ units: [String], example: String) -> [String: JSONValue] {
        [
            "type": "string", "pattern": .string("^[0-9]+ *(\(units.joined(separator: "|")))$"),
            "examples": [.string(example)],
        ]
    }

    private static func list(_ shape: Shape, _ count: ClosedRange<Int>, allowsOne: Bool) -> [String: JSONValue] {
        let item = JSONValue.object(object(of: shape))
        let list: [String: JSONValue] = [
            "type": "array", "items": item, "minItems": .number(count.lowerBound),
            "maxItems": .number(count.upperBound),
        ]
        return allowsOne ? ["anyOf": [item, .object(list)]] : list
    }

    private static func map(_ keys: Shape.Keys) -> [String: JSONValue] {
        let properties = keys.all.map { key in
            var value = object(of: key.shape)
            value["description"] = .string(key.documentation)
            return (key.name, JSONValue.object(value))
        }
        var result: [String: JSONValue] = [
            "type": "object", "properties": .object(Dictionary(properties) { $1 }), "additionalProperties": false,
        ]
        let required = keys.keys.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { result["required"] = .array(required) }
        if !keys.alternatives.isEmpty {
            result["oneOf"] = .array(keys.alternatives.map { ["required": [.string($0.name)]] })
        }
        return result
    }

    private static func dictionary(_ words: [Shape.Word]?, _ values: Shape) -> [String: JSONValue] {
        let value = JSONValue.object(object(of: values))
        guard let words else {
            return [
                "type": "object", "propertyNames": .object(object(of: .name)), "additionalProperties": value,
            ]
        }
        let properties = Dictionary(words.map { ($0.text, value) }) { $1 }
        return [
            "type": "object", "properties": .object(properties), "additionalProperties": false, "minProperties": 1,
        ]
    }
}

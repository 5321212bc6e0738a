import Hypervisor

/// The words in which the schemas of journals and reports are written: JSON Schema, Draft 2020-12.
package enum SchemaWords {
    package static let string: JSONValue = ["type": "string"]
    package static let flag: JSONValue = ["type": "boolean"]
    package static let integer: JSONValue = ["type": "integer"]
    package static let count: JSONValue = ["type": "integer", "minimum": 0]
    /// An instant in ISO 8601 with milliseconds.
    package static let instant: JSONValue = [
        "type": "string", "pattern": "^-?[0-9]+-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$",
    ]

    package static func ref(_ name: String) -> JSONValue { ["$ref": .string("#/$defs/\(name)")] }
    package static func list(of item: JSONValue) -> JSONValue { ["type": "array", "items": item] }
    package static func words(_ words: [String]) -> JSONValue { ["enum": .array(words.map { .string($0) })] }

    /// An object that has these members alone.
    package static func object(_ properties: [String: JSONValue], required: [String]) -> JSONValue {
        [
            "type": "object", "properties": .object(properties), "additionalProperties": false,
            "required": .array(required.map { .string($0) }),
        ]
    }

    /// A whole schema as text that ends with a line break.
    package static func document(
        id: String, title: String, _ properties: [String: JSONValue], required: [String],
        definitions: [String: JSONValue]
    ) -> String {
        guard case .object(var root) = object(properties, required: required) else { return "" }
        root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        root["$id"] = .string(id)
        root["title"] = .string(title)
        root["$defs"] = .object(definitions)
        return JSONValue.object(root).text + "\n"
    }
}

@testable import ScenarioRunner

/// Holds JSON against that part of JSON Schema that our schemas use; a keyword it does not know is an error.
struct SchemaValidator {
    private let definitions: [String: JSONValue]
    private let root: JSONValue
    /// Compiled once: that takes longer than all matching.
    private let patterns: [String: Regex<AnyRegexOutput>]

    init(_ root: JSONValue) {
        self.root = root
        guard case .object(let fields) = root, case .object(let definitions) = fields["$defs"] else {
            preconditionFailure("a schema of ours has definitions")
        }
        self.definitions = definitions
        let found = Set(root.patterns)
        patterns = Dictionary(uniqueKeysWithValues: found.compactMap { text in (try? Regex(text)).map { (text, $0) } })
    }

    /// Where and why a value does not fit; empty when it does.
    func problems(in value: JSONValue) -> [String] { problems(in: value, root, at: "$") }

    private func problems(in value: JSONValue, _ schema: JSONValue, at path: String) -> [String] {
        guard case .object(let keywords) = schema else { return ["\(path): the schema is no object"] }
        return keywords.sorted { $0.key < $1.key }.flatMap { problems(in: value, $0.key, $0.value, keywords, at: path) }
    }

    private func problems(
        in value: JSONValue, _ keyword: String, _ argument: JSONValue, _ schema: [String: JSONValue], at path: String
    ) -> [String] {
        let wrong = ["\(path): not \(keyword)"]
        switch (keyword, argument, value) {
        case ("$schema", _, _), ("$id", _, _), ("$defs", _, _), ("title", _, _), ("description", _, _),
            ("examples", _, _):
            return []
        case ("type", _, _):
            let names = argument.elements ?? [argument]
            let isNumber = value.typeName == "integer" && names.contains("number")
            return isNumber || names.contains { $0 == .string(value.typeName) } ? [] : wrong
        case ("const", _, _): return argument == value ? [] : wrong
        case ("enum", .array(let values), _): return values.contains(value) ? [] : wrong
        case ("minimum", .number(let least), .number(let number)): return number >= least ? [] : wrong
        case ("maximum", .number(let most), .number(let number)): return number <= most ? [] : wrong
        case ("minLength", .number(let least), .string(let text)): return text.count >= least ? [] : wrong
        case ("maxLength", .number(let most), .string(let text)): return text.count <= most ? [] : wrong
        case ("pattern", .string(let pattern), .string(let text)):
            guard let regex = patterns[pattern] else { return ["\(path): \(pattern) is not known"] }
            return text.firstMatch(of: regex) != nil ? [] : wrong
        case ("minItems", .number(let least), .array(let values)): return values.count >= least ? [] : wrong
        case ("maxItems", .number(let most), .array(let values)): return values.count <= most ? [] : wrong
        case ("items", _, .array(let values)):
            return values.enumerated().flatMap { problems(in: $1, argument, at: "\(path)[\($0)]") }
        case ("minProperties", .number(let least), .object(let fields)): return fields.count >= least ? [] : wrong
        case ("required", .array(let names), .object(let fields)):
            return names.allSatisfy { name in fields.keys.contains { .string($0) == name } } ? [] : wrong
        case ("properties", .object(let known), .object(let fields)):
            return fields.sorted { $0.key < $1.key }.flatMap { name, field in
                known[name].map { problems(in: field, $0, at: "\(path).\(name)") } ?? []
            }
        case ("propertyNames", _, .object(let fields)):
            return fields.keys.sorted().flatMap { problems(in: .string($0), argument, at: "\(path) key") }
        case ("additionalProperties", .flag(false), .object(let fields)):
            let known = schema["properties"]?.fields ?? [:]
            return fields.keys.allSatisfy { known[$0] != nil } ? [] : wrong
        case ("additionalProperties", _, .object(let fields)):
            return fields.sorted { $0.key < $1.key }.flatMap { problems(in: $1, argument, at: "\(path).\($0)") }
        case ("anyOf", .array(let schemas), _):
            return schemas.contains { problems(in: value, $0, at: path).isEmpty } ? [] : wrong
        case ("oneOf", .array(let schemas), _):
            return schemas.count { problems(in: value, $0, at: path).isEmpty } == 1 ? [] : wrong
        case ("$ref", .string(let name), _):
            guard let schema = definitions[String(name.dropFirst("#/$defs/".count))] else { return ["no \(name)"] }
            return problems(in: value, schema, at: path)
        case ("minimum", _, _), ("maximum", _, _), ("minLength", _, _), ("maxLength", _, _), ("pattern", _, _),
            ("minItems", _, _), ("maxItems", _, _), ("items", _, _), ("minProperties", _, _), ("required", _, _),
            ("properties", _, _), ("propertyNames", _, _), ("additionalProperties", _, _):
            return []  // These say nothing about a value of another type.
        default: return ["\(path): the keyword \(keyword) is not known"]
        }
    }
}

extension JSONValue {
    fileprivate var typeName: String {
        switch self {
        case .null: "null"
        case .flag: "boolean"
        case .number: "integer"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// All patterns in a schema.
    fileprivate var patterns: [String] {
        switch self {
        case .array(let values): return values.flatMap(\.patterns)
        case .object(let fields):
            var inner = fields.values.flatMap(\.patterns)
            if case .string(let pattern) = fields["pattern"] { inner.append(pattern) }
            return inner
        case .null, .flag, .number, .string: return []
        }
    }

    fileprivate var elements: [JSONValue]? {
        guard case .array(let values) = self else { return nil }
        return values
    }

    fileprivate var fields: [String: JSONValue]? {
        guard case .object(let fields) = self else { return nil }
        return fields
    }

    /// What a reader of YAML 1.2 makes of a node.
    init(_ node: SourceNode) {
        switch node.content {
        case .scalar(let text, isQuoted: true): self = .string(text)
        case .scalar where node.isEmpty: self = .null
        case .scalar(let text, isQuoted: false):
            if text == "true" || text == "false" {
                self = .flag(text == "true")
            } else {
                self = Int(text).map { .number($0) } ?? .string(text)
            }
        case .list(let items): self = .array(items.map(JSONValue.init))
        case .map(let entries): self = .object(Dictionary(entries.map { ($0.key, JSONValue($0.value)) }) { $1 })
        }
    }
}

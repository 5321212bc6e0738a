/// Puts every combination of a scenario's inputs into its text.
enum InputMatrix {
    /// The most combinations that one file may stand for.
    static let limit = 64

    /// The combinations, each with the file's values after `${name}` was replaced.
    static func variants(of root: SourceNode) -> (variants: [(inputs: [Scenario.Input], root: SourceNode)], Diagnostic?)
    {
        guard let table = root["inputs"], !table.entries.isEmpty else { return ([([], root)], nil) }
        let count = table.entries.reduce(1) { min(limit + 1, $0 * max(1, $1.value.items.count)) }
        guard count <= limit else {
            let problem = Diagnostic(
                table.position, "the inputs have more than \(limit) combinations", advice: "give fewer values")
            return ([], problem)
        }
        let combinations = table.entries.reduce([[Scenario.Input]]([[]])) { partial, entry in
            partial.flatMap { chosen in
                entry.value.texts.map { chosen + [Scenario.Input(name: entry.key, value: $0)] }
            }
        }
        return (combinations.map { ($0, root.replacing($0, isTop: true)) }, nil)
    }
}

extension SourceNode {
    fileprivate func replacing(_ inputs: [Scenario.Input], isTop: Bool = false) -> SourceNode {
        var copy = self
        switch content {
        case .scalar(let text, let isQuoted):
            guard text.contains("${") else { return self }
            let replaced = inputs.reduce(text) { $0.replacing("${\($1.name)}", with: $1.value) }
            copy.content = .scalar(replaced, isQuoted: isQuoted)
        case .list(let items): copy.content = .list(items.map { $0.replacing(inputs) })
        case .map(let entries):
            copy.content = .map(
                entries.map { entry in
                    guard !(isTop && entry.key == "inputs") else { return entry }
                    var entry = entry
                    entry.value = entry.value.replacing(inputs)
                    return entry
                })
        }
        return copy
    }

    /// The places where a `${name}` still stands, with that name.
    func openInputs() -> [(name: String, position: SourcePosition)] {
        switch content {
        case .scalar(let text, _):
            guard let start = text.firstRange(of: "${") else { return [] }
            return [(String(text[start.upperBound...].prefix { $0 != "}" }.prefix(60)), position)]
        case .list(let items): return items.flatMap { $0.openInputs() }
        case .map(let entries): return entries.flatMap { $0.value.openInputs() }
        }
    }
}

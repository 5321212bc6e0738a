import Hypervisor

/// Holds nodes against shapes, and collects everything that does not fit.
struct ShapeChecker {
    private(set) var diagnostics: [Diagnostic] = []

    /// Checks `node`, and says what is wrong with it.
    static func diagnostics(of node: SourceNode, against shape: Shape) -> [Diagnostic] {
        var checker = ShapeChecker()
        checker.check(node, shape)
        return checker.diagnostics
    }

    private mutating func check(_ node: SourceNode, _ shape: Shape) {
        switch shape {
        case .list(let shape, let count, let allowsOne): checkList(node, shape, count: count, allowsOne: allowsOne)
        case .map(let keys): checkMap(node, keys)
        case .dictionary(let words, let values): checkDictionary(node, words: words, values: values)
        case .perPlatform(let shape): checkPerPlatform(node, shape)
        case .choice(let shapes): checkChoice(node, shapes)
        case .reference(let name):
            guard let definition = Vocabulary.definitions[name] else {
                preconditionFailure("the vocabulary refers to '\(name)', which it does not define")
            }
            check(node, definition.shape)
        case .flag, .nothing, .integer, .text, .name, .version, .words, .asOf, .bytes, .duration:
            guard case .scalar(let text, let isQuoted) = node.content else {
                return report(node, advice: "write \(shape.described)")
            }
            if let advice = shape.adviceAgainst(text, isQuoted: isQuoted) { report(node, advice: advice) }
        }
    }

    private mutating func checkList(
        _ node: SourceNode, _ shape: Shape, count: ClosedRange<Int>, allowsOne: Bool
    ) {
        guard case .list(let items) = node.content else {
            guard allowsOne, !node.isEmpty else {
                return report(node, advice: "write a list, each entry behind a hyphen")
            }
            return check(node, shape)
        }
        if !count.contains(items.count) {
            diagnostics.append(
                Diagnostic(
                    node.position, "a list of \(items.count) stands here",
                    advice: "it takes \(count.lowerBound) to \(count.upperBound) entries"))
        }
        for item in items.prefix(count.upperBound) { check(item, shape) }
    }

    private mutating func checkMap(_ node: SourceNode, _ keys: Shape.Keys) {
        guard case .map(let entries) = node.content else {
            return report(node, advice: "write \(keys.title), as a map")
        }
        let known = keys.all
        for entry in entries {
            if let key = known.first(where: { $0.name == entry.key }) {
                check(entry.value, key.shape)
            } else {
                let advice = Suggestion.advice(for: entry.key, among: known.map(\.name))
                diagnostics.append(
                    Diagnostic(entry.position, "unknown key '\(entry.key.prefix(60))' in \(keys.title)", advice: advice)
                )
            }
        }
        for key in keys.keys where key.isRequired && !entries.contains(where: { $0.key == key.name }) {
            diagnostics.append(
                Diagnostic(
                    node.position, "the key '\(key.name)' is missing from \(keys.title)",
                    advice: "add '\(key.name)': \(key.documentation)"))
        }
        checkAlternatives(node, entries, keys)
    }

    private mutating func checkAlternatives(_ node: SourceNode, _ entries: [SourceNode.Entry], _ keys: Shape.Keys) {
        guard !keys.alternatives.isEmpty else { return }
        let names = keys.alternatives.map(\.name)
        let found = entries.filter { names.contains($0.key) }
        if let second = found.dropFirst().first {
            diagnostics.append(
                Diagnostic(
                    second.position, "'\(found[0].key)' and '\(second.key)' stand in one map",
                    advice: "\(keys.title) has exactly one of: \(names.sorted().joined(separator: ", "))"))
        } else if found.isEmpty, entries.allSatisfy({ entry in keys.keys.contains { $0.name == entry.key } }) {
            diagnostics.append(
                Diagnostic(
                    node.position, "\(keys.title) says nothing of what it is",
                    advice: "give exactly one of: \(names.sorted().joined(separator: ", "))"))
        }
    }

    private mutating func checkDictionary(_ node: SourceNode, words: [Shape.Word]?, values: Shape) {
        guard case .map(let entries) = node.content else { return report(node, advice: "write a map") }
        for entry in entries {
            if let words, !words.contains(where: { $0.text == entry.key }) {
                let advice = Suggestion.advice(for: entry.key, among: words.map(\.text))
                diagnostics.append(Diagnostic(entry.position, "unknown word '\(entry.key.prefix(60))'", advice: advice))
            } else if words == nil, !Shape.isName(entry.key) {
                diagnostics.append(
                    Diagnostic(
                        entry.position, "'\(entry.key.prefix(60))' is not a name",
                        advice: "write \(Shape.name.described)"))
            }
            check(entry.value, values)
        }
    }

    private mutating func checkPerPlatform(_ node: SourceNode, _ shape: Shape) {
        let words = Vocabulary.platformWords + [Shape.Word("otherwise", "All other platforms.")]
        guard node.isPerPlatform || (node.resemblesPerPlatform && !shape.takesMap) else { return check(node, shape) }
        checkDictionary(node, words: words, values: shape)
    }

    /// One alternative must fit; when none does, the one that was most likely meant says why.
    private mutating func checkChoice(_ node: SourceNode, _ shapes: [Shape]) {
        let candidates = shapes.filter { $0.takes(node) }
        if candidates.isEmpty { return report(node, advice: "write \(Shape.choice(shapes).described)") }
        var results: [[Diagnostic]] = []
        for candidate in candidates {
            let found = ShapeChecker.diagnostics(of: node, against: candidate)
            if found.isEmpty { return }
            results.append(found)
        }
        guard case .scalar(let text, _) = node.content else {
            diagnostics += results.min { $0.count < $1.count } ?? []
            return
        }
        if candidates.count == 1 { return diagnostics += results[0] }
        let words = candidates.flatMap(\.wordTexts)
        let usual = "write \(Shape.choice(candidates).described)"
        report(node, advice: Suggestion.nearest(to: text, among: words).map { "did you mean '\($0)'?" } ?? usual)
    }

    private mutating func report(_ node: SourceNode, advice: String) {
        diagnostics.append(Diagnostic(node.position, "found \(node.described)", advice: advice))
    }
}

extension SourceNode {
    /// Whether this is a map of values for platforms.
    var isPerPlatform: Bool {
        guard case .map(let entries) = content, !entries.isEmpty else { return false }
        return entries.allSatisfy { entry in
            entry.key == "otherwise" || Vocabulary.platforms.contains { $0.rawValue == entry.key }
        }
    }

    /// Whether this is a map, which at a place without maps of its own can only be meant for platforms.
    fileprivate var resemblesPerPlatform: Bool {
        guard case .map(let entries) = content else { return false }
        return !entries.isEmpty
    }
}

extension Shape {
    /// Whether a node is of the kind that this shape is about, whatever it holds.
    fileprivate func takes(_ node: SourceNode) -> Bool {
        switch (self, node.content) {
        case (.reference(let name), _): Vocabulary.definitions[name]?.shape.takes(node) ?? false
        case (.choice(let shapes), _): shapes.contains { $0.takes(node) }
        case (.perPlatform(let shape), _): node.isPerPlatform || shape.takes(node)
        case (.list(let shape, _, let allowsOne), .scalar), (.list(let shape, _, let allowsOne), .map):
            allowsOne && shape.takes(node)
        case (.list, .list), (.map, .map), (.dictionary, .map): true
        case (.list, _), (.map, _), (.dictionary, _): false
        case (_, .scalar): true
        case (_, _): false
        }
    }

    fileprivate var takesMap: Bool {
        takes(SourceNode(.map([]), at: .start))
    }

    /// The words that this shape allows.
    fileprivate var wordTexts: [String] {
        switch self {
        case .words(let words): words.map(\.text)
        case .flag: ["on", "off", "yes", "no"]
        case .choice(let shapes): shapes.flatMap(\.wordTexts)
        case .reference(let name): Vocabulary.definitions[name]?.shape.wordTexts ?? []
        default: []
        }
    }
}

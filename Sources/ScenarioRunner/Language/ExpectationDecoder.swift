import Hypervisor

/// Makes expectations of nodes that fit the vocabulary.
enum ExpectationDecoder {
    /// The expectations in a map, or in a list of maps.
    static func expectations(_ node: SourceNode?) -> [Expectation] {
        (node?.items ?? []).flatMap { map in map.entries.flatMap(expectations) }
    }

    private static func expectations(_ entry: SourceNode.Entry) -> [Expectation] {
        guard entry.key != "facts" else {
            return entry.value.entries.compactMap { fact in
                expectation(fact, .fact(Fact(rawValue: fact.key)), decode: factValue)
            }
        }
        let made: Expectation? =
            switch entry.key {
            case "grade": expectation(entry, .grade, decode: grade)
            case "upgrade": expectation(entry, .upgrade) { $0.text.map { .word($0) } }
            case "left": expectation(entry, .left) { $0.text.map { .word($0 == "running" ? "on" : $0) } }
            case "took": expectation(entry, .took, decode: time)
            case "held": expectation(entry, .held) { $0.text.map { .word($0) } }
            default:
                Vocabulary.factKeys.first { $0.name == entry.key }.flatMap { key in
                    expectation(entry, .fact(key.fact)) { value(of: $0, kind: key.kind) }
                }
            }
        return made.map { [$0] } ?? []
    }

    private static func expectation(
        _ entry: SourceNode.Entry, _ subject: Expectation.Subject, decode: (SourceNode) -> Expectation.Wanted?
    ) -> Expectation? {
        entry.value.perPlatform(decode).map {
            Expectation(position: entry.position, key: entry.key, subject: subject, wanted: $0)
        }
    }

    private static func grade(_ node: SourceNode) -> Expectation.Wanted? {
        let word = { (key: String) in node[key]?.text.flatMap(Grade.init(rawValue:)) }
        if let least = word("at-least") { return .grade(atLeast: least, atMost: .identical) }
        if let most = word("at-most") { return .grade(atLeast: .inconsistent, atMost: most) }
        let exact = word("exactly") ?? node.text.flatMap(Grade.init(rawValue:))
        return exact.map { .grade(atLeast: $0, atMost: $0) }
    }

    private static func time(_ node: SourceNode) -> Expectation.Wanted? {
        .time(atLeast: node["at-least"]?.duration ?? .zero, atMost: node["at-most"]?.duration)
    }

    private static func value(of node: SourceNode, kind: Vocabulary.FactKind) -> Expectation.Wanted? {
        switch kind {
        case .flag: node.flag.map { .value(.flag($0)) } ?? factValue(node)
        case .state, .version: common(node) ?? node.text.map { .word($0) }
        case .count, .digest: factValue(node)
        }
    }

    private static func factValue(_ node: SourceNode) -> Expectation.Wanted? {
        if let common = common(node) { return common }
        if let number = node.integer { return .value(.number(number)) }
        if case .map = node.content {
            return .range(atLeast: node["at-least"]?.integer, atMost: node["at-most"]?.integer)
        }
        if let flag = node.flag { return .value(.flag(flag)) }
        return node.text.map { .word($0) }
    }

    /// The words that mean the same for every fact.
    private static func common(_ node: SourceNode) -> Expectation.Wanted? {
        guard let text = node.text else { return nil }
        switch text {
        case "kept": return .kept
        case "readable": return .readable
        case "absent": return .absent
        default: return Shape.moment(in: text).map { .asOf($0) } ?? Fate(rawValue: text).map { .fate($0) }
        }
    }
}

/// A value in a scenario file, with its place.
package struct SourceNode: Hashable, Sendable {
    /// Where it begins.
    package var position: SourcePosition
    /// What it is.
    package var content: Content

    package init(_ content: Content, at position: SourcePosition) {
        self.content = content
        self.position = position
    }

    /// The kinds of values that YAML knows.
    package indirect enum Content: Hashable, Sendable {
        /// A single word, number or text, and whether it stands in quotes.
        case scalar(String, isQuoted: Bool)
        /// Values in their order.
        case list([SourceNode])
        /// Keys and values in their order.
        case map([Entry])
    }

    /// A key and its value.
    package struct Entry: Hashable, Sendable {
        /// The key.
        package var key: String
        /// Where the key begins.
        package var position: SourcePosition
        /// The value.
        package var value: SourceNode
    }
}

extension SourceNode {
    /// The value behind `key`, when this is a map that has it.
    subscript(key: String) -> SourceNode? {
        guard case .map(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// The keys and values; none unless this is a map.
    var entries: [Entry] {
        guard case .map(let entries) = content else { return [] }
        return entries
    }

    /// The values of a list; a single value counts as a list of one.
    var items: [SourceNode] {
        guard case .list(let items) = content else { return [self] }
        return items
    }

    /// The text of a single value.
    var text: String? {
        guard case .scalar(let text, _) = content else { return nil }
        return text
    }

    /// Whether nothing stands here.
    var isEmpty: Bool {
        guard case .scalar(let text, isQuoted: false) = content else { return false }
        return text.isEmpty || text == "~" || text == "null"
    }

    /// What stands here, in words that fit into a sentence.
    var described: String {
        switch content {
        case .scalar where isEmpty: return "nothing"
        case .scalar(let text, _):
            let shown = text.prefix(60).map { $0.isNewline ? " " : $0 }
            return "'\(String(shown))\(text.count > 60 ? "…" : "")'"
        case .list: return "a list"
        case .map: return "a map"
        }
    }
}

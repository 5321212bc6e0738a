/// The short names that a specification gives to its sources, and the pages they stand for.
///
/// They stand in a table with the columns `key` and `page`. A key may hold parts in braces, as in `UG:{page}`, which the page
/// takes over: `UG:stop.html` is then a page of the user guide.
package struct SourceKeys: Hashable, Sendable {
    private struct Entry: Hashable, Sendable {
        var key: [Part]
        var page: [Part]
    }

    /// A piece of a key or a page: a text, or a place that any text can take.
    private enum Part: Hashable, Sendable {
        case text(String)
        case place(String)
    }

    /// The longer keys first, so that none hides another.
    private let entries: [Entry]

    /// Reads the tables of sources in a specification.
    package init(in markdown: String) {
        var entries: [Entry] = []
        for row in RuleTable.rows(in: markdown) where row.columns == ["key", "page"] && row.cells.count == 2 {
            entries.append(Entry(key: Self.parts(of: row.cells[0]), page: Self.parts(of: row.cells[1])))
        }
        self.entries = entries.sorted { Self.length($0.key) > Self.length($1.key) }
    }

    /// The text of a source cell with each key replaced by its page.
    package func resolve(_ source: String) -> String {
        source.split(separator: " ", omittingEmptySubsequences: false).map { word in
            let core = word.drop { "`(".contains($0) }
            let end = core.lastIndex { !",;.)`".contains($0) }.map { core.index(after: $0) } ?? core.startIndex
            guard let page = page(of: String(core[..<end])) else { return String(word) }
            return String(word[..<core.startIndex]) + page + String(core[end...])
        }.joined(separator: " ")
    }

    private func page(of word: String) -> String? {
        for entry in entries {
            guard let found = Self.match(entry.key[...], word[...]) else { continue }
            return entry.page.map { part in
                switch part {
                case .text(let text): text
                case .place(let name): found[name] ?? "{\(name)}"
                }
            }.joined()
        }
        return nil
    }

    /// What stands at the places of a key when `word` has its form.
    private static func match(_ key: ArraySlice<Part>, _ word: Substring) -> [String: String]? {
        switch key.first {
        case nil: return word.isEmpty ? [:] : nil
        case .text(let text):
            guard word.hasPrefix(text) else { return nil }
            return match(key.dropFirst(), word.dropFirst(text.count))
        case .place(let name):
            guard case .text(let next)? = key.dropFirst().first else {
                return word.isEmpty ? nil : [name: String(word)]
            }
            var end = word.startIndex
            while end < word.endIndex, !word[end...].hasPrefix(next) { end = word.index(after: end) }
            guard end > word.startIndex, var rest = match(key.dropFirst(), word[end...]) else { return nil }
            rest[name] = String(word[..<end])
            return rest
        }
    }

    private static func parts(of text: String) -> [Part] {
        var parts: [Part] = []
        for (index, piece) in text.split(separator: "{", omittingEmptySubsequences: false).enumerated() {
            var rest = piece
            if index > 0, let close = piece.firstIndex(of: "}") {
                parts.append(.place(String(piece[..<close])))
                rest = piece[piece.index(after: close)...]
            }
            if !rest.isEmpty { parts.append(.text(String(rest))) }
        }
        return parts
    }

    private static func length(_ key: [Part]) -> Int {
        key.reduce(0) { if case .text(let text) = $1 { $0 + text.count } else { $0 } }
    }
}

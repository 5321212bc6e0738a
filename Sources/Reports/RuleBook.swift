/// What the rules that a report names say, and where they are stated.
package struct RuleBook: Hashable, Sendable {
    private var entries: [String: Entry] = [:]

    /// One rule.
    package struct Entry: Hashable, Sendable, Codable {
        /// The rule's name, as in `AWS-031`.
        package var id: String
        /// What it says.
        package var claim: String
        /// Where it is stated, in the words of its specification; empty where that gives no source.
        package var source: String
        /// How sure the specification is, in its own letters.
        package var confidence: String

        package init(id: String, claim: String, source: String, confidence: String) {
            self.id = id
            self.claim = claim
            self.source = source
            self.confidence = confidence
        }
    }

    /// Makes a book; without entries it knows no rule.
    package init(_ entries: [Entry] = []) {
        self.entries = Dictionary(entries.map { ($0.id, $0) }) { first, _ in first }
    }

    /// The rule of a name; nothing when the book does not know it.
    package subscript(id: String) -> Entry? { entries[id] }
}

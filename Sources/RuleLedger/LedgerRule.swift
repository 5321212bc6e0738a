/// One rule of a specification, with the places that enforce it and the tests that prove it.
package struct LedgerRule: Hashable, Sendable {
    /// The rule's name, as in `AWS-031`.
    package var id: String
    /// What the rule says.
    package var claim: String
    /// What a caller sees when the rule is broken, or can observe of it; empty where the specification gives none.
    package var observable: String
    /// Where the rule is stated; empty where the specification gives no source.
    package var source: String
    /// How sure the specification is, in its own letters.
    package var confidence: String
    /// The target whose specification the rule stands in.
    package var target: String
    /// Where in the specification it stands.
    package var place: Place
    /// Where it is enforced.
    package var enforcedAt: [Place] = []
    /// The tests that name it.
    package var tests: [NamedTest] = []

    /// Makes a rule that is not enforced anywhere yet.
    package init(
        id: String, claim: String, observable: String = "", source: String = "", confidence: String = "",
        target: String, place: Place
    ) {
        self.id = id
        self.claim = claim
        self.observable = observable
        self.source = source
        self.confidence = confidence
        self.target = target
        self.place = place
    }

    /// How far the rule has come; a test alone enforces nothing.
    package var status: Status {
        if enforcedAt.isEmpty { return .missing }
        return tests.isEmpty ? .enforced : .tested
    }

    /// How far a rule has come.
    package enum Status: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
        /// Code enforces it and a test proves that.
        case tested
        /// Code enforces it.
        case enforced
        /// Nothing enforces it.
        case missing

        /// The status in the words of a report.
        package var description: String {
            switch self {
            case .tested: "enforced and tested"
            case .enforced: "enforced"
            case .missing: "not yet"
            }
        }
    }
}

/// A line of a file, by its path inside the package.
package struct Place: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The path inside the package.
    package var path: String
    /// The line, counted from 1.
    package var line: Int

    /// Makes a place.
    package init(path: String, line: Int) {
        self.path = path
        self.line = line
    }

    package static func < (a: Place, b: Place) -> Bool { (a.path, a.line) < (b.path, b.line) }
    package var description: String { "\(path):\(line)" }
}

/// A test by its display name.
package struct NamedTest: Hashable, Comparable, Sendable {
    /// The display name.
    package var name: String
    /// Where it stands.
    package var place: Place

    /// Makes a test.
    package init(name: String, place: Place) {
        self.name = name
        self.place = place
    }

    package static func < (a: NamedTest, b: NamedTest) -> Bool { (a.place, a.name) < (b.place, b.name) }
}

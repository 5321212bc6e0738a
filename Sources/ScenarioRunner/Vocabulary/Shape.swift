/// What may stand at one place of a scenario file.
///
/// The checker and the published JSON Schema are both made from shapes, so that they cannot come apart.
package indirect enum Shape: Sendable {
    /// Yes or no.
    case flag
    /// Nothing, or `yes`: for keys that say all by being there.
    case nothing
    /// A whole number within bounds.
    case integer(ClosedRange<Int>)
    /// A text of at most so many characters.
    case text(maximum: Int)
    /// A name that other places refer to.
    case name
    /// A version: a text that begins with a digit.
    case version
    /// One of a few words.
    case words([Word])
    /// A moment to compare with: `as-of NAME`.
    case asOf
    /// An amount of storage with its unit.
    case bytes
    /// A duration with its unit.
    case duration
    /// A list; where `allowsOne`, a single value stands for a list of one.
    case list(Shape, count: ClosedRange<Int>, allowsOne: Bool)
    /// A map with known keys.
    case map(Keys)
    /// A map whose keys are free names, or words.
    case dictionary(keys: [Word]?, values: Shape)
    /// A value, or a map of values for platforms and for all others.
    case perPlatform(Shape)
    /// Any one of these.
    case choice([Shape])
    /// The shape that is defined under this name, which may hold itself.
    case reference(String)

    /// One word of a closed vocabulary.
    package struct Word: Sendable, Hashable {
        package var text: String
        package var documentation: String

        package init(_ text: String, _ documentation: String) {
            self.text = text
            self.documentation = documentation
        }
    }

    /// The keys of a map.
    package struct Keys: Sendable {
        /// What the map is, for sentences: `a step`.
        package var title: String
        /// Keys that may stand beside each other.
        package var keys: [Key]
        /// Keys of which exactly one must stand.
        package var alternatives: [Key]

        package init(_ title: String, _ keys: [Key], exactlyOneOf alternatives: [Key] = []) {
            self.title = title
            self.keys = keys
            self.alternatives = alternatives
        }

        var all: [Key] { alternatives + keys }
    }

    /// A key of a map.
    package struct Key: Sendable {
        package var name: String
        package var shape: Shape
        package var isRequired: Bool
        /// What the key means, a sentence.
        package var documentation: String

        package init(_ name: String, _ shape: Shape, isRequired: Bool = false, _ documentation: String) {
            self.name = name
            self.shape = shape
            self.isRequired = isRequired
            self.documentation = documentation
        }
    }
}

extension Shape {
    /// What would be right at a place of this shape, in a few words.
    var described: String {
        switch self {
        case .flag: "'on' or 'off'"
        case .nothing: "nothing, or 'yes'"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .text(let maximum): "a text of at most \(maximum) characters"
        case .name: "a name of lower-case letters, digits and hyphens"
        case .version: "a version as in \"3.14\""
        case .words(let words): words.map(\.text).joined(separator: ", ")
        case .asOf: "'as-of' and the name of a snapshot or a note"
        case .bytes: "an amount as in '200 GiB'"
        case .duration: "a duration as in '10 min'"
        case .list(let shape, _, _): "a list of \(shape.described)"
        case .map(let keys): "\(keys.title) (a map)"
        case .dictionary: "a map"
        case .perPlatform(let shape): shape.described
        case .choice(let shapes): shapes.map(\.described).joined(separator: "; or ")
        case .reference(let name): Vocabulary.definitions[name]?.title ?? name
        }
    }
}

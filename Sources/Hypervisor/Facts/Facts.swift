/// All that was found about a machine at one instant.
public struct Facts: Hashable, Sendable {
    private var values: [Fact: FactValue]

    /// Makes a set of facts.
    public init(_ values: [Fact: FactValue] = [:]) { self.values = values }

    /// What was found for `fact`; nothing when the machine has no such thing.
    public subscript(fact: Fact) -> FactValue? {
        get { values[fact] }
        set { values[fact] = newValue }
    }

    /// The facts that were found, in the order of their names.
    public var found: [Fact] { values.keys.sorted() }

    /// Takes over all facts of `others`, which win over the ones here.
    public mutating func merge(_ others: Facts) { values.merge(others.values) { $1 } }
}

extension Facts: ExpressibleByDictionaryLiteral {
    /// Takes facts and their values; the last one wins.
    public init(dictionaryLiteral elements: (Fact, FactValue)...) {
        self.init(Dictionary(elements) { $1 })
    }
}

extension Facts: Codable {
    /// Reads an object with a member for each fact.
    public init(from decoder: any Decoder) throws {
        let values = try [String: FactValue](from: decoder)
        self.init(Dictionary(uniqueKeysWithValues: values.map { (Fact(rawValue: $0), $1) }))
    }

    /// Writes an object with a member for each fact.
    public func encode(to encoder: any Encoder) throws {
        try Dictionary(uniqueKeysWithValues: values.map { ($0.rawValue, $1) }).encode(to: encoder)
    }
}

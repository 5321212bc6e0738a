/// What was found for a fact.
public enum FactValue: Hashable, Sendable {
    /// A word, a name or a digest.
    case text(String)
    /// A count.
    case number(Int)
    /// Yes or no.
    case flag(Bool)
    /// It could not be read, and why.
    case unreadable(String)
}

extension FactValue: CustomStringConvertible {
    /// The value in the words of a report.
    public var description: String {
        switch self {
        case .text(let text): text
        case .number(let number): String(number)
        case .flag(let flag): flag ? "yes" : "no"
        case .unreadable(let why): "unreadable (\(why))"
        }
    }
}

extension FactValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    /// Takes a text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// Takes a count.
    public init(integerLiteral value: Int) { self = .number(value) }
    /// Takes a yes or no.
    public init(booleanLiteral value: Bool) { self = .flag(value) }
}

extension FactValue: Codable {
    private struct Unreadable: Codable { let unreadable: String }

    /// Reads a value by its type: text, number, flag, or an object that says why nothing could be read.
    public init(from decoder: any Decoder) throws {
        if let keyed = try? Unreadable(from: decoder) {  // The three others are single values, told apart by trying.
            self = .unreadable(keyed.unreadable)
            return
        }
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {  // As above.
            self = .flag(flag)
        } else if let number = try? container.decode(Int.self) {  // As above.
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    /// Writes a value so that its type can be told when it is read.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .unreadable(let why): try Unreadable(unreadable: why).encode(to: encoder)
        case .text(let text): try text.encode(to: encoder)
        case .number(let number): try number.encode(to: encoder)
        case .flag(let flag): try flag.encode(to: encoder)
        }
    }
}

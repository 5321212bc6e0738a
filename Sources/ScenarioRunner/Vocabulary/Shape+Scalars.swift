extension Shape {
    /// What would be right instead of `text`; nothing when it fits.
    func adviceAgainst(_ text: String, isQuoted: Bool) -> String? {
        switch self {
        case .flag: Self.flag(text, isQuoted: isQuoted) == nil ? "write \(described)" : nil
        case .nothing: Self.isNothing(text, isQuoted: isQuoted) ? nil : "write \(described)"
        case .integer(let range): adviceAgainst(number: text, range)
        case .text(let maximum): adviceAgainst(text: text, isQuoted: isQuoted, maximum)
        case .name: Self.isName(text) ? nil : "write \(described)"
        case .version:
            text.first.map { $0.isASCII && $0.isNumber } == true && text.count <= 40 ? nil : "write \(described)"
        case .words(let words):
            words.contains { $0.text == text } ? nil : Suggestion.advice(for: text, among: words.map(\.text))
        case .asOf: Self.moment(in: text) == nil ? "write \(described)" : nil
        case .bytes: advice { () throws(Units.Fault) in _ = try Units.byteCount(text) }
        case .duration: advice { () throws(Units.Fault) in _ = try Units.duration(text) }
        case .list, .map, .dictionary, .perPlatform, .choice, .reference:
            preconditionFailure("a single value is never held against \(described)")
        }
    }

    private func advice(_ read: () throws(Units.Fault) -> Void) -> String? {
        do throws(Units.Fault) {
            try read()
            return nil
        } catch {
            return error.advice
        }
    }

    private func adviceAgainst(number text: String, _ range: ClosedRange<Int>) -> String? {
        guard let number = Int(text), !text.hasPrefix("+") else { return "write \(described)" }
        return range.contains(number) ? nil : "it takes \(described)"
    }

    private func adviceAgainst(text: String, isQuoted: Bool, _ maximum: Int) -> String? {
        if SourceNode(.scalar(text, isQuoted: isQuoted), at: .start).isEmpty { return "write \(described)" }
        return text.count > maximum ? "shorten it to \(maximum) characters" : nil
    }

    /// Reads yes or no.
    static func flag(_ text: String, isQuoted: Bool) -> Bool? {
        guard !isQuoted else { return nil }
        return ["on": true, "yes": true, "true": true, "off": false, "no": false, "false": false][text.lowercased()]
    }

    /// Whether a key says all by being there.
    static func isNothing(_ text: String, isQuoted: Bool) -> Bool {
        !isQuoted && (["", "~", "null"].contains(text) || flag(text, isQuoted: isQuoted) == true)
    }

    /// Whether `text` can be a name; dots are allowed because facts have them.
    static func isName(_ text: String) -> Bool {
        let isLetter = { (byte: UInt8) in (0x61...0x7A).contains(byte) }
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
        guard let first = text.utf8.first, isLetter(first), text.utf8.count <= 80 else { return false }
        return text.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == 0x2D || $0 == 0x2E }
    }

    /// The moment in `as-of MOMENT`.
    static func moment(in text: String) -> String? {
        guard text.hasPrefix("as-of ") else { return nil }
        let name = String(text.dropFirst("as-of ".count))
        return isName(name) ? name : nil
    }
}

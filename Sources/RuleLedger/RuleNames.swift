/// Finds the names of rules in text.
package enum RuleNames {
    /// One name and how far into the text it stands.
    package struct Hit: Hashable, Sendable {
        package var id: String
        package var range: Range<Int>
    }

    /// The names in `text`: two to five capitals, a hyphen and three digits, standing alone.
    package static func hits(in text: String) -> [Hit] {
        let bytes = Array(text.utf8)
        var hits: [Hit] = []
        var index = 0
        while index < bytes.count {
            guard isCapital(bytes[index]), index == 0 || !isWord(bytes[index - 1]) else {
                index += 1
                continue
            }
            var end = index
            while end < bytes.count, isCapital(bytes[end]) { end += 1 }
            let digits = end + 1
            let isName =
                (2...5).contains(end - index) && digits + 3 <= bytes.count && bytes[end] == UInt8(ascii: "-")
                && bytes[digits..<digits + 3].allSatisfy(isDigit)
                && (digits + 3 == bytes.count || !isWord(bytes[digits + 3]))
            if isName {
                hits.append(
                    Hit(id: String(decoding: bytes[index..<digits + 3], as: UTF8.self), range: index..<digits + 3))
                index = digits + 3
            } else {
                index = end
            }
        }
        return hits
    }

    /// The one name that `text` consists of; nothing when it is anything else.
    package static func only(in text: String) -> String? {
        guard let hit = hits(in: text).first, hit.range == 0..<text.utf8.count else { return nil }
        return hit.id
    }

    private static func isCapital(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private static func isWord(_ byte: UInt8) -> Bool {
        isCapital(byte) || isDigit(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
}

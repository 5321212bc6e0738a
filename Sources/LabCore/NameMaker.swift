/// Makes identifiers, addresses and serial numbers that never repeat within a world.
public struct NameMaker: Hashable, Sendable {
    private var dice: Dice
    private var counters: [String: Int] = [:]

    /// Makes a name maker whose every name follows from `seed`.
    public init(seed: UInt64) { dice = Dice(seed: seed) }

    /// A lower-case hexadecimal string of `digits` random digits, 1 or more.
    public mutating func hexadecimal(digits: Int) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(digits)
        while text.count < digits {
            let word = dice.next()
            for place in 0..<min(16, digits - text.count) { text.append(Self.digit(place, of: word)) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// One of the 16 hexadecimal digits of a number, the highest first, as a letter.
    private static func digit(_ place: Int, of word: UInt64) -> UInt8 {
        let digit = UInt8(truncatingIfNeeded: word >> (60 - 4 * place)) & 0xF
        return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }

    /// A number that counts up from 1 for each `kind` of thing.
    public mutating func number(_ kind: String) -> Int {
        counters[kind, default: 0] += 1
        return counters[kind, default: 0]
    }

    /// A GUID of version 4.
    public mutating func guid() -> GUID {
        let (high, low) = (dice.next(), dice.next())
        return GUID(random: high, low & ~(0xF << 60) | UInt64(dice.roll(below: 4)) << 60)
    }

    /// A UUID of version 4, with letters in lower case.
    public mutating func uuid() -> String { guid().text() }

    /// An IPv4 address under `prefix` (two octets, as in `"10.0"`), each handed out once.
    public mutating func address(under prefix: String) -> String {
        let count = number("address \(prefix)") + 9
        return "\(prefix).\(count / 250).\(count % 250 + 4)"
    }

    /// A hardware address under `prefix` (three octets, as in `"00:50:56"`), each handed out once.
    public mutating func hardwareAddress(under prefix: String) -> String {
        let count = number("hardware address \(prefix)")
        let octets = [count >> 16, count >> 8, count].map { octet in
            let digits = String(octet & 0xFF, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }
        return ([prefix] + octets).joined(separator: ":")
    }
}

extension UInt8 {
    /// Whether it is a hexadecimal digit in ASCII, a letter in lower case.
    package var isHexadecimal: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
    }
}

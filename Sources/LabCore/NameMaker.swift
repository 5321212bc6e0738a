/// Makes identifiers, addresses and serial numbers that never repeat within a world.
public struct NameMaker: Hashable, Sendable {
    private var dice: Dice
    private var counters: [String: Int] = [:]

    /// Makes a name maker whose every name follows from `seed`.
    public init(seed: UInt64) { dice = Dice(seed: seed) }

    /// A lower-case hexadecimal string of `digits` random digits, 1 or more.
    public mutating func hexadecimal(digits: Int) -> String {
        var result = ""
        while result.count < digits {
            let word = String(dice.next(), radix: 16)
            result += String(repeating: "0", count: 16 - word.count) + word
        }
        return String(result.prefix(digits))
    }

    /// A number that counts up from 1 for each `kind` of thing.
    public mutating func number(_ kind: String) -> Int {
        counters[kind, default: 0] += 1
        return counters[kind, default: 0]
    }

    /// A UUID of version 4 in lower case.
    public mutating func uuid() -> String {
        let digits = Array(hexadecimal(digits: 32))
        let variant = ["8", "9", "a", "b"][dice.roll(below: 4)]
        func part(_ range: Range<Int>) -> String { String(digits[range]) }
        return "\(part(0..<8))-\(part(8..<12))-4\(part(13..<16))-\(variant)\(part(17..<20))-\(part(20..<32))"
    }

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

/// A number of 128 bits that names one thing among all, written as 32 hexadecimal digits in five groups.
///
/// Rule: https://www.rfc-editor.org/rfc/rfc9562#section-4.
public struct GUID: Hashable, Comparable, Sendable, CustomStringConvertible {
    @usableFromInline let high: UInt64
    @usableFromInline let low: UInt64

    /// Makes a number of version 4 of 122 random bits; the other six are set.
    init(random high: UInt64, _ low: UInt64) {
        self.high = high & ~0xF000 | 4 << 12
        self.low = low & ~(0b11 << 62) | 0b10 << 62
    }

    /// Reads a number in groups of 8, 4, 4, 4 and 12 digits, with letters of either case; nothing when it is not one.
    public init?(_ text: String) {
        guard text.utf8.count == 36 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for (place, byte) in text.utf8.enumerated() {
            if Self.hyphens.contains(place) {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            words.0 = words.0 << 4 | words.1 >> 60
            words.1 = words.1 << 4 | UInt64(digit)
        }
        (high, low) = words
    }

    private static let hyphens = [8, 13, 18, 23]

    /// The number as text, with letters in lower case or in upper case.
    public func text(uppercase: Bool = false) -> String {
        let letters = UInt8(ascii: uppercase ? "A" : "a") - 10
        return unsafe String(unsafeUninitializedCapacity: 36) { text in
            var end = 0
            for place in 0..<32 {
                if place == 8 || place == 12 || place == 16 || place == 20 {
                    unsafe text[end] = UInt8(ascii: "-")
                    end += 1
                }
                let word = place < 16 ? high : low
                let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (place & 15))) & 0xF
                unsafe text[end] = digit < 10 ? UInt8(ascii: "0") + digit : letters + digit
                end += 1
            }
            return end
        }
    }

    /// The number with letters in lower case.
    public var description: String { text() }

    /// Orders numbers as their texts.
    @inlinable public static func < (a: Self, b: Self) -> Bool { (a.high, a.low) < (b.high, b.low) }
    /// Whether two numbers are the same.
    @inlinable public static func == (a: Self, b: Self) -> Bool { a.low == b.low && a.high == b.high }
    /// Hashes half of the number.
    @inlinable public func hash(into hasher: inout Hasher) { hasher.combine(low) }
    /// Half of the number, which is random: tables that ask for it in this way need no hasher.
    @inlinable public func _rawHashValue(seed: Int) -> Int { Int(truncatingIfNeeded: low ^ high) ^ seed }
}

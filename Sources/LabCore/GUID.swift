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
        let bytes = text.utf8.span
        guard bytes.count == Self.length else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for place in bytes.indices {
            let byte = bytes[place]
            if Self.isHyphen(place) {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            let lower = byte | 0x20
            guard byte >= UInt8(ascii: "0"), lower.isHexadecimal else { return nil }
            let digit = lower <= UInt8(ascii: "9") ? lower - UInt8(ascii: "0") : lower - UInt8(ascii: "a") + 10
            words.0 = words.0 << 4 | words.1 >> 60
            words.1 = words.1 << 4 | UInt64(digit)
        }
        (high, low) = words
    }

    /// The number as text, with letters in lower case or in upper case.
    public func text(uppercase: Bool = false) -> String {
        let letters = UInt64(UInt8(ascii: uppercase ? "A" : "a"))
        let (first, second) = (Self.digits(of: high >> 32, letters), Self.digits(of: high & 0xFFFF_FFFF, letters))
        let (third, fourth) = (Self.digits(of: low >> 32, letters), Self.digits(of: low & 0xFFFF_FFFF, letters))
        return unsafe String(unsafeUninitializedCapacity: Self.length) { text in
            let bytes = UnsafeMutableRawBufferPointer(text)
            func put(_ digits: UInt64, at place: Int) {
                unsafe bytes.storeBytes(of: UInt32(digits).bigEndian, toByteOffset: place, as: UInt32.self)
            }
            unsafe bytes.storeBytes(of: first.bigEndian, toByteOffset: 0, as: UInt64.self)
            put(second >> 32, at: 9)
            put(second & 0xFFFF_FFFF, at: 14)
            put(third >> 32, at: 19)
            put(third & 0xFFFF_FFFF, at: 24)
            unsafe bytes.storeBytes(of: fourth.bigEndian, toByteOffset: 28, as: UInt64.self)
            for place in 0..<Self.length where Self.isHyphen(place) { unsafe text[place] = UInt8(ascii: "-") }
            return Self.length
        }
    }

    /// The eight hexadecimal digits of a number below 2^32 as letters in ASCII, a byte for each, the highest first.
    ///
    /// All digits at once: each is moved into a byte of its own, and those above 9 are moved on to the letters.
    private static func digits(of number: UInt64, _ letters: UInt64) -> UInt64 {
        var digits = (number << 16 | number) & 0x0000_FFFF_0000_FFFF
        digits = (digits << 8 | digits) & 0x00FF_00FF_00FF_00FF
        digits = (digits << 4 | digits) & 0x0F0F_0F0F_0F0F_0F0F
        let isLetter = (digits &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return digits &+ 0x3030_3030_3030_3030 &+ isLetter &* (letters &- 10 &- UInt64(UInt8(ascii: "0")))
    }

    private static let length = 36
    private static func isHyphen(_ place: Int) -> Bool { place == 8 || place == 13 || place == 18 || place == 23 }

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

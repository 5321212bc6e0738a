/// A 64-bit hash that is the same in every process and release, for digests that stand in reports.
///
/// It tells states apart; it does not protect against forgery. Rule: FNV-1a with a SplitMix64 finish,
/// https://datatracker.ietf.org/doc/draft-eastlake-fnv/.
public struct StableHasher: Sendable {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Makes a hasher that has taken in nothing.
    public init() {}

    /// Takes in one number.
    public mutating func combine(_ number: UInt64) {
        var rest = number
        for _ in 0..<8 {
            combine(byte: UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// Takes in one number.
    public mutating func combine(_ number: Int) { combine(UInt64(bitPattern: Int64(number))) }

    /// Takes in a text and its length, so that `["ab", "c"]` and `["a", "bc"]` differ.
    public mutating func combine(_ text: String) {
        let bytes = text.utf8.span
        for place in bytes.indices { combine(byte: bytes[place]) }
        combine(bytes.count)
    }

    /// Takes in one byte.
    public mutating func combine(byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }

    /// The hash of all that was taken in.
    public func finalize() -> UInt64 {
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// The hash as 16 lower-case hexadecimal digits.
    public func digest() -> String {
        let digits = String(finalize(), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

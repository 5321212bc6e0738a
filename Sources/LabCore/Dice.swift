/// A seeded source of chance: the same seed gives the same throws on every machine and in every release.
///
/// Rule: xoshiro256**, seeded by SplitMix64, https://prng.di.unimi.it/.
public struct Dice: RandomNumberGenerator, Hashable, Sendable {
    private var a: UInt64
    private var b: UInt64
    private var c: UInt64
    private var d: UInt64

    /// Makes dice whose every throw follows from `seed`.
    public init(seed: UInt64) {
        var state = seed
        func split() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
        (a, b, c, d) = (split(), split(), split(), split())
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        let result = (b &* 5).rotated(by: 7) &* 9
        let shifted = b << 17
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = d.rotated(by: 45)
        return result
    }

    /// A throw that comes out true `numerator` times in `denominator`, on average.
    ///
    /// - Parameters:
    ///   - numerator: from 0, never, to `denominator`, always.
    ///   - denominator: at least 1.
    /// - Returns: the throw.
    public mutating func chance(_ numerator: Int, in denominator: Int) -> Bool {
        precondition(
            denominator >= 1 && (0...denominator).contains(numerator), "a chance lies between never and always")
        return roll(below: denominator) < numerator
    }

    /// A whole number from 0 to `bound` - 1, each as likely; `bound` is at least 1.
    public mutating func roll(below bound: Int) -> Int {
        precondition(bound >= 1, "a die needs a side")
        return Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// Dice for a part of the work, so that more throws there do not move the throws here.
    public mutating func split() -> Dice { Dice(seed: next()) }
}

extension UInt64 {
    fileprivate func rotated(by count: UInt64) -> UInt64 { (self << count) | (self >> (64 - count)) }
}

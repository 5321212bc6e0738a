/// The outside of a simulation: its time, its dice and its names, so that nothing reads a clock or rolls a die of its own.
public struct World: Hashable, Sendable {
    /// The virtual time; it moves only when its owner advances it.
    public private(set) var now: Instant
    /// The world's dice.
    public var dice: Dice
    /// The maker of identifiers and addresses.
    public var names: NameMaker

    /// Makes a world whose every event follows from `seed`.
    public init(seed: UInt64, now: Instant = .start) {
        self.now = now
        dice = Dice(seed: seed)
        names = NameMaker(seed: seed ^ 0xA5A5_5A5A_0F0F_F0F0)
    }

    /// Moves time to `instant`; traps when that lies in the past.
    public mutating func advance(to instant: Instant) {
        precondition(instant >= now, "virtual time never runs backwards: \(instant) is before \(now)")
        now = instant
    }
}

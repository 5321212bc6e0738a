package import LabCore

/// A bucket of tokens from which something is paid: it holds so many at the most, and gains them at a steady pace.
package struct TokenBucket: Hashable, Sendable {
    /// How many tokens a bucket holds, and how many it gains in each period.
    package struct Size: Hashable, Sendable {
        package var capacity: Int
        package var refill: Int
        package var period: Duration

        package init(capacity: Int, refill: Int, each period: Duration) {
            self.capacity = capacity
            self.refill = refill
            self.period = period
        }
    }

    private let size: Size
    /// What is in it at `filled`, in parts of which a token has as many as the period has nanoseconds.
    private var parts: Int64
    private var filled: Instant

    /// Makes a bucket that is full.
    package init(full size: Size, at now: Instant) {
        self.size = size
        parts = Int64(size.capacity) * size.period.nanoseconds
        filled = now
    }

    /// Makes a bucket with nothing in it.
    package init(empty size: Size, at now: Instant) {
        self.size = size
        parts = 0
        filled = now
    }

    /// The whole tokens in it.
    package func tokens(at now: Instant) -> Int { Int(level(at: now) / size.period.nanoseconds) }

    /// Takes tokens out; when there are too few it takes none, and answers how long to wait for them.
    package mutating func take(_ tokens: Int = 1, at now: Instant) -> Duration? {
        (parts, filled) = (level(at: now), now)
        let missing = Int64(tokens) * size.period.nanoseconds - parts
        guard missing <= 0 else { return .nanoseconds(time(toGain: missing)) }
        parts = -missing
        return nil
    }

    private func level(at now: Instant) -> Int64 {
        let full = Int64(size.capacity) * size.period.nanoseconds
        let elapsed = (now - filled).nanoseconds
        return elapsed >= time(toGain: full - parts) ? full : parts + elapsed * Int64(size.refill)
    }

    private func time(toGain parts: Int64) -> Int64 { (parts + Int64(size.refill) - 1) / Int64(size.refill) }
}

/// A moment on a clock, virtual or real, counted in nanoseconds since 1970-01-01T00:00:00Z.
public struct Instant: Hashable, Comparable, Sendable, Codable {
    /// Nanoseconds since 1970-01-01T00:00:00Z; negative before it.
    public let nanoseconds: Int64

    /// Makes an instant from a count of nanoseconds since 1970-01-01T00:00:00Z.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// The first instant of every simulated world, 2026-01-01T00:00:00Z.
    public static let start = Instant(nanoseconds: 1_767_225_600_000_000_000)

    /// Orders instants from the earlier to the later.
    public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }

    /// The instant that lies `duration` later; durations are cut to whole nanoseconds.
    public static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(nanoseconds: instant.nanoseconds + duration.nanoseconds)
    }

    /// The instant that lies `duration` earlier.
    public static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(nanoseconds: instant.nanoseconds - duration.nanoseconds)
    }

    /// The time that passed from `b` to `a`.
    public static func - (a: Instant, b: Instant) -> Duration { .nanoseconds(a.nanoseconds - b.nanoseconds) }
}

extension Instant: CustomStringConvertible {
    /// The instant in ISO 8601 with milliseconds, in UTC: `2026-01-01T00:00:00.000Z`.
    public var description: String {
        let (date, clock) = fields
        let milliseconds = padded(clock.nanosecond / 1_000_000, to: 3)
        return "\(date.year)-\(padded(date.month))-\(padded(date.day))T"
            + "\(padded(clock.hour)):\(padded(clock.minute)):\(padded(clock.second)).\(milliseconds)Z"
    }

    /// The instant's fields in the proleptic Gregorian calendar, in UTC.
    ///
    /// Rule: https://howardhinnant.github.io/date_algorithms.html (`civil_from_days`).
    public var fields:
        (
            date: (year: Int, month: Int, day: Int), clock: (hour: Int, minute: Int, second: Int, nanosecond: Int)
        )
    {
        let perDay: Int64 = 86_400_000_000_000
        let (days, rest) = nanoseconds.flooredDivision(by: perDay)
        let shifted = days + 719_468
        let (era, dayOfEra) = shifted.flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let seconds = rest / 1_000_000_000
        let clock = (Int(seconds / 3600), Int(seconds / 60 % 60), Int(seconds % 60), Int(rest % 1_000_000_000))
        return ((Int(year), Int(month), Int(day)), clock)
    }

    private func padded(_ number: Int, to width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

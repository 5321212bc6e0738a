extension Duration {
    /// The duration in whole nanoseconds, cut towards zero and clamped to 292 years.
    public var nanoseconds: Int64 {
        Int64(clamping: attoseconds / 1_000_000_000)
    }

    /// A number of minutes.
    public static func minutes(_ count: Int) -> Duration { .seconds(60 * count) }

    /// A number of hours.
    public static func hours(_ count: Int) -> Duration { .seconds(3600 * count) }

    /// A number of days of 24 hours.
    public static func days(_ count: Int) -> Duration { .seconds(86_400 * count) }

    /// The duration in words a person reads at a glance: `350 ms`, `12.4 s`, `3 min 20 s`, `2 h 5 min`, `14 d`.
    public var inWords: String {
        let total = nanoseconds
        guard total >= 0 else { return "-" + (.zero - self).inWords }
        if total < 1_000_000_000 { return "\(total / 1_000_000) ms" }
        let tenths = total / 100_000_000
        if tenths < 600 { return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s" }
        let seconds = total / 1_000_000_000
        let units: [(size: Int64, name: String)] = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")]
        let first = units.firstIndex { seconds >= $0.size } ?? units.count - 1
        let major = "\(seconds / units[first].size) \(units[first].name)"
        guard first + 1 < units.count else { return major }
        let minor = seconds % units[first].size / units[first + 1].size
        return minor == 0 ? major : "\(major) \(minor) \(units[first + 1].name)"
    }
}

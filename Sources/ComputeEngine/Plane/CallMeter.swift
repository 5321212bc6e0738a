package import LabCore

/// The calls of this minute; they are counted by the project and start anew at each whole minute.
///
/// Rule: GCE-136.
package struct CallMeter: Hashable, Sendable {
    private var minute: Int64 = -1
    private var calls = 0

    package init() {}

    /// Counts a call; false when the minute has none left.
    package mutating func take(at now: Instant, limit: Int) -> Bool {
        let minute = now.nanoseconds / 60_000_000_000
        if minute != self.minute { (self.minute, calls) = (minute, 0) }
        guard calls < limit else { return false }
        calls += 1
        return true
    }
}

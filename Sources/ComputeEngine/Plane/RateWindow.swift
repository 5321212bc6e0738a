package import LabCore

/// The last times something was made of one resource, against a limit for any hour.
///
/// "One in ten minutes, bursts of six in an hour" is held as a sliding window of six in an hour.
package struct RateWindow: Hashable, Sendable {
    private var times: [Instant] = []

    package init() {}

    /// When the next one is allowed: `now`, or the time when the oldest leaves the window.
    package func next(after now: Instant, burst: Int, window: Duration) -> Instant {
        let recent = times.filter { $0 + window > now }
        return recent.count < burst ? now : recent[recent.count - burst] + window
    }

    /// Counts one at `now`.
    package mutating func count(at now: Instant, burst: Int) {
        times.append(now)
        if times.count > burst { times.removeFirst() }
    }
}

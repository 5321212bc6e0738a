package import LabCore

/// The last times at which something was done, against a limit on how often it may be in any window of time.
package struct RateWindow: Hashable, Sendable {
    private var times: [Instant] = []

    package init() {}

    /// The last time of all.
    package var last: Instant? { times.last }

    /// How long to wait until one more is allowed; nothing when it is now.
    package func wait(at now: Instant, limit: Int, in window: Duration) -> Duration? {
        let recent = times.filter { $0 + window > now }
        return recent.count < limit ? nil : recent[recent.count - limit] + window - now
    }

    /// Counts one; what has left the window is forgotten.
    package mutating func count(at now: Instant, in window: Duration) {
        times.removeAll { $0 + window <= now }
        times.append(now)
    }

    /// Whether one more is allowed now; it is counted when it is, and where the platform counts what it refuses, always.
    package mutating func admit(at now: Instant, limit: Int, in window: Duration, countsRefused: Bool) -> Bool {
        let isAllowed = wait(at: now, limit: limit, in: window) == nil
        if isAllowed || countsRefused { count(at: now, in: window) }
        return isAllowed
    }
}

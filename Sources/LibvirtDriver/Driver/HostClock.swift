internal import Foundation
internal import Hypervisor
internal import LabCore

/// The clock of this host.
enum HostClock {
    /// The time.
    static var now: Instant {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// Waits; a task that is cancelled stops waiting and refuses.
    static func sleep(_ duration: Duration) async throws(Refusal) {
        do {
            try await Task.sleep(for: duration)
        } catch {
            throw .cancelled
        }
    }

    /// Asks again and again until there is an answer; nothing when there is none within `limit`.
    static func poll<Answer>(
        every pause: Duration = .milliseconds(10), for limit: Duration,
        _ body: () async throws(Refusal) -> Answer?
    ) async throws(Refusal) -> Answer? {
        let clock = ContinuousClock()
        let end = clock.now + limit
        while true {
            if let answer = try await body() { return answer }
            guard clock.now < end else { return nil }
            try await sleep(pause)
        }
    }
}

extension Refusal {
    /// Someone interrupted the lab.
    static let cancelled = Refusal(.lab, code: "Interrupted", message: "the lab was interrupted")
}

/// Does something to its end even when the task is being cancelled, as cleaning up must be.
func evenWhenCancelled<Result: Sendable>(
    _ body: sending @escaping @isolated(any) () async -> Result
) async -> Result {
    await Task(operation: body).value
}

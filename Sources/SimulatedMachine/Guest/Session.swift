package import Hypervisor
package import LabCore

/// One run of a guest from boot to power-off: everything in memory but the caches of the file systems.
package struct Session: Hashable, Sendable {
    /// The name of the run.
    package var bootID: String
    package var bootedAt: Instant
    package var identity: GuestIdentity
    /// How the file systems and the database came up.
    package var recoveries: [DiskRole: Recovery] = [:]
    package var databaseRecovery: Recovery?
    package var database: Database?
    /// Why there is no database.
    package var databaseTrouble: String?
    package var service = Service.down("not started")
    /// When maintenance mode is to be set; nothing when that is not planned.
    ///
    /// Rule: GHES-007.
    var maintenanceDue: Instant?
    /// Background jobs that run, in the order of their start.
    package var jobs: [Job] = []
    /// The changes of a transaction that the application has begun and not committed.
    package var openTransaction: [Change] = []

    package enum Service: Hashable, Sendable {
        case healthy
        case down(String)
    }

    /// A background job: it commits a little work every two seconds, sixty times.
    package struct Job: Hashable, Sendable {
        static let transactions = 60
        static let pause = Duration.seconds(2)
        /// A transition of the data after a feature upgrade takes a day in all.
        static let transitionPause = Duration.minutes(24)

        package var key: Int
        package var done = 0
        package var due: Instant
        package var pause = Job.pause
    }

    /// When the next job has something to do.
    var nextDue: Instant? { jobs.lazy.map(\.due).min() }

    /// Puts off what should have been done while the file systems were frozen.
    mutating func hold(until now: Instant) {
        for index in jobs.indices { jobs[index].due = max(jobs[index].due, now) }
    }

    /// Moves the timers on, when a memory goes on at another time than it was taken.
    mutating func shift(by duration: Duration) {
        for index in jobs.indices { jobs[index].due = jobs[index].due + duration }
        database?.shift(by: duration)
    }
}

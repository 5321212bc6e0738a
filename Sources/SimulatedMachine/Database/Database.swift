package import Hypervisor
package import LabCore

/// A running database: tables in pages, and a write-ahead log, as files of the guest.
///
/// It keeps the rules of PostgreSQL:
/// - A transaction is committed when its records, the commit record last, are synced to the log.
///   https://www.postgresql.org/docs/current/wal-intro.html
/// - Pages reach the disk later: a background writer writes and syncs them after a second, a checkpoint writes all that are
///   left and then notes in the control file where replay would start; log segments before that are removed.
///   https://www.postgresql.org/docs/current/runtime-config-resource.html, https://www.postgresql.org/docs/current/wal-configuration.html
/// - Starting up replays the log from there to its end, the first record that is not valid.
///   https://www.postgresql.org/docs/current/wal-internals.html
/// - A checkpoint record that is missing ends the start ("could not locate a valid checkpoint record"), and so does a page
///   that is newer than the log ("xlog flush request ... is not satisfied"): both come of a log and pages of different
///   instants. `src/backend/access/transam/xlogrecovery.c` and `xlog.c` (`XLogFlush`).
/// Left out: pages are not logged whole, for a simulated disk never tears a single block.
package struct Database: Hashable, Sendable {
    static let writerDelay = Duration.seconds(1)
    static let checkpointTimeout = Duration.seconds(30)
    /// Records in one segment of the log.
    static let segmentSize = 64 * LogPage.capacity

    /// The disk with the log.
    package let logRole: DiskRole
    /// The disk with the tables.
    package let tableRole: DiskRole
    package internal(set) var contents: Tables
    /// The last page of the log, with room for a record at least.
    var tail: LogPage
    var nextTransaction = 1
    /// Where replay would start, and the record behind the last checkpoint's.
    var redo: Int
    var restEnd: Int
    /// The segment of the log that was written last.
    var openLog: OpenLog?
    /// When dirty pages are written out, and when the next checkpoint is.
    var writerDue: Instant?
    var checkpointDue: Instant?

    /// A segment of the log whose file is kept open, so that no commit has to find it by its path.
    struct OpenLog: Hashable, Sendable {
        var segment: Int
        /// The number of the file's inode.
        var file: Int
    }

    static let directory = "/database"
    static let controlPath = "/database/control"
    static func tablePath(_ table: String) -> String { "/database/table-\(table)" }
    static func segmentPath(_ segment: Int) -> String {
        let digits = String(segment)
        return "/database/log-\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits)"
    }

    /// The sequence number of the next record.
    package var nextRecord: Int { tail.first + tail.records.count }

    /// When the next timer falls due.
    package var nextDue: Instant? { [writerDue, checkpointDue].lazy.compactMap { $0 }.min() }

    /// Moves the timers on, when a memory goes on at another time than it was taken.
    package mutating func shift(by duration: Duration) {
        writerDue = writerDue.map { $0 + duration }
        checkpointDue = checkpointDue.map { $0 + duration }
    }

    /// Does what is due at `now`.
    package mutating func runTimers(at now: Instant, in storage: inout Storage) throws(DatabaseFault) {
        if let writerDue, writerDue <= now {
            // Set first, so that pages that find no room now are tried again later, and not at once for ever.
            self.writerDue = now + Self.checkpointTimeout
            try writePages(in: &storage)
            self.writerDue = nil
        }
        if let checkpointDue, checkpointDue <= now {
            self.checkpointDue = now + Self.checkpointTimeout
            try checkpoint(in: &storage)
        }
    }
}

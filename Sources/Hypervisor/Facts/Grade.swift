/// How good a restored state is, from the worst to the best.
public enum Grade: String, Hashable, Comparable, Sendable, Codable, CaseIterable {
    /// Parts of the machine contradict each other: the service cannot run on them.
    case inconsistent
    /// As after a power cut: logs were replayed, and what had not reached the disks is lost.
    case crashConsistent = "crash-consistent"
    /// Every file is as it was written, but work that the application had in hand is cut off.
    case fileSystemConsistent = "file-system-consistent"
    /// The application was at rest: nothing was replayed, lost or cut off.
    case applicationConsistent = "application-consistent"
    /// The machine goes on in the very state it was in, memory and all.
    case identical

    public static func < (a: Grade, b: Grade) -> Bool {
        allCases.firstIndex(of: a) ?? 0 < allCases.firstIndex(of: b) ?? 0
    }
}

extension Grade {
    /// The grade of a machine that came back with `restored`, when `wanted` is what it had at the snapshot.
    ///
    /// Each step is decided by facts alone:
    /// - *inconsistent*: a disk or the database is corrupt, or the service is down or the schema is not what it was;
    /// - *identical*: the same boot goes on with the same disks, jobs and open transactions;
    /// - *crash-consistent*: a log was replayed with something in it, or committed records or loose files are missing;
    /// - *file-system-consistent*: jobs or open transactions were cut off;
    /// - *application-consistent*: none of these.
    public init(restored: Facts, wanted: Facts) {
        let recoveries: [Fact] = [.fileSystem(.root), .fileSystem(.data), .database]
        let states = recoveries.compactMap { fact in restored[fact].map(Recovery.init(fact:)) }
        let contents: [Fact] = [.program, .version, .schema, .configuration, .data, .looseFiles]
        let isAsWanted = { (facts: [Fact]) in facts.allSatisfy { restored[$0] == wanted[$0] } }
        if states.contains(.corrupt) || restored[.service] != "healthy" || !isAsWanted([.version, .schema]) {
            self = .inconsistent
        } else if isAsWanted(contents + [.bootID, .jobs, .openRecords]), restored[.bootID] != nil {
            self = .identical
        } else if states.contains(.replayed) || !isAsWanted(contents) {
            self = .crashConsistent
        } else if restored[.stuckJobs] ?? 0 != wanted[.stuckJobs] ?? 0 || wanted[.openRecords] ?? 0 != 0 {
            self = .fileSystemConsistent
        } else {
            self = .applicationConsistent
        }
    }
}

extension Recovery {
    /// Reads a recovery from a fact; what cannot be read counts as corrupt.
    fileprivate init(fact: FactValue) {
        guard case .text(let word) = fact, let recovery = Recovery(rawValue: word) else {
            self = .corrupt
            return
        }
        self = recovery
    }
}

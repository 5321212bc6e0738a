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

    /// Orders grades from the worst to the best.
    public static func < (a: Grade, b: Grade) -> Bool {
        allCases.firstIndex(of: a) ?? 0 < allCases.firstIndex(of: b) ?? 0
    }
}

extension Grade {
    /// The grade of a machine that came back with `restored`, when `wanted` is what it had at the snapshot.
    ///
    /// There is none while the machine is off or suspended: nobody knows yet what a boot will make of it.
    /// Each step is decided by facts alone:
    /// - *inconsistent*: a disk or the database is corrupt, or the service is down;
    /// - *identical*: the same boot goes on with the same disks, jobs and open transactions;
    /// - *crash-consistent*: a journal was replayed with something in it, or committed records or loose files are missing;
    /// - *file-system-consistent*: the database replayed its log, or jobs or open transactions were cut off;
    /// - *application-consistent*: none of these.
    ///
    /// Data that is *newer* than the snapshot does not lower the grade: it is consistent, though not what was asked for.
    public init?(restored: Facts, wanted: Facts) {
        guard restored[.power] == "on" else { return nil }
        let fileSystems = [Fact.fileSystem(.root), .fileSystem(.data)].compactMap {
            restored[$0].map(Recovery.init(fact:))
        }
        let database = restored[.database].map(Recovery.init(fact:))
        let isAsWanted = { (facts: [Fact]) in facts.allSatisfy { restored[$0] == wanted[$0] } }
        let everything: [Fact] = [
            .program, .version, .schema, .configuration, .data, .looseFiles, .bootID, .jobs, .openRecords, .maintenance,
        ]
        if fileSystems.contains(.corrupt) || database == .corrupt || restored[.service] != "healthy" {
            self = .inconsistent
        } else if restored[.bootID] != nil, isAsWanted(everything) {
            self = .identical
        } else if fileSystems.contains(.replayed) || restored.lacksContents(of: wanted) {
            self = .crashConsistent
        } else if database == .replayed || restored.count(.stuckJobs) > wanted.count(.stuckJobs)
            || wanted.count(.jobs) > 0
            || wanted.count(.openRecords) > 0
        {
            self = .fileSystemConsistent
        } else {
            self = .applicationConsistent
        }
    }
}

extension Facts {
    /// Whether committed records or whole files that `wanted` counts are missing here.
    fileprivate func lacksContents(of wanted: Facts) -> Bool {
        count(.records) < wanted.count(.records) || count(.looseFiles) < wanted.count(.looseFiles)
            || count(.records) == wanted.count(.records) && self[.data] != wanted[.data]
    }

    /// A count; what is not there or cannot be read counts as nothing.
    fileprivate func count(_ fact: Fact) -> Int {
        guard case .number(let number) = self[fact] else { return 0 }
        return number
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

package import Hypervisor
package import LabCore
package import ScenarioRunner

/// One scenario on several platforms, side by side; everything in it was read from the journals of the runs.
package struct Comparison: Hashable, Sendable, Codable {
    /// The scenario's name with its inputs.
    package var scenario: String
    /// What happens in it, in one line.
    package var title: String
    /// What a reader learns from it; nothing when it does not say.
    package var teaches: String?
    /// The file that it was read from.
    package var file: String
    /// The seed that every simulated event follows from.
    package var seed: UInt64
    /// A column for each platform, whatever became of its run.
    package var columns: [Column]

    /// What one platform made of the scenario.
    package struct Column: Hashable, Sendable, Codable {
        package var platform: Platform
        /// Whether times are virtual or real; nothing when nothing was done.
        package var clock: Clock?
        /// The provider's name; nothing when the run did not come that far.
        package var provider: String?
        /// How the run ended and why.
        package var conclusion: Conclusion
        /// How good the restored state is; nothing when nothing was reverted, or the machine does not run.
        package var grade: Grade?
        /// The moment with which the end is compared; nothing when nothing was compared.
        package var baseline: String?
        /// Every snapshot that was taken, in this order.
        package var snapshots: [TakenSnapshot]
        /// Every revert that was done, in this order.
        package var reverts: [DoneRevert]
        /// What became of what the machine holds, fact by fact.
        package var contents: [Verdict.Finding]
        /// What became of what the machine is known by.
        package var identity: [Verdict.Finding]
        /// How long each phase took.
        package var phases: [PhaseTime]
        /// How long all of it took; nothing when nothing was done.
        package var milliseconds: Int?
        /// What all snapshots took up by themselves when they were taken; nothing where the platform does not tell.
        package var storedBytes: ByteCount?
    }

    /// Whose time it is.
    package enum Clock: String, Hashable, Sendable, Codable, CaseIterable { case virtual, real }
}

extension Comparison {
    /// The comparisons of runs, one for each scenario in the order in which they came.
    package static func all(of journals: [Journal]) -> [Comparison] {
        var names: [String] = []
        for journal in journals where !names.contains(journal.header.scenario) { names.append(journal.header.scenario) }
        return names.compactMap { name in Comparison(of: journals.filter { $0.header.scenario == name }) }
    }

    private init?(of journals: [Journal]) {
        guard let header = journals.first?.header else { return nil }
        scenario = header.scenario
        title = header.title
        teaches = header.teaches
        file = header.file
        seed = header.seed
        columns = journals.map(Column.init)
    }
}

extension Comparison.Column {
    fileprivate init(_ journal: Journal) {
        let result = journal.result
        platform = result.platform
        clock = journal.entries.isEmpty ? nil : journal.header.isSimulated ? .virtual : .real
        provider = result.provider
        conclusion = result.conclusion
        grade = result.verdict?.grade
        baseline = result.verdict?.baseline
        snapshots = result.snapshots
        reverts = result.reverts
        let findings = result.verdict?.findings ?? []
        contents = findings.filter { !$0.fact.isIdentity }.sorted { $0.fact.rank < $1.fact.rank }
        identity = findings.filter(\.fact.isIdentity).sorted { $0.fact.rank < $1.fact.rank }
        phases = result.phases
        milliseconds = result.milliseconds
        let sizes = result.snapshots.compactMap(\.storedBytes)
        storedBytes = sizes.isEmpty ? nil : sizes.reduce(.zero, +)
    }

    /// What became of a fact; nothing where the machine had no such thing, or nothing was compared.
    package func finding(_ fact: Fact) -> Verdict.Finding? { (contents + identity).first { $0.fact == fact } }
}

extension Verdict.Finding {
    /// Whether what was found at the end is not what was there at the snapshot.
    package var differs: Bool { fate.isDifference }
}

extension Fact {
    private static let contents: [Fact] = [
        .service, .version, .program, .configuration, .firewallRules, .schema, .data, .records, .looseFiles,
        .danglingLinks, .clonesAhead, .servedBy, .database, .fileSystem(.root), .fileSystem(.data), .maintenance, .jobs,
        .stuckJobs,
        .openRecords, .bootID, .power, .snapshots,
    ]
    private static let identity: [Fact] = [
        .machine, .privateAddress, .publicAddress, .hardwareAddress, .configuredAddress, .disk(.root), .disk(.data),
    ]

    /// Whether it is something by which a machine is known, rather than something that it holds.
    var isIdentity: Bool { Self.identity.contains(self) }

    /// Where it stands in a report: what a user misses first comes first, what nobody placed comes last by its name.
    var rank: Rank {
        let known = Self.contents + Self.identity
        return Rank(place: known.firstIndex(of: self) ?? known.count, name: rawValue)
    }

    struct Rank: Comparable {
        var place: Int
        var name: String

        static func < (a: Rank, b: Rank) -> Bool { (a.place, a.name) < (b.place, b.name) }
    }
}

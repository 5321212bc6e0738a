import Hypervisor
import LabCore
import ScenarioRunner

extension ComparisonSheet {
    /// How each run ended, and why those that did not pass did not.
    mutating func outcome(of columns: [Comparison.Column]) -> Section {
        var section = Section(title: "Outcome")
        let outcomes = columns.map { column -> Cell in
            let outcome = column.conclusion.outcome
            let reasons = column.conclusion.reasons.map { Account(rule: $0.rule, text: $0.textWithoutRule) }
            return Cell(
                text: outcome == .failed ? "FAILED" : outcome.rawValue, notes: notes(reasons, on: column.platform),
                tone: outcome.colour)
        }
        section.rows += row("run", outcomes)
        section.rows += row(
            "grade", columns.map { Cell(text: $0.grade?.rawValue ?? "", tone: $0.grade.map { _ in .strong }) })
        return section
    }

    /// What each snapshot held, by the scenario's names; of those that share a name, the last.
    mutating func snapshots(of columns: [Comparison.Column]) -> [Section] {
        var names: [String] = []
        for snapshot in columns.flatMap(\.snapshots) where !names.contains(snapshot.name) {
            names.append(snapshot.name)
        }
        return names.map { name in
            var section = Section(title: "The snapshot '\(name)'")
            let taken = columns.map { column in column.snapshots.last { $0.name == name } }
            let words = { (of: (TakenSnapshot) -> String) in taken.map { Cell(text: $0.map(of) ?? "") } }
            section.rows += row("taken by", words(\.method))
            section.rows += row("the machine was", words { $0.power?.description ?? "not seen" })
            section.rows += row("holds", words(\.contents))
            section.rows += row("quiesced", words { $0.isQuiesced ? "yes" : "no" })
            if taken.contains(where: { $0.map { $0.state != .ready } ?? false }) {
                section.rows += row("state", words(\.state.rawValue))
            }
            section.rows += row("bytes stored", words { $0.storedBytes?.description ?? "not told" })
            let remarks = zip(columns, taken).map { column, snapshot in
                Cell(text: "", notes: notes(snapshot?.notes ?? [], on: column.platform))
            }
            section.rows += row("remarks", remarks)
            return section
        }
    }

    /// How each machine was brought back.
    mutating func waysBack(of columns: [Comparison.Column]) -> Section {
        var section = Section(title: "The way back")
        let most = columns.map(\.reverts.count).max() ?? 0
        for number in 0..<most {
            let prefix = most > 1 ? "\(number + 1). " : ""
            let reverts = columns.map { $0.reverts.count > number ? $0.reverts[number] : nil }
            let words = { (of: (DoneRevert) -> String) in reverts.map { Cell(text: $0.map(of) ?? "") } }
            section.rows += row(prefix + "brought back by", words(\.method))
            section.rows += row("to the snapshot", words { "'\($0.snapshot)'" })
            section.rows += row("the machine is", words { $0.isNewMachine ? "a new one" : "the same" })
            section.rows += row("and is left", words { $0.left?.description ?? "not seen" })
            let remarks = zip(columns, reverts).map { column, revert in
                Cell(text: "", notes: notes(revert?.notes ?? [], on: column.platform))
            }
            section.rows += row("remarks", remarks)
        }
        return section
    }

    /// What became of facts, a row for each that differs somewhere; the others are named below.
    mutating func facts(
        _ title: String, of columns: [Comparison.Column], _ group: (Comparison.Column) -> [Verdict.Finding]
    ) -> Section {
        let all = Set(columns.flatMap(group).map(\.fact)).sorted { $0.rank < $1.rank }
        let different = all.filter { fact in columns.contains { $0.finding(fact)?.differs ?? false } }
        var section = Section(title: title)
        for fact in different {
            section.rows += row(
                fact.rawValue,
                columns.map { column in
                    guard let finding = column.finding(fact) else { return Cell(text: column.absence) }
                    let accounts = finding.differs ? finding.accounts : []
                    return Cell(
                        text: finding.words, notes: notes(accounts, on: column.platform), tone: finding.colour)
                })
        }
        let alike = all.filter { !different.contains($0) }.map(\.rawValue)
        if section.rows.isEmpty, !alike.isEmpty {
            let cells = columns.map { Cell(text: group($0).isEmpty ? $0.absence : "as it was") }
            section.rows += row("everything", cells)
        } else if !alike.isEmpty {
            section.closing.append("As at the snapshot wherever it was looked at: \(alike.joined(separator: ", ")).")
        }
        if columns.flatMap(group).contains(where: \.isUnexplained) {
            section.closing.append("[?] No rule accounts for this.")
        }
        return section
    }

    /// How long each phase took, on each platform's clock.
    func times(of columns: [Comparison.Column]) -> Section {
        let clocks = columns.compactMap(\.clock)
        let isMixed = Set(clocks).count > 1
        var section = Section(title: isMixed ? "Time" : clocks.first == .real ? "Real time" : "Virtual time")
        if isMixed { section.rows += row("clock", columns.map { Cell(text: $0.clock?.rawValue ?? "") }) }
        for phase in RunPhase.allCases {
            let times = columns.map { column in column.phases.first { $0.phase == phase }?.milliseconds }
            guard times.contains(where: { $0 ?? 0 > 0 }) else { continue }
            let cells = zip(columns, times).map { column, time in
                Cell(text: time.map { Duration.milliseconds($0).inWords } ?? column.absence)
            }
            section.rows += row(phase.label, cells)
        }
        let totals = columns.map { Cell(text: $0.milliseconds.map { Duration.milliseconds($0).inWords } ?? "") }
        section.rows += row("together", totals)
        return section
    }
}

extension Comparison.Column {
    /// What stands where there is nothing to say: a dash for a run that came to its end, nothing for one that did not.
    fileprivate var absence: String { phases.isEmpty ? "" : "-" }
}

extension TakenSnapshot {
    /// What it holds, in a few words.
    fileprivate var contents: String {
        (disks.map(\.rawValue) + (holdsMemory ? ["memory"] : [])).joined(separator: ", ")
    }
}

extension Verdict.Finding {
    /// The fate, with what was and what is where a person can read it.
    fileprivate var words: String {
        let fate = isUnexplained ? "\(fate.rawValue) [?]" : fate.rawValue
        guard differs, !fact.isDigest else { return fate }
        let (before, after) = (wanted?.description ?? "none", restored?.description ?? "none")
        guard before.count <= 16, after.count <= 48 else { return fate }
        return "\(fate): \(before) → \(after)"
    }
}

extension Fact {
    /// Whether its value is a digest or a random name, which says nothing to a person.
    fileprivate var isDigest: Bool { [.program, .data, .configuration, .bootID].contains(self) }
}

extension Conclusion.Reason {
    /// The sentence, without the rule at its end.
    fileprivate var textWithoutRule: String { rule.map { text.replacing(" (\($0))", with: "") } ?? text }
}

extension RunPhase {
    /// The phase as the heading of a row.
    package var label: String {
        switch self {
        case .make: "make the machine"
        case .work: "work before"
        case .snapshot: "take snapshots"
        case .upgrade: "upgrade"
        case .revert: "go back"
        case .recover: "work after"
        case .delete: "delete snapshots"
        case .check: "look at facts"
        case .remove: "remove everything"
        }
    }
}

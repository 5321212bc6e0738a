import Hypervisor
import LabCore

/// Finds what accounts for the differences that a revert leaves.
struct Accountant: Hashable, Sendable {
    /// The platform's explanations, and those that hold on any.
    let explanations: [Explanation]
    /// What the machine was made of.
    let machine: MachineSpec
    /// The snapshot that was reverted to, and what the provider said of the revert.
    let revert: Revert?
    /// The steps that were done after the revert.
    let laterSteps: [StepReference]

    /// A revert that was done.
    struct Revert: Hashable, Sendable {
        var snapshot: Snapshot
        var report: RevertReport
        /// The disks that it was to bring back; nothing for all that the snapshot holds.
        var disks: [DiskRole]?
        /// The facts right after it.
        var facts: Facts
    }

    /// What accounts for what became of `fact`.
    func accounts(for fact: Fact, moments: Moments, present: Facts) -> [Account] {
        let situation = situation(wanted: moments.wanted, present)
        let fate = moments.fate(of: fact, in: present)
        return accounts(
            for: fact, fate, by: explanations, wanted: moments.wanted, present: present, in: situation)
    }

    private func accounts(
        for fact: Fact, _ fate: Fate, by explanations: [Explanation], wanted: Facts, present: Facts,
        in situation: Situation?
    ) -> [Account] {
        guard let situation else { return [] }
        let fitting = explanations.filter { $0.accounts(for: fact, fate, in: situation) }
        // What a rule says goes before what merely follows from the scenario.
        let ruled = fitting.filter { $0.rule != nil }
        let told = ruled.isEmpty ? fitting : ruled
        if fate != .kept, !told.isEmpty { return told.map { Account(rule: $0.rule?.rawValue, text: $0.text) } }
        guard fate.isDifference else { return [] }
        return later(fact, wanted: wanted, present: present)
    }

    /// What is known of the revert, as the explanations want to know it.
    private func situation(wanted: Facts, _ present: Facts) -> Situation? {
        guard let revert else { return nil }
        return Situation(
            snapshot: revert.snapshot, revert: revert.report, disks: revert.disks, power: wanted[.power],
            appliance: machine.appliance, layout: machine.layout,
            differences: Set((wanted.found + present.found).filter { wanted[$0] != present[$0] }))
    }

    /// What was as wanted right after the revert, and is not at the end, was changed by a step.
    private func later(_ fact: Fact, wanted: Facts, present: Facts) -> [Account] {
        guard let revert, revert.facts[fact] == wanted[fact], present[fact] != wanted[fact],
            let first = laterSteps.first
        else { return [] }
        let names = laterSteps.count == 1 ? "\(first)" : "steps after the revert, from \(first) on"
        return [Account(rule: nil, text: "It came back as it was and was changed by \(names).")]
    }

    /// The verdict over all facts.
    func verdict(moments: Moments, present: Facts) -> Verdict {
        let (wanted, failed) = (moments.wanted, moments.failed)
        let situation = situation(wanted: wanted, present)
        let explanations = Dictionary(grouping: explanations, by: \.fact)
        let facts = Set(wanted.found + failed.found + present.found).sorted()
        let findings = facts.map { fact in
            let fate = Fate(wanted: wanted[fact], failed: failed[fact], restored: present[fact])
            let accounts = accounts(
                for: fact, fate, by: explanations[fact] ?? [], wanted: wanted, present: present, in: situation)
            return Verdict.Finding(
                fact: fact, wanted: wanted[fact], failed: failed[fact], restored: present[fact],
                fate: fate, accounts: accounts,
                isUnexplained: fate.isDifference && accounts.isEmpty && revert != nil)
        }
        let notes = (revert?.snapshot.notes ?? []) + (revert?.report.notes ?? [])
        return Verdict(
            baseline: moments.baseline,
            grade: revert == nil ? nil : Grade(restored: present, wanted: wanted),
            method: revert?.report.method, notes: notes.map { Account(rule: $0.rule?.rawValue, text: $0.text) },
            findings: findings)
    }
}

extension Fate {
    /// Whether what was found is not what was there at the snapshot.
    package var isDifference: Bool { self == .lost || self == .changed || self == .corrupt }
}

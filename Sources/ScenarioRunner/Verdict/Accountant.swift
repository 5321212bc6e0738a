import Hypervisor
import LabCore

/// Finds what accounts for the differences that a revert leaves.
struct Accountant: Hashable, Sendable {
    /// The platform's rules.
    let explanations: [Explanation]
    /// The snapshot that was reverted to, and what the provider said of the revert.
    let revert: Revert?
    /// The steps that were done after the revert.
    let laterSteps: [StepReference]

    /// A revert that was done.
    struct Revert: Hashable, Sendable {
        var snapshot: Snapshot
        var report: RevertReport
        /// The facts right after it.
        var facts: Facts
    }

    /// What accounts for what became of `fact`.
    func accounts(for fact: Fact, moments: Moments, present: Facts) -> [Account] {
        guard let revert else { return [] }
        let fate = moments.fate(of: fact, in: present)
        let fates: [Fate] = fate == .kept ? [] : [fate]
        let rules = explanations.filter { explanation in
            fates.contains { explanation.accounts(for: fact, $0, snapshot: revert.snapshot, revert: revert.report) }
        }
        if !rules.isEmpty { return rules.map { Account(rule: $0.rule.rawValue, text: $0.text) } }
        guard [.lost, .changed, .corrupt].contains(fate) else { return [] }
        return later(fact, wanted: moments.wanted, present: present)
    }

    /// What was as wanted right after the revert, and is not at the end, was changed by a step.
    private func later(_ fact: Fact, wanted: Facts, present: Facts) -> [Account] {
        guard let revert, revert.facts[fact] == wanted[fact], present[fact] != wanted[fact],
            let first = laterSteps.first
        else { return [] }
        let names = laterSteps.count == 1 ? "\(first)" : "steps after the revert, from \(first) on"
        return [Account(rule: nil, text: "it came back as it was and was changed by \(names)")]
    }

    /// The verdict over all facts.
    func verdict(moments: Moments, present: Facts) -> Verdict {
        let facts = Set(moments.wanted.found + moments.failed.found + present.found).sorted()
        let findings = facts.map { fact in
            let fate = moments.fate(of: fact, in: present)
            let accounts = accounts(for: fact, moments: moments, present: present)
            let differs = [.lost, .changed, .corrupt].contains(fate)
            return Verdict.Finding(
                fact: fact, wanted: moments.wanted[fact], failed: moments.failed[fact], restored: present[fact],
                fate: fate, accounts: accounts, isUnexplained: differs && accounts.isEmpty && revert != nil)
        }
        let notes = (revert?.snapshot.notes ?? []) + (revert?.report.notes ?? [])
        return Verdict(
            baseline: moments.baseline,
            grade: revert == nil ? nil : Grade(restored: present, wanted: moments.wanted),
            method: revert?.report.method, notes: notes.map { Account(rule: $0.rule?.rawValue, text: $0.text) },
            findings: findings)
    }
}

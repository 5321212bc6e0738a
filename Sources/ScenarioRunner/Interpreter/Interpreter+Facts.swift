import Hypervisor

extension Interpreter {
    /// Takes in facts, and does with them what they were taken for.
    mutating func absorbFacts(_ outcome: ActionOutcome, _ purpose: FactsPurpose) {
        guard case .facts(let facts) = outcome else {
            if case .refused(let refusal) = outcome {
                edit { $0.labTroubles.append("the machine could not be looked at: \(refusal)") }
            }
            return beginRemoval()
        }
        present = facts
        isUntouched = true
        power = facts[.power]
        switch purpose {
        case .start: begin(with: facts)
        case .moment(let name): moments[name] = facts
        case .snapshotTaken(let name): completeSnapshot(name, facts)
        case .check(let expectations, let reference): check(expectations, at: .step(reference))
        case .failure: moments["failure"] = facts
        case .beforeRefusal: factsBefore = facts
        case .afterRefusal(let reference): checkUnchanged(reference, facts)
        case .beforeRevert: moments["now"] = facts
        case .afterRevert(let snapshot, let report, let disks):
            lastRevert = Accountant.Revert(snapshot: snapshot, report: report, disks: disks, facts: facts)
            leftBy = facts[.power]
            edit { $0.reverts[$0.reverts.count - 1].left = facts[.power] }
        case .end: close(with: facts)
        }
    }

    /// Nothing that is done to a machine that is not steady proves anything.
    private mutating func begin(with facts: Facts) {
        moments["start"] = facts
        check(plan.scenario.steady, at: .start)
        guard record.checks.contains(where: { !$0.holds }) else { return }
        beginRemoval()
    }

    private mutating func completeSnapshot(_ name: String, _ facts: Facts) {
        // The snapshot counts itself: a state that is compared with later ones has it too.
        moments[name]?[.snapshots] = facts[.snapshots]
        moments.compare(with: name)
    }

    private mutating func checkUnchanged(_ reference: StepReference, _ facts: Facts) {
        guard let before = factsBefore else { return }
        let names = Set(before.found + facts.found).sorted().filter { before[$0] != facts[$0] }
        let differences = names.map { name in
            "\(name) was \(before[name]?.description ?? "absent") and is \(facts[name]?.description ?? "absent")"
        }
        let check = Check(
            moment: .step(reference), key: "refused", expected: "nothing changed",
            found: differences.isEmpty ? "nothing changed" : differences.joined(separator: ", "),
            holds: differences.isEmpty, position: reference.position, accounts: [])
        edit { $0.checks.append(check) }
    }

    /// The end of the steps: steady state, expectations and verdict.
    private mutating func close(with facts: Facts) {
        if let trouble = stack.uncaught { edit { $0.troubles.append(trouble) } }
        let verdict = accountant.verdict(moments: moments, present: facts)
        edit { $0.verdict = verdict }
        // A run that was cut short by trouble is not held against what was to be true at its end.
        guard stack.uncaught == nil else { return }
        check(plan.scenario.steady, at: .end)
        check(plan.scenario.expectations, at: .end)
    }

    private mutating func check(_ expectations: [Expectation], at moment: Check.Moment) {
        let accountant = accountant
        let moments = moments
        let present = present
        let judge = Judge(
            platform: plan.platform, moments: moments, present: present, upgrade: lastUpgrade, left: leftBy,
            held: record.snapshots.last?.held, took: lastTook,
            accounts: { accountant.accounts(for: $0, moments: moments, present: present) })
        let checks = judge.checks(expectations, at: moment)
        edit { $0.checks += checks }
    }

    private var accountant: Accountant {
        Accountant(
            explanations: plan.explanations + Explanation.onAnyPlatform, machine: plan.scenario.machine,
            revert: lastRevert, laterSteps: laterSteps)
    }
}

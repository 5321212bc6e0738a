import Hypervisor
import LabCore

/// Holds expectations against facts.
struct Judge {
    let platform: Platform
    let moments: Moments
    let present: Facts
    /// How the last upgrade ended: `failed`, `succeeded`, or nothing when there was none.
    let upgrade: String?
    /// The power state in which the last revert left the machine.
    let left: FactValue?
    /// What the last snapshot holds.
    let held: FactValue?
    /// How long the last step took; nothing where none was done.
    let took: Duration?
    /// What accounts for a fact's fate.
    let accounts: (Fact) -> [Account]

    /// The checks of those expectations that say something about the platform.
    func checks(_ expectations: [Expectation], at moment: Check.Moment) -> [Check] {
        expectations.compactMap { expectation in
            guard let wanted = expectation.wanted[platform] else { return nil }
            let (found, holds) = look(at: expectation.subject, for: wanted)
            var accounts: [Account] = []
            if !holds {
                accounts = facts(behind: expectation.subject).flatMap(self.accounts)
                var seen: Set<Account> = []
                accounts = accounts.filter { seen.insert($0).inserted }
            }
            return Check(
                moment: moment, key: expectation.key, expected: describe(wanted, expectation.subject), found: found,
                holds: holds, position: expectation.position, accounts: accounts)
        }
    }

    private func look(at subject: Expectation.Subject, for wanted: Expectation.Wanted) -> (String, Bool) {
        switch subject {
        case .grade:
            guard let grade = Grade(restored: present, wanted: moments.wanted) else {
                return ("none, since the machine does not run", false)
            }
            guard case .grade(let least, let most) = wanted else { return (grade.rawValue, false) }
            return (grade.rawValue, (least...most).contains(grade))
        case .upgrade: return word(upgrade.map { .text($0) }, wanted, missing: "there was none")
        case .left: return word(left, wanted, missing: "nothing was reverted")
        case .held: return word(held, wanted, missing: "no snapshot was taken")
        case .took:
            guard case .time(let least, let most) = wanted, let took else { return ("no step was done", false) }
            return (took.inWords, took >= least && most.map { took <= $0 } ?? true)
        case .fact(let fact): return look(at: fact, for: wanted)
        }
    }

    private func word(_ value: FactValue?, _ wanted: Expectation.Wanted, missing: String) -> (String, Bool) {
        guard case .word(let word) = wanted else { return (value?.description ?? missing, false) }
        return (value?.description ?? missing, value == .text(word))
    }

    private func look(at fact: Fact, for wanted: Expectation.Wanted) -> (String, Bool) {
        let value = present[fact]
        let found = value?.description ?? "absent"
        let fate = moments.fate(of: fact, in: present)
        switch wanted {
        case .value(let wanted): return (found, value == wanted)
        case .word(let word):
            // A state is a word, or the word and its reason.
            let text = value.map(\.description) ?? ""
            return (found, text == word || text.hasPrefix("\(word):") || text.hasPrefix("\(word) "))
        case .range(let least, let most):
            guard case .number(let number) = value else { return (found, false) }
            return (found, number >= least ?? .min && number <= most ?? .max)
        case .grade, .time: return (found, false)
        case .kept: return (withFate(fate, fact), value == moments.wanted[fact])
        case .fate(let wanted): return (withFate(fate, fact), fate == wanted)
        case .asOf(let name):
            guard let then = moments[name] else { return ("no facts were taken at '\(name)'", false) }
            let difference = then[fact] == value ? "" : ", at '\(name)' it was \(then[fact]?.description ?? "absent")"
            return (found + difference, then[fact] == value)
        case .readable: return (found, value?.isReadable == true)
        case .absent: return (found, value == nil)
        }
    }

    private func withFate(_ fate: Fate, _ fact: Fact) -> String {
        let present = present[fact]?.description ?? "absent"
        guard fate != .kept else { return "kept (\(present))" }
        let wanted = moments.wanted[fact]?.description ?? "absent"
        return "\(fate.rawValue) (\(wanted) at \(moments.baseline), now \(present))"
    }

    private func describe(_ wanted: Expectation.Wanted, _ subject: Expectation.Subject) -> String {
        guard case .asOf(let name) = wanted, case .fact(let fact) = subject, let then = moments[name] else {
            return wanted.description
        }
        return "\(wanted) (\(then[fact]?.description ?? "absent"))"
    }

    /// The facts that decide about a subject.
    private func facts(behind subject: Expectation.Subject) -> [Fact] {
        switch subject {
        case .fact(let fact): [fact]
        case .grade:
            [
                .service, .version, .schema, .database, .fileSystem(.root), .fileSystem(.data), .data, .program,
                .configuration, .looseFiles, .stuckJobs, .openRecords, .bootID,
            ].filter { moments.wanted[$0] != present[$0] }
        case .left: [.power]
        case .upgrade, .held, .took: []
        }
    }
}

extension FactValue {
    /// Whether it was read, and does not say of itself that it cannot be.
    fileprivate var isReadable: Bool {
        if case .unreadable = self { return false }
        return self != "unreadable" && self != .text(Recovery.corrupt.rawValue)
    }
}

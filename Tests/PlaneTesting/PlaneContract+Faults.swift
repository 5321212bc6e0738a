import Hypervisor
import LabCore

extension PlaneContract {
    /// A verb of the reference provider.
    package enum Step: String, CaseIterable, Sendable {
        case take = "taking a snapshot"
        case revert = "a revert"
        case delete = "deleting a snapshot"
    }

    /// Lets each call of a step meet the fault, one after the other, until the step has no call left that it could meet.
    static func survives(_ effect: Fault.CallEffect, in step: Step) throws -> [String] {
        var bench = try Bench()
        let bare = count(of: bench)
        if step == .take { return try sweep(effect) { try takes(bench, $0) } }
        let snapshot = try bench.take()
        if step == .delete { return try sweep(effect) { try deletes(snapshot, bench, bare: bare, $0) } }
        try bench.fail()
        let broken = bench
        return try sweep(effect) { try reverts(to: snapshot, broken, $0) }
    }

    /// A fault, and the events of a run without it: a run with the same events never met the fault.
    private struct Strike {
        var fault: Fault
        var clean: [Event]
    }

    /// Goes through the calls of a step until one run shows the same events as a run without a fault.
    private static func sweep(
        _ effect: Fault.CallEffect, _ run: (Strike?) throws -> (events: [Event], findings: [String])
    ) throws -> [String] {
        let clean = try run(nil)
        var findings = clean.findings.map { "without a fault: \($0)" }
        for occurrence in 1...100 {
            let faulty = try run(
                Strike(fault: .call(verb: "*", occurrence: occurrence, effect: effect), clean: clean.events))
            guard faulty.events != clean.events else {
                if occurrence == 1 { findings.append("the fault never struck") }
                return findings
            }
            findings += faulty.findings.map { "call \(occurrence): \($0)" }
        }
        return findings + ["the step never ran out of calls"]
    }

    private static func takes(_ start: Bench, _ strike: Strike?) throws -> (events: [Event], findings: [String]) {
        var bench = start
        let (before, known) = (try bench.plane.facts(of: bench.machine), count(of: bench))
        _ = bench.plane.takeEvents()
        if let strike { try bench.plane.inject(strike.fault, into: bench.machine) }
        let taken = try? bench.take()  // Whether it is refused is the platform's; what is left then is checked below.
        let events = bench.plane.takeEvents()
        if events == strike?.clean { return (events, []) }
        let after = try bench.plane.facts(of: bench.machine)
        let snapshots = try bench.plane.snapshots(of: bench.machine)
        var findings = [Fact.power, .records, .version, .service, .machine].filter { before[$0] != after[$0] }
            .map { "\($0) is \(String(describing: after[$0]))" }
        if snapshots.map(\.id) != (taken.map { [$0.id] } ?? []) { findings.append("the list of snapshots is wrong") }
        if taken == nil, let orphans = try orphans(&bench, beyond: known) { findings.append(orphans) }
        return (events, findings)
    }

    private static func reverts(
        to snapshot: Snapshot, _ start: Bench, _ strike: Strike?
    ) throws -> (events: [Event], findings: [String]) {
        var bench = start
        let known = Set(bench.plane.leftovers)
        let before = try bench.plane.facts(of: bench.machine)
        _ = bench.plane.takeEvents()
        if let strike { try bench.plane.inject(strike.fault, into: bench.machine) }
        var words: [String] = []
        var isDone = false
        do throws(Refusal) {
            let report = try bench.plane.revert(RevertRequest(snapshot: snapshot.id), of: bench.machine)
            bench.machine = report.machine
            words = report.notes.map(\.text)
            isDone = true
        } catch {
            words = [error.message]
        }
        let events = bench.plane.takeEvents()
        if events == strike?.clean { return (events, []) }
        bench.plane.heal()
        try bench.switchOn()
        let after = try bench.plane.facts(of: bench.machine)
        let isBack = after[.records] == 10 && after[.version] == "1.0" && after[.service] == "healthy"
        let isAsItWas = [Fact.records, .version, .schema].allSatisfy { before[$0] == after[$0] }
        var findings: [String] = []
        if isDone, !isBack { findings.append("it says that it is done, but the machine is not back: \(words)") }
        if !isDone, !isBack, !isAsItWas { findings.append("the machine is neither back nor as it was: \(words)") }
        let extra = Set(bench.plane.leftovers).subtracting(known).sorted()
        if extra.count > known.subtracting(bench.plane.leftovers).count {
            let untold = (extra + known.sorted()).filter { name in words.contains { $0.contains(name.lastPart) } }
            if untold.isEmpty { findings.append("orphans that nobody is told of: \(extra), \(words)") }
        }
        return (events, findings)
    }

    private static func deletes(
        _ snapshot: Snapshot, _ start: Bench, bare: Int, _ strike: Strike?
    ) throws -> (events: [Event], findings: [String]) {
        var bench = start
        _ = bench.plane.takeEvents()
        if let strike { try bench.plane.inject(strike.fault, into: bench.machine) }
        // A refusal is the platform's; whether the snapshot is there then, and can go, is checked below.
        let isDone = (try? bench.plane.deleteSnapshot(snapshot.id, of: bench.machine)) != nil
        let events = bench.plane.takeEvents()
        if events == strike?.clean { return (events, []) }
        bench.plane.heal()
        var findings: [String] = []
        let isListed = try !bench.plane.snapshots(of: bench.machine).isEmpty
        if isDone == isListed { findings.append(isDone ? "it is still listed" : "it is gone, but was refused") }
        if isListed { try bench.plane.deleteSnapshot(snapshot.id, of: bench.machine) }
        bench.plane.advance(by: .hours(2))
        if let orphans = try orphans(&bench, beyond: bare) { findings.append(orphans) }
        if try bench.fact(.service) != "healthy" { findings.append("the machine is not as it was") }
        return (events, findings)
    }

    private static func count(of bench: Bench) -> Int { bench.plane.leftovers.count }

    /// What is left beyond what there was, after the platform had its chance to clear up when the machine is off.
    private static func orphans(_ bench: inout Bench, beyond known: Int) throws -> String? {
        guard count(of: bench) != known else { return nil }
        try bench.plane.setPower(.shutDown, of: bench.machine)
        bench.plane.heal()
        try bench.plane.setPower(.on, of: bench.machine)
        return count(of: bench) == known ? nil : "orphans: \(bench.plane.leftovers)"
    }
}

extension ControlPlane {
    /// Lets time pass in which what was begun comes to an end.
    fileprivate mutating func heal() { advance(by: .hours(2)) }
}

extension String {
    /// The last part of a path, or the whole text.
    fileprivate var lastPart: String { String(split(separator: "/").last ?? "") }
}

package import Hypervisor
import LabCore

/// What every control plane keeps, whatever platform it simulates, checked by making it do things.
///
/// A clause answers with sentences that say what was not kept, and with nothing when all was.
package struct PlaneContract<Plane: ControlPlane>: Sendable {
    /// One clause of the contract.
    package struct Clause: Sendable, CustomStringConvertible {
        /// What is kept.
        package let description: String
        private let check: @Sendable () throws -> [String]

        fileprivate init(_ description: String, _ check: @escaping @Sendable () throws -> [String]) {
            (self.description, self.check) = (description, check)
        }

        /// What was not kept.
        package func findings() throws -> [String] { try check() }
    }

    /// All clauses.
    package static var clauses: [Clause] {
        [
            Clause("one seed gives one plane and one journal, another seed others") { try sameSeedSameEvents() },
            Clause("what happens to a fork does not happen to the original") { try forksAreIndependent() },
            Clause("power changes in every way that a scenario asks for") { try powerChanges() },
            Clause("what was there at the snapshot comes back, and what came later does not") { try comesBack() },
            Clause("after everything was removed nothing is left") { try removesEverything() },
            Clause("what its manual restores to a new machine comes back as one, unasked") { try comesBackElsewhere() },
            Clause("a type of disk that the platform has not is unsupported, and nothing is made") {
                try refusesUnknownDisks()
            },
        ]
            + Step.allCases.flatMap { step in
                faults.map { word, effect in
                    Clause("\(step.rawValue), with any one call \(word), does its work or leaves things as they were") {
                        try survives(effect, in: step)
                    }
                }
            }
    }

    /// A services box is restored to a new machine from its backup, where another appliance is taken back.
    package static func comesBackElsewhere() throws -> [String] {
        var findings: [String] = []
        for appliance in [Appliance.circleCIServices, .gitHubEnterpriseServer] {
            var plane = Plane(seed: 11)
            var disks = [DiskSpec(role: .root, size: .gibibytes(1))]
            if appliance != .circleCIServices { disks.append(DiskSpec(role: .data, size: .gibibytes(1))) }
            let old = try plane.makeMachine(
                MachineSpec(name: "box", appliance: appliance, version: "2.18", disks: disks, memory: .mebibytes(512)))
            try plane.setPower(.shutDown, of: old)
            let snapshot = try plane.takeSnapshot(SnapshotRequest(name: "before", scope: .machine), of: old)
            let report = try plane.revert(RevertRequest(snapshot: snapshot.id), of: old)
            let notes = report.notes.contains { $0.rule == "CCI-007" }
            if (report.machine != old) != (appliance == .circleCIServices) {
                findings.append("\(appliance.rawValue) came back as \(report.machine), was \(old)")
            }
            if notes, appliance != .circleCIServices { findings.append("\(appliance.rawValue) is no services box") }
        }
        return findings
    }

    private static var faults: [(String, Fault.CallEffect)] {
        [("refused", .refuse(code: nil)), ("throttled", .throttle), ("answered into the void", .loseReply)]
    }

    /// A machine on a new plane.
    package struct Bench {
        package var plane: Plane
        package var machine: MachineID

        package init(seed: UInt64 = 11) throws {
            plane = Plane(seed: seed)
            machine = try plane.makeMachine(
                MachineSpec(
                    name: "contract", appliance: .generic, version: "1.0",
                    disks: [DiskSpec(role: .root, size: .gibibytes(1)), DiskSpec(role: .data, size: .gibibytes(1))],
                    memory: .mebibytes(512)))
            _ = try plane.perform(.write(records: 10), on: machine)
            _ = try plane.perform(.flush, on: machine)
        }

        /// Takes a snapshot of the machine.
        package mutating func take(
            _ name: String = "before", quiesce: SnapshotRequest.Quiesce = .off
        ) throws -> Snapshot {
            try plane.takeSnapshot(SnapshotRequest(name: name, quiesce: quiesce), of: machine)
        }

        /// Writes more, and lets an upgrade fail half way.
        package mutating func fail(by cause: UpgradeFailure.Cause = .error) throws {
            _ = try plane.perform(.write(records: 5), on: machine)
            let failure = UpgradeFailure(phase: .migrate, cause: cause)
            _ = try plane.perform(.upgrade(version: "1.1", failure: failure), on: machine)
        }

        /// Goes back, and switches on what the platform leaves off.
        package mutating func revert(to snapshot: Snapshot) throws {
            machine = try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine).machine
            try switchOn()
        }

        package mutating func switchOn() throws {
            if try plane.facts(of: machine)[.power] != "on" { try plane.setPower(.on, of: machine) }
        }

        package func fact(_ fact: Fact) throws -> FactValue? { try plane.facts(of: machine)[fact] }
    }

    /// Whether the names of new things follow the seed; vCenter Server numbers what it makes instead.
    private static var namesFollowSeed: Bool { Plane.platform != .vsphere }

    private static func sameSeedSameEvents() throws -> [String] {
        func run(_ seed: UInt64) throws -> (plane: Plane, events: [Event], facts: Facts) {
            var bench = try Bench(seed: seed)
            _ = try bench.plane.perform(.startJobs(2), on: bench.machine)
            let snapshot = try bench.take(quiesce: .preferred)
            try bench.fail(by: .powerLoss)
            try bench.revert(to: snapshot)
            let events = bench.plane.takeEvents()
            return (bench.plane, events, try bench.plane.facts(of: bench.machine))
        }
        let (first, again, other) = (try run(7), try run(7), try run(8))
        return [
            first.events.isEmpty ? "nothing stands in the journal" : nil,
            first.events == again.events ? nil : "two journals of one seed differ",
            first.plane == again.plane ? nil : "two planes of one seed differ",
            first.facts == again.facts ? nil : "two machines of one seed differ",
            first.events != other.events || !namesFollowSeed ? nil : "two seeds give one journal",
            first.plane != other.plane ? nil : "two seeds give one plane",
            first.facts != other.facts ? nil : "two seeds give one machine",
            first.facts[.version] == "1.0" ? nil : "the version is not that of the snapshot",
            first.facts[.service] == "healthy" ? nil : "the service does not run",
        ].compactMap(\.self)
    }

    private static func forksAreIndependent() throws -> [String] {
        let bench = try Bench()
        let facts = try bench.plane.facts(of: bench.machine)
        var fork = bench
        let snapshot = try fork.take()
        try fork.fail()
        try fork.revert(to: snapshot)
        try fork.plane.removeEverything()
        let unchanged = try Bench()
        return [
            bench.plane == unchanged.plane ? nil : "the original is not what it was",
            try bench.plane.facts(of: bench.machine) == facts ? nil : "the original's machine is not what it was",
            fork.plane != bench.plane ? nil : "the fork is as if nothing had happened to it",
        ].compactMap(\.self)
    }

    private static func powerChanges() throws -> [String] {
        var bench = try Bench()
        var findings: [String] = []
        let steps: [(PowerAction, FactValue)] = [
            (.reboot, "on"), (.cut, "off"), (.on, "on"), (.shutDown, "off"), (.on, "on"),
        ]
        for (action, wanted) in steps {
            let boot = try bench.fact(.bootID)
            try bench.plane.setPower(action, of: bench.machine)
            let found = try bench.fact(.power)
            if found != wanted {
                findings.append(
                    "after '\(action.rawValue)' the power is \(found.map(String.init(describing:)) ?? "unknown")")
            }
            guard wanted == "on" else {
                let answer = try? bench.plane.perform(.status, on: bench.machine)  // It has to be refused.
                if answer != nil { findings.append("the guest answers after '\(action.rawValue)'") }
                continue
            }
            if try bench.fact(.service) != "healthy" {
                findings.append("the service is down after '\(action.rawValue)'")
            }
            if try bench.fact(.bootID) == boot { findings.append("no boot after '\(action.rawValue)'") }
        }
        return findings
    }

    private static func comesBack() throws -> [String] {
        var bench = try Bench()
        let snapshot = try bench.take()
        try bench.fail()
        let broken = try bench.fact(.service)
        try bench.revert(to: snapshot)
        let snapshots = try bench.plane.snapshots(of: bench.machine)
        return [
            broken != "healthy" ? nil : "the upgrade was to fail",
            try bench.fact(.records) == 10 ? nil : "the records are not those of the snapshot",
            try bench.fact(.version) == "1.0" ? nil : "the version is not that of the snapshot",
            try bench.fact(.service) == "healthy" ? nil : "the service does not run",
            snapshots.map(\.id) == [snapshot.id] ? nil : "the snapshot is not there any more",
        ].compactMap(\.self)
    }

    private static func refusesUnknownDisks() throws -> [String] {
        var plane = Plane(seed: 11)
        let known = plane.leftovers
        let disks = DiskRole.allCases.map { DiskSpec(role: $0, size: .gibibytes(1), type: $0 == .data ? "tape" : nil) }
        let spec = MachineSpec(
            name: "contract", appliance: .generic, version: "1.0", disks: disks, memory: .mebibytes(512))
        do throws(Refusal) {
            _ = try plane.makeMachine(spec)
            return ["a machine was made"]
        } catch {
            return [
                error.kind == .unsupported ? nil : "the refusal is of kind '\(error.kind.rawValue)'",
                error.message.contains("tape") ? nil : "the refusal does not name the type: \(error)",
                plane.leftovers == known ? nil : "something was made: \(plane.leftovers)",
            ].compactMap(\.self)
        }
    }

    private static func removesEverything() throws -> [String] {
        var findings: [String] = []
        for fault in [nil, Fault.snapshotEndsInError, .call(verb: "*", occurrence: 1, effect: .refuse(code: nil))] {
            var bench = try Bench()
            _ = try bench.take()
            if let fault {
                try bench.plane.inject(fault, into: bench.machine)
                _ = try? bench.take("second")  // It may fail: what is left of it is the question.
                try bench.plane.inject(fault, into: bench.machine)
            }
            let sorted = bench.plane.leftovers
            if sorted.isEmpty || sorted != sorted.sorted() { findings.append("what is there is not listed in order") }
            try bench.plane.removeEverything()
            let left = bench.plane.leftovers
            if !left.isEmpty { findings.append("left with \(fault.map { "\($0)" } ?? "no fault"): \(left)") }
        }
        return findings
    }
}

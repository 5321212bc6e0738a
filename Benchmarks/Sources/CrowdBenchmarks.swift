import Foundation
import Hypervisor
import LabCore

/// What a snapshot, a revert and a deletion cost among many other resources, and how many of them can be done in a second.
enum CrowdBenchmarks<Plane: Crowdable> {
    /// A machine with a snapshot that it can go back to.
    fileprivate struct Bench {
        var plane: Plane
        var machine: MachineID
        var snapshot: Snapshot

        init(others: Int, disks: [DiskRole] = [.root, .data]) throws {
            plane = Plane(seed: 1)
            machine = try plane.makeMachine(
                MachineSpec(
                    name: "bench", appliance: .generic, version: "1.0",
                    disks: disks.map { DiskSpec(role: $0, size: .gibibytes(1)) },
                    memory: .mebibytes(512)))
            _ = try plane.perform(.write(records: 50), on: machine)
            try plane.crowd(others)
            try plane.setPower(.shutDown, of: machine)
            plane.advance(by: .hours(1))
            snapshot = try plane.takeSnapshot(SnapshotRequest(name: "before"), of: machine)
            plane.advance(by: .hours(1))
            _ = plane.takeEvents()
        }

        /// Writes, takes a snapshot, writes again, goes back, deletes the snapshot, and lets an hour pass.
        mutating func cycle(_ number: Int) throws {
            try plane.write(2 * number, on: machine)
            let snapshot = try plane.takeSnapshot(SnapshotRequest(name: "cycle"), of: machine)
            try plane.write(2 * number + 1, on: machine)
            machine = try plane.revert(RevertRequest(snapshot: snapshot.id), of: machine).machine
            try plane.deleteSnapshot(snapshot.id, of: machine)
            plane.advance(by: .hours(1))
            consume(plane.takeEvents())
        }
    }

    static func rows() -> [Row] {
        do {
            let (few, many) = (try Bench(others: 10), try Bench(others: 100_000))
            return try [
                ratio("snapshot", few, many) { bench in
                    _ = try bench.plane.takeSnapshot(SnapshotRequest(name: "next"), of: bench.machine)
                },
                ratio("revert", few, many) { bench in
                    _ = try bench.plane.revert(RevertRequest(snapshot: bench.snapshot.id), of: bench.machine)
                },
                ratio("deletion of a snapshot", few, many) { bench in
                    try bench.plane.deleteSnapshot(bench.snapshot.id, of: bench.machine)
                },
                cycles(few),
            ]
        } catch {
            return [Row(subject: "crowd of \(Plane.platform)", found: "not measured: \(error)", wanted: "")]
        }
    }

    private static func ratio(
        _ what: String, _ few: Bench, _ many: Bench, _ body: (inout Bench) throws -> Void
    ) throws -> Row {
        var trial = few
        try body(&trial)  // What it refuses, it refuses here.
        func cost(_ start: Bench) -> Double {
            nanoseconds(each: 20) { _ in
                var bench = start
                try? body(&bench)  // It was tried above.
                consume(bench.machine)
            }
        }
        let (alone, crowded) = (cost(few), cost(many))
        return Row(
            subject: "\(Plane.platform): a \(what) among 100,000 other resources : among 10",
            found: "\((crowded / alone).brief) (\((crowded / 1000).brief) us : \((alone / 1000).brief) us)", wanted: "1"
        )
    }

    /// Create, revert and delete, one after the other on one plane, each with contents to bring back.
    ///
    /// What is written before a snapshot has to be there in the end, and nothing of what is written after it.
    private static func cycles(_ start: Bench) throws -> Row {
        try cycles(
            start, what: "create, revert and delete with contents through the driver's seam", wanted: ""
        ) { bench, number in
            try bench.cycle(number)
        }
    }

    private static func cycles(
        _ start: Bench, what: String, wanted: String, _ cycle: @escaping (inout Bench, Int) throws -> Void
    ) throws -> Row {
        var run = try Cycles(start, cycle)
        let rate = 500 / (try (0..<9).map { _ in try run.seconds(forCycles: 500) }.min() ?? 0)
        return Row(
            subject: "\(Plane.platform): \(what), cycles a second of CPU",
            found: try run.lost() == 0 ? rate.brief : "not measured: of \(run.count) things \(try run.lost()) are lost",
            wanted: wanted)
    }

    /// Cycles, one after the other, on a machine that has been through one already.
    fileprivate struct Cycles {
        private var bench: Bench
        private let cycle: (inout Bench, Int) throws -> Void
        private let before: Int
        private(set) var count = 0

        init(_ start: Bench, _ cycle: @escaping (inout Bench, Int) throws -> Void) throws {
            bench = start
            self.cycle = cycle
            try bench.plane.deleteSnapshot(bench.snapshot.id, of: bench.machine)
            bench.plane.advance(by: .hours(1))
            // A round brings the machine into the state that the way back leaves it in.
            try cycle(&bench, 0)
            before = try bench.plane.written(on: bench.machine)
        }

        /// The seconds of CPU that so many cycles take; what other processes take of the core does not count.
        mutating func seconds(forCycles cycles: Int) throws -> Double {
            let began = LibraryBenchmark.usage(of: RUSAGE_SELF).seconds
            for _ in 0..<cycles {
                count += 1
                try cycle(&bench, count)
            }
            return LibraryBenchmark.usage(of: RUSAGE_SELF).seconds - began
        }

        /// How many of the things that were written before a snapshot are not there.
        func lost() throws -> Int { before + count - (try bench.plane.written(on: bench.machine)) }
    }
}

extension CrowdBenchmarks where Plane: CyclesInPlace {
    /// The same by the plane's own verbs, with a machine of one disk.
    static func nativeRows() -> [Row] {
        do {
            let start = try Bench(others: 10, disks: [.root])
            let rate = try cycles(
                start, what: "create, revert and delete with contents by its own verbs",
                wanted: "30000 on the cheapest"
            ) { bench, number in try bench.nativeCycle(number) }
            return [rate, try againstTestDriver(start), try amongOthers(start)]
        } catch {
            return [Row(subject: "own verbs of \(Plane.platform)", found: "not measured: \(error)", wanted: "")]
        }
    }

    /// What a cycle costs among many others, one after the other on one plane: no copy of it is kept that a change would
    /// have to part from.
    private static func amongOthers(_ start: Bench) throws -> Row {
        let crowd = try Bench(others: 100_000, disks: [.root])
        var (few, many) = (
            try Cycles(start) { bench, number in try bench.nativeCycle(number) },
            try Cycles(crowd) { bench, number in try bench.nativeCycle(number) }
        )
        let rounds = try (0..<9).map { _ in
            (few: try few.seconds(forCycles: 200), many: try many.seconds(forCycles: 200))
        }
        let (alone, crowded) = (rounds.map(\.few).min() ?? 0, rounds.map(\.many).min() ?? 0)
        let microseconds = 1_000_000.0 / 200
        return Row(
            subject: "\(Plane.platform): such a cycle among 100,000 other resources : among 10",
            found:
                "\((crowded / alone).brief) (\((crowded * microseconds).brief) us : \((alone * microseconds).brief) us)",
            wanted: "1")
    }

    /// The plane's cycles against those of libvirt's test driver, which has no contents to bring back.
    ///
    /// Both take turns, so that it does not matter how fast the processor happens to be.
    private static func againstTestDriver(_ start: Bench) throws -> Row {
        let subject = "\(Plane.platform): such cycles for each of libvirt's test driver, which has no contents"
        guard let driver = TestDriver() else {
            return Row(subject: subject, found: "not measured: there is no libvirt", wanted: "")
        }
        var run = try Cycles(start) { bench, number in try bench.nativeCycle(number) }
        var seconds = (own: 0.0, driver: 0.0)
        for _ in 0..<20 {
            seconds.own += try run.seconds(forCycles: 200)
            seconds.driver += try driver.seconds(forCycles: 50)
        }
        let (rate, driverRate) = (20 * 200 / seconds.own, 20 * 50 / seconds.driver)
        return Row(
            subject: subject, found: "\((rate / driverRate).brief) (\(rate.brief) : \(driverRate.brief) a second)",
            wanted: "9.8 on the cheapest (30000 : 3066)")
    }
}

extension CrowdBenchmarks.Bench where Plane: CyclesInPlace {
    fileprivate mutating func nativeCycle(_ number: Int) throws {
        try plane.write(2 * number, on: machine)
        try plane.cycle(of: machine) { [machine] plane in try plane.write(2 * number + 1, on: machine) }
        plane.advance(by: .hours(1))
        consume(plane.takeEvents())
    }
}

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
        _ start: Bench, what: String, wanted: String, _ cycle: (inout Bench, Int) throws -> Void
    ) throws -> Row {
        var bench = start
        try bench.plane.deleteSnapshot(bench.snapshot.id, of: bench.machine)
        bench.plane.advance(by: .hours(1))
        // A round brings the machine into the state that the way back leaves it in.
        try cycle(&bench, 0)
        let before = try bench.plane.written(on: bench.machine)
        let count = 500
        // What other processes take of the core does not count.
        let began = LibraryBenchmark.usage(of: RUSAGE_SELF).seconds
        for number in 1...count { try cycle(&bench, number) }
        let seconds = LibraryBenchmark.usage(of: RUSAGE_SELF).seconds - began
        let kept = try bench.plane.written(on: bench.machine) - before
        let rate = Double(count) / seconds
        return Row(
            subject: "\(Plane.platform): \(what), cycles a second of CPU",
            found: kept == count ? "\(rate.brief)" : "not measured: of \(count) things \(kept) came back",
            wanted: wanted)
    }
}

extension CrowdBenchmarks where Plane: CyclesInPlace {
    /// The same by the plane's own verbs, with a machine of one disk.
    static func nativeRows() -> [Row] {
        do {
            return try [
                cycles(
                    try Bench(others: 10, disks: [.root]),
                    what: "create, revert and delete with contents by its own verbs",
                    wanted: "30000 on the cheapest"
                ) { bench, number in try bench.nativeCycle(number) }
            ]
        } catch {
            return [Row(subject: "own verbs of \(Plane.platform)", found: "not measured: \(error)", wanted: "")]
        }
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

import Foundation
import LabCore
import SimulatedMachine

/// What a snapshot of a disk costs, in time and memory.
enum DiskBenchmarks {
    private static let blocks = 1_000_000

    static func rows() -> [Row] {
        let empty = Disk(size: .gibibytes(8))
        var full = empty
        for block in 0..<blocks { full[block] = Block(token: UInt64(block)) }
        let ofEmpty = nanoseconds(each: 200_000) { _ in consume(copy(empty)) }
        let ofFull = nanoseconds(each: 200_000) { _ in consume(copy(full)) }
        return [
            Row(
                subject: "snapshot of a disk with 1,000,000 written blocks : of an empty disk",
                found: "\((ofFull / max(ofEmpty, 0.1)).brief) (\(ofFull.brief) ns : \(ofEmpty.brief) ns)", wanted: "1"),
            Row(
                subject: "kept snapshot of a disk with 1,000,000 written blocks",
                found: "\(keptBytes(of: full, writes: false)) B", wanted: "1024 B at most"),
            Row(
                subject: "the same, and what one block written before each adds to the map",
                found: "\(keptBytes(of: full, writes: true)) B", wanted: "1024 B at most"),
            Row(
                subject: "read : write of a block of that disk, one after the other",
                found: "\(reading(full).brief) ns : \(writing(full).brief) ns", wanted: ""),
        ]
    }

    private static func reading(_ disk: Disk) -> Double {
        var sum: UInt64 = 0
        let each = nanoseconds(each: blocks) { sum &+= disk[$0]?.digest ?? 0 }
        consume(sum)
        return each
    }

    private static func writing(_ disk: Disk) -> Double {
        var disk = disk
        let each = nanoseconds(each: blocks) { disk[$0] = Block(token: UInt64($0)) }
        consume(disk)
        return each
    }

    @inline(never)
    private static func copy(_ disk: Disk) -> Disk { disk }

    /// The bytes that stay allocated for each of 100,000 snapshots that are kept.
    private static func keptBytes(of disk: Disk, writes: Bool) -> Int {
        let count = 100_000
        var disk = disk
        var kept: [Disk] = []
        var dice = Dice(seed: 1)
        let before = residentBytes()
        for number in 0..<count {
            if writes { disk[dice.roll(below: blocks)] = Block(token: UInt64(number)) }
            kept.append(disk)
        }
        let bytes = (residentBytes() - before) / count
        consume(kept)
        return bytes
    }

    /// The memory that this process holds, as Linux counts it.
    private static func residentBytes() -> Int {
        let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4096 : 0  // Elsewhere than on Linux nothing is measured.
    }
}

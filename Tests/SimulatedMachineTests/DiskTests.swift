import LabCore
import SimulatedMachine
import Testing

@Suite("Disks")
struct DiskTests {
    static let size = ByteCount.gibibytes(500)

    @Test("a disk behaves as a dictionary of blocks, under random writes and discards", arguments: 1...8)
    func model(seed: Int) {
        var dice = Dice(seed: UInt64(seed))
        var (disk, model) = (Disk(size: Self.size), [Int: Block]())
        var kept: [(disk: Disk, model: [Int: Block])] = []
        for step in 0..<2_000 {
            let reach = [40, 2_000, 70_000, disk.blockCount][dice.roll(below: 4)]
            let number = dice.roll(below: reach)
            let block = dice.chance(1, in: 4) ? nil : Block(token: dice.next() % 5)
            disk[number] = block
            model[number] = block
            if step % 400 == 0 { kept.append((disk, model)) }
        }
        kept.append((disk, model))
        for (disk, model) in kept {
            #expect(disk.writtenBlocks == model.count)
            var found: [(Int, Block)] = []
            disk.forEachWrittenBlock { found.append(($0, $1)) }
            #expect(found.map(\.0) == model.keys.sorted())
            #expect(found.allSatisfy { model[$0.0] == $0.1 })
            for (other, otherModel) in kept {
                let differing = Set(model.keys).union(otherModel.keys).filter { model[$0] != otherModel[$0] }
                #expect(disk.changedBlocks(since: other) == differing.sorted())
                for granularity in [1, 3, 4, 128, 256, 512, 1_000, 1 << 20] {
                    let groups = Set(differing.map { $0 / granularity }).count
                    #expect(disk.changedBlockCount(since: other, granularity: granularity) == groups)
                }
                #expect((disk == other) == differing.isEmpty)
            }
        }
    }

    @Test("the same contents are equal and have one hash, in whatever order they were written")
    func order() {
        let numbers = Array(0..<500).map { $0 * 977 }
        var (up, down) = (Disk(size: Self.size), Disk(size: Self.size))
        for number in numbers { up[number] = Block(token: UInt64(number)) }
        for number in numbers.reversed() {
            down[number] = Block(token: 1)
            down[number] = Block(token: UInt64(number))
        }
        #expect(up == down)
        #expect(up.digest == down.digest)
        #expect(up.hashValue == down.hashValue)
        down[977] = Block(token: 978)
        #expect(up != down)
        #expect(up.digest != down.digest)
    }

    @Test("two blocks that change places are another disk")
    func places() {
        var (a, b) = (Disk(size: Self.size), Disk(size: Self.size))
        (a[1], a[2]) = (Block(token: 1), Block(token: 2))
        (b[1], b[2]) = (Block(token: 2), Block(token: 1))
        #expect(a != b)
        #expect(a.changedBlocks(since: b) == [1, 2])
    }

    @Test("an emptied disk equals a new one")
    func emptied() {
        var disk = Disk(size: Self.size)
        for number in stride(from: 0, to: 100_000, by: 999) { disk[number] = .zeros }
        for number in stride(from: 0, to: 100_000, by: 999) { disk[number] = nil }
        #expect(disk == Disk(size: Self.size))
        #expect(disk.writtenBlocks == 0)
        #expect(disk.changedBlocks(since: Disk(size: Self.size)).isEmpty)
    }

    @Test("a copy is not touched by what is written afterwards, and growing keeps contents")
    func copies() {
        var disk = Disk(size: .mebibytes(64))
        disk[5] = Block(bytes: [1, 2, 3])
        let copy = disk
        disk[5] = Block(bytes: [4])
        disk.grow(to: .gibibytes(1))
        disk[200_000] = Block(token: 9)
        #expect(copy[5] == Block(bytes: [1, 2, 3]))
        #expect(copy.size == .mebibytes(64))
        #expect(disk.changedBlocks(since: copy) == [5, 200_000])
    }

    @Test(
        "blocks compare by what they hold",
        arguments: [
            (Block(bytes: [1, 0, 0]), Block(bytes: [1]), true), (Block(bytes: []), .zeros, true),
            (Block(bytes: [1]), Block(bytes: [0, 1]), false), (Block(token: 1), Block(token: 1), true),
            (Block(token: 1), Block(token: 2), false), (Block(token: 1), Block(bytes: [1]), false),
        ])
    func blocks(a: Block, b: Block, areEqual: Bool) {
        #expect((a == b) == areEqual)
        #expect(a.bytes.count == 4_096)
        #expect((a.bytes == b.bytes) == areEqual)
    }

    @Test("a block beyond the end of a disk traps")
    func beyond() async {
        await #expect(processExitsWith: .failure) {
            var disk = Disk(size: .kibibytes(4))
            disk[1] = .zeros
        }
    }
}

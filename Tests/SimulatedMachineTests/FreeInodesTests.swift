import Testing

@testable import SimulatedMachine

@Suite struct FreeInodesTests {
    @Test(
        "free inodes are taken from the lowest up, whatever is in use, and each once",
        arguments: [([], [3, 4, 5, 6, 7]), ([2], [3, 4, 5, 6, 7]), ([4, 6], [3, 5, 7]), ([3, 4, 5, 6, 7], [])]
            as [(Set<Int>, [Int])])
    func order(used: Set<Int>, expected: [Int]) {
        var free = FreeInodes(of: 3..<8, without: used)
        var taken: [Int] = []
        while let number = free.take() { taken.append(number) }
        #expect(taken == expected)
    }

    @Test func `an inode that was given back is the next one to go`() {
        var free = FreeInodes(of: 3..<8, without: [3, 5])
        free.give(3)
        let taken = [free.take(), free.take(), free.take()]
        #expect(taken == [3, 4, 6])
    }
}

public import LabCore

/// The contents of one disk; copying the value is a snapshot of it.
///
/// A copy takes constant time and memory whatever the disk holds, and two copies differ by what was written since.
public struct Disk: Hashable, Sendable {
    /// The unit in which disks are read and written.
    public static let blockSize = ByteCount.kibibytes(4)

    /// The capacity.
    public private(set) var size: ByteCount
    private var blocks = BlockMap()

    /// Makes an empty disk; traps when `size` is no whole number of blocks.
    public init(size: ByteCount) {
        precondition(size > .zero && size.bytes % Self.blockSize.bytes == 0, "a disk is made of whole blocks")
        self.size = size
    }

    /// The capacity in blocks.
    public var blockCount: Int { Int(size.bytes / Self.blockSize.bytes) }

    /// Makes the disk larger and keeps its contents; traps when it would become smaller.
    public mutating func grow(to size: ByteCount) {
        precondition(size >= self.size, "a disk never shrinks: \(size) is less than \(self.size)")
        precondition(size.bytes % Self.blockSize.bytes == 0, "a disk is made of whole blocks")
        self.size = size
    }

    /// One block, or nothing where none was written or it was discarded; traps beyond the end of the disk.
    ///
    /// - Complexity: logarithmic in the largest block number, to the base of 8.
    public subscript(block: Int) -> Block? {
        get {
            precondition(block >= 0 && block < blockCount, "block \(block) lies beyond a disk of \(blockCount) blocks")
            return blocks[block]
        }
        set {
            precondition(block >= 0 && block < blockCount, "block \(block) lies beyond a disk of \(blockCount) blocks")
            blocks[block] = newValue
        }
    }

    /// The number of blocks that hold something.
    public var writtenBlocks: Int { blocks.count }

    /// The storage that the written blocks take up.
    public var writtenBytes: ByteCount { ByteCount(Int64(writtenBlocks) * Self.blockSize.bytes) }

    /// A hash of the contents that is the same in every run.
    public var digest: UInt64 { blocks.digest }

    /// Calls `body` with the number and contents of each written block, ascending.
    public func forEachWrittenBlock(_ body: (Int, Block) -> Void) { blocks.forEach(body) }

    /// The numbers of the blocks in which the disk differs from `other`, ascending.
    ///
    /// - Complexity: linear in the number of blocks that differ.
    public func changedBlocks(since other: Disk) -> [Int] {
        var result: [Int] = []
        blocks.forEachDifference(from: other.blocks) { result.append($0) }
        return result
    }

    /// The number of groups of blocks in which the disk differs from `other`.
    ///
    /// - Parameters:
    ///   - other: the earlier state.
    ///   - granularity: the blocks in a group, 1 or more; platforms store and bill in groups.
    /// - Returns: the number of groups with a difference in them.
    /// - Complexity: linear in the number of groups that differ, where `granularity` is a power of two.
    public func changedBlockCount(since other: Disk, granularity: Int) -> Int {
        precondition(granularity >= 1, "a group has one block at least")
        var (count, last) = (0, -1)
        blocks.forEachDifference(from: other.blocks, inGroupsOf: granularity) { number in
            guard number / granularity != last else { return }
            last = number / granularity
            count += 1
        }
        return count
    }
}

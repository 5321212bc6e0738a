/// A persistent map from block numbers to blocks: copies share all they have in common.
///
/// It is a trie over the digits of the block number. A write to a map of which a copy is kept copies one path of nodes,
/// so they are small; each carries a running hash of the blocks below it, the sum of one hash per block and place, so
/// that two maps are compared without a look at what they share.
package struct BlockMap: Sendable {
    private var root = Node.empty
    /// The number of blocks in the map.
    package private(set) var count = 0
    /// The number of levels above the leaves.
    private var height = 0

    package init() {}

    /// A hash of all blocks and their places, the same in every run.
    package var digest: UInt64 { root.hash }

    private var shift: Int { Node.shift(atHeight: height) }
    private var reach: Int { 1 << (shift + Node.innerBits) }

    /// The block at `number`.
    ///
    /// - Complexity: one step per level, nine at most for 128 GiB.
    package subscript(number: Int) -> Block? {
        get { number < reach ? root.block(at: number, shift: shift) : nil }
        set {
            while number >= reach { deepen() }
            count += root.set(newValue, at: number, shift: shift).count
        }
    }

    /// Puts a new root above the old one, whose blocks keep their numbers.
    private mutating func deepen() {
        root = Node(above: root)
        height += 1
    }
}

extension BlockMap: Hashable {
    /// Maps are equal when their running hashes are: unequal maps of equal hash are not to be expected in 2^64.
    package static func == (a: BlockMap, b: BlockMap) -> Bool { a.count == b.count && a.digest == b.digest }
    package func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}

extension BlockMap {
    /// Calls `body` with each block, in the order of their numbers.
    package func forEach(_ body: (Int, Block) -> Void) { root.forEach(from: 0, shift: shift, body) }

    /// Calls `body` with the number of each block that differs from `other`, ascending; where blocks come in groups, with
    /// one at least in each group with a difference.
    ///
    /// What lies within one group is not looked into.
    ///
    /// - Complexity: the number of differences, or of groups with one, times the number of levels.
    package func forEachDifference(from other: BlockMap, inGroupsOf granularity: Int = 1, _ body: (Int) -> Void) {
        var (a, b) = (self, other)
        while a.height < b.height { a.deepen() }
        while b.height < a.height { b.deepen() }
        a.root.forEachDifference(from: b.root, inGroupsOf: granularity, base: 0, shift: a.shift, body)
    }
}

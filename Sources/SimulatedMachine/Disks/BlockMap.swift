/// A persistent map from block numbers to blocks: copies share all they have in common.
///
/// It is a trie of 32-way nodes over the digits of the block number. Each node carries how many blocks stand below it and
/// a running hash of them, the sum of one hash per block and place, so that a write updates one path of hashes and
/// two maps are compared without a look at what they share. The arrays in the nodes copy on write, which makes
/// writing in place as long as no copy is kept, and keeps the value free of classes.
package struct BlockMap: Sendable {
    private static let bits = 5
    private static let fanout = 1 << bits

    private struct Node: Sendable {
        var count = 0
        var hash: UInt64 = 0
        /// The nodes of the level below; empty in a leaf and in a node without blocks.
        var children: [Node] = []
        /// The blocks of a leaf; empty in an inner node and in a leaf without blocks.
        var blocks: [Block?] = []

        func isSame(as other: Node) -> Bool { count == other.count && hash == other.hash }
    }

    private var root = Node()
    /// The number of levels below the root; the map reaches 32 to the power of `height` + 1 blocks.
    private var height = 0

    package init() {}

    /// The number of blocks in the map.
    package var count: Int { root.count }

    /// A hash of all blocks and their places, the same in every run.
    package var digest: UInt64 { root.hash }

    private var reach: Int { 1 << (Self.bits * (height + 1)) }

    /// The block at `number`.
    ///
    /// - Complexity: one step per level, five at most for 128 GiB.
    package subscript(number: Int) -> Block? {
        get {
            guard number < reach else { return nil }
            var node = root
            var shift = Self.bits * height
            while shift > 0 {
                guard !node.children.isEmpty else { return nil }
                node = node.children[(number >> shift) & (Self.fanout - 1)]
                shift -= Self.bits
            }
            return node.blocks.isEmpty ? nil : node.blocks[number & (Self.fanout - 1)]
        }
        set {
            while number >= reach { deepen() }
            Self.set(newValue, at: number, in: &root, shift: Self.bits * height)
        }
    }

    /// Puts a new root above the old one, whose blocks keep their numbers.
    private mutating func deepen() {
        if root.count > 0 {
            var above = Node(count: root.count, hash: root.hash)
            above.children = Array(repeating: Node(), count: Self.fanout)
            above.children[0] = root
            root = above
        } else {
            root = Node()
        }
        height += 1
    }

    private static func set(_ block: Block?, at number: Int, in node: inout Node, shift: Int) {
        let slot = (number >> shift) & (fanout - 1)
        guard shift > 0 else {
            if node.blocks.isEmpty {
                guard block != nil else { return }
                node.blocks = Array(repeating: nil, count: fanout)
            }
            if let old = node.blocks[slot] {
                node.count -= 1
                node.hash &-= weight(of: old, at: number)
            }
            if let block {
                node.count += 1
                node.hash &+= weight(of: block, at: number)
            }
            node.blocks[slot] = block
            if node.count == 0 { node.blocks = [] }
            return
        }
        if node.children.isEmpty {
            guard block != nil else { return }
            node.children = Array(repeating: Node(), count: fanout)
        }
        let (count, hash) = (node.children[slot].count, node.children[slot].hash)
        set(block, at: number, in: &node.children[slot], shift: shift - bits)
        node.count += node.children[slot].count - count
        node.hash &+= node.children[slot].hash &- hash
        if node.count == 0 { node.children = [] }
    }

    /// What one block at one place adds to the running hash.
    private static func weight(of block: Block, at number: Int) -> UInt64 {
        var mixed = block.digest &+ UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension BlockMap: Hashable {
    /// Maps are equal when their running hashes are: unequal maps of equal hash are not to be expected in 2^64.
    package static func == (a: BlockMap, b: BlockMap) -> Bool { a.root.isSame(as: b.root) }
    package func hash(into hasher: inout Hasher) { hasher.combine(root.hash) }
}

extension BlockMap {
    /// Calls `body` with each block, in the order of their numbers.
    package func forEach(_ body: (Int, Block) -> Void) {
        Self.visit(root, from: 0, shift: Self.bits * height, body)
    }

    private static func visit(_ node: Node, from base: Int, shift: Int, _ body: (Int, Block) -> Void) {
        for (slot, child) in node.children.enumerated() where child.count > 0 {
            visit(child, from: base + slot << shift, shift: shift - bits, body)
        }
        for (slot, block) in node.blocks.enumerated() {
            if let block { body(base + slot, block) }
        }
    }

    /// Calls `body` with the number of each block that differs from `other`, ascending.
    ///
    /// - Complexity: the number of differences times the number of levels.
    package func forEachDifference(from other: BlockMap, _ body: (Int) -> Void) {
        var (a, b) = (self, other)
        while a.height < b.height { a.deepen() }
        while b.height < a.height { b.deepen() }
        Self.compare(a.root, b.root, from: 0, shift: Self.bits * a.height, body)
    }

    private static func compare(_ a: Node, _ b: Node, from base: Int, shift: Int, _ body: (Int) -> Void) {
        guard !a.isSame(as: b) else { return }
        if shift == 0 {
            for slot in 0..<fanout {
                let (x, y) = (a.blocks.isEmpty ? nil : a.blocks[slot], b.blocks.isEmpty ? nil : b.blocks[slot])
                if x != y { body(base + slot) }
            }
        } else {
            let nothing = Node()
            for slot in 0..<fanout {
                let (x, y) = (
                    a.children.isEmpty ? nothing : a.children[slot], b.children.isEmpty ? nothing : b.children[slot]
                )
                compare(x, y, from: base + slot << shift, shift: shift - bits, body)
            }
        }
    }
}

extension BlockMap {
    /// A node of the trie, the size of a pointer.
    ///
    /// An array of one element is the box that it points to: it copies on write, so that a node which is held once is
    /// written in place, and it keeps the value free of classes. Eight children and four blocks make the path from
    /// a root over a million blocks to one of them as small as it gets: six boxes of 112 bytes and one of 144.
    enum Node: Sendable {
        /// No block stands here or below.
        case empty
        case inner([Inner])
        case leaf([Leaf])

        /// The digits of a block number, in bits: that of a leaf, and that of each level above.
        static let leafBits = 2
        static let innerBits = 3
    }

    struct Inner: Sendable {
        var hash: UInt64 = 0
        var children: InlineArray<8, Node> = InlineArray(repeating: .empty)
    }

    struct Leaf: Sendable {
        var hash: UInt64 = 0
        var blocks: InlineArray<4, Block?> = InlineArray(repeating: nil)
    }

    /// What a write adds to the nodes above.
    struct Change: Sendable {
        var count = 0
        var hash: UInt64 = 0
    }
}

extension BlockMap.Node {
    /// The place of the digit that counts so many levels above the leaves; below zero in a leaf.
    static func shift(atHeight height: Int) -> Int { leafBits + innerBits * (height - 1) }

    /// A node with `first` as its first child, if that holds anything.
    init(above first: Self) {
        guard !first.isEmpty else {
            self = .empty
            return
        }
        var inner = BlockMap.Inner(hash: first.hash)
        inner.children[0] = first
        self = .inner([inner])
    }

    var isEmpty: Bool {
        if case .empty = self { true } else { false }
    }

    var hash: UInt64 {
        switch self {
        case .empty: 0
        case .inner(let box): box[0].hash
        case .leaf(let box): box[0].hash
        }
    }

    private static func slot(of number: Int, shift: Int) -> Int { (number &>> shift) & (1 << innerBits - 1) }
    private static func slot(of number: Int) -> Int { number & (1 << leafBits - 1) }

    func block(at number: Int, shift: Int) -> Block? {
        var (node, shift) = (self, shift)
        while case .inner(let box) = node {
            node = box[0].children[Self.slot(of: number, shift: shift)]
            shift -= Self.innerBits
        }
        guard case .leaf(let box) = node else { return nil }
        return box[0].blocks[Self.slot(of: number)]
    }

    /// Writes or discards a block; a node in which nothing is left becomes empty.
    mutating func set(_ block: Block?, at number: Int, shift: Int) -> BlockMap.Change {
        // Taken out before it is written, since a box that is held twice would be copied.
        switch consume self {
        case .leaf(var box):
            self = .empty
            let change = box[0].set(block, at: Self.slot(of: number), number)
            if block != nil || !box[0].isEmpty { self = .leaf(box) }
            return change
        case .inner(var box):
            self = .empty
            let slot = Self.slot(of: number, shift: shift)
            let change = box[0].children[slot].set(block, at: number, shift: shift - Self.innerBits)
            box[0].hash &+= change.hash
            if block != nil || !box[0].isEmpty { self = .inner(box) }
            return change
        case .empty:
            self = .empty
            guard block != nil else { return BlockMap.Change() }
            self = shift < Self.leafBits ? .leaf([BlockMap.Leaf()]) : .inner([BlockMap.Inner()])
            return set(block, at: number, shift: shift)
        }
    }

    func forEach(from base: Int, shift: Int, _ body: (Int, Block) -> Void) {
        switch self {
        case .empty: break
        case .inner(let box):
            for slot in box[0].children.indices {
                box[0].children[slot].forEach(from: base + slot << shift, shift: shift - Self.innerBits, body)
            }
        case .leaf(let box):
            for slot in box[0].blocks.indices {
                if let block = box[0].blocks[slot] { body(base + slot, block) }
            }
        }
    }

    /// Calls `body` with the first block of everything that differs and that the groups are made of: whole nodes, where
    /// they are no larger than a group, and blocks.
    func forEachDifference(
        from other: Self, inGroupsOf granularity: Int, base: Int, shift: Int, _ body: (Int) -> Void
    ) {
        guard hash != other.hash else { return }
        let isLeaf = shift < Self.leafBits
        guard granularity % (1 << (isLeaf ? Self.leafBits : shift + Self.innerBits)) != 0 else { return body(base) }
        guard !isLeaf else {
            let (own, others) = (leaf, other.leaf)
            for slot in own.blocks.indices where own.blocks[slot] != others.blocks[slot] { body(base + slot) }
            return
        }
        let below = shift - Self.innerBits
        // Where both go on, their children are lent; where one ends, it stands for a node without children.
        if case .inner(let box) = self, case .inner(let otherBox) = other {
            let (nodes, others) = (box.span, otherBox.span)
            for slot in 0..<1 << Self.innerBits where nodes[0].children[slot].hash != others[0].children[slot].hash {
                nodes[0].children[slot].forEachDifference(
                    from: others[0].children[slot], inGroupsOf: granularity, base: base + slot << shift, shift: below,
                    body)
            }
        } else {
            for slot in 0..<1 << Self.innerBits {
                child(slot).forEachDifference(
                    from: other.child(slot), inGroupsOf: granularity, base: base + slot << shift, shift: below, body)
            }
        }
    }

    private func child(_ slot: Int) -> Self {
        if case .inner(let box) = self { box[0].children[slot] } else { .empty }
    }

    private var leaf: BlockMap.Leaf {
        if case .leaf(let box) = self { box[0] } else { BlockMap.Leaf() }
    }
}

extension BlockMap.Inner {
    var isEmpty: Bool { children.indices.allSatisfy { children[$0].isEmpty } }
}

extension BlockMap.Leaf {
    var isEmpty: Bool { blocks.indices.allSatisfy { blocks[$0] == nil } }

    mutating func set(_ block: Block?, at slot: Int, _ number: Int) -> BlockMap.Change {
        var change = BlockMap.Change()
        if let old = blocks[slot] {
            change.count -= 1
            change.hash &-= Self.weight(of: old, at: number)
        }
        if let block {
            change.count += 1
            change.hash &+= Self.weight(of: block, at: number)
        }
        blocks[slot] = block
        hash &+= change.hash
        return change
    }

    /// What one block at one place adds to the running hash.
    private static func weight(of block: Block, at number: Int) -> UInt64 {
        var mixed = block.digest &+ UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

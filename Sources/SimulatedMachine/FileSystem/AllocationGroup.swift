import LabCore

/// Which blocks of one part of a file system are in use.
///
/// A real block group has a bitmap and 32,768 blocks; runs instead of bits allow groups of 1,048,576 blocks,
/// so that a file which fills a large disk touches few of them.
package struct AllocationGroup: Hashable, Sendable {
    static let size = 1 << 20

    /// The blocks that the group is about.
    package let blocks: Range<Int>
    /// The runs in use: ascending, disjoint and not adjacent.
    package private(set) var used: [Range<Int>] = []

    init(blocks: Range<Int>) { self.blocks = blocks }

    /// The number of blocks in use.
    package var usedCount: Int { used.reduce(0) { $0 + $1.count } }

    /// Whether all of `run` is in use.
    package func holds(_ run: Range<Int>) -> Bool {
        used.contains { $0.lowerBound <= run.lowerBound && run.upperBound <= $0.upperBound }
    }

    /// The first free run of at most `count` blocks that avoids `taboo`.
    func free(_ count: Int, avoiding taboo: [Range<Int>]) -> Range<Int>? {
        var start = blocks.lowerBound
        let walls = taboo.isEmpty ? used : (used + taboo).sorted { $0.lowerBound < $1.lowerBound }
        for wall in walls {
            if wall.lowerBound > start { return start..<min(wall.lowerBound, start + count) }
            start = max(start, wall.upperBound)
        }
        return start < blocks.upperBound ? start..<min(blocks.upperBound, start + count) : nil
    }

    /// Marks a free run as used.
    mutating func take(_ run: Range<Int>) {
        let place = used.firstIndex { $0.lowerBound >= run.upperBound } ?? used.endIndex
        var merged = run
        var replaced = place..<place
        if place < used.endIndex, used[place].lowerBound == run.upperBound {
            merged = merged.lowerBound..<used[place].upperBound
            replaced = place..<place + 1
        }
        if place > 0, used[place - 1].upperBound == run.lowerBound {
            merged = used[place - 1].lowerBound..<merged.upperBound
            replaced = place - 1..<replaced.upperBound
        }
        used.replaceSubrange(replaced, with: [merged])
    }

    /// Marks a used run as free.
    mutating func release(_ run: Range<Int>) {
        guard let place = used.firstIndex(where: { $0.overlaps(run) }) else { return }
        let whole = used[place]
        let rest = [whole.lowerBound..<run.lowerBound, run.upperBound..<whole.upperBound].filter { !$0.isEmpty }
        used.replaceSubrange(place...place, with: rest)
    }

    func combine(into hasher: inout StableHasher) {
        hasher.combine(byte: 8)
        hasher.combine(blocks.lowerBound)
        for run in used {
            hasher.combine(run.lowerBound)
            hasher.combine(run.upperBound)
        }
    }
}

/// The numbers of inodes that are free: the one given back last goes first, then the lowest.
struct FreeInodes: Hashable, Sendable {
    /// Those given back, and those left free below the highest in use; the last goes first.
    private var loose: [Int] = []
    /// Those that lie above all that were in use; there are many, and hardly any is ever taken.
    private var untouched = 0..<0

    /// Makes none.
    init() {}

    /// Those of `all` that are not in use.
    init(of all: Range<Int>, without used: Set<Int>) {
        let end = used.reduce(all.lowerBound) { max($0, $1 + 1) }
        loose = (all.lowerBound..<end).reversed().filter { !used.contains($0) }
        untouched = end..<max(end, all.upperBound)
    }

    /// Takes the next one; nothing when all are in use.
    mutating func take() -> Int? { loose.popLast() ?? untouched.popFirst() }

    /// Gives one back.
    mutating func give(_ number: Int) { loose.append(number) }
}

/// One measured thing.
struct Row {
    /// What was measured.
    var subject: String
    /// What was found.
    var found: String
    /// What it is held against.
    var wanted: String

    static func printTable(_ rows: [Row]) {
        let all = [Row(subject: "measured", found: "found", wanted: "wanted")] + rows
        let widths = [all.map(\.subject.count).max() ?? 0, all.map(\.found.count).max() ?? 0]
        for row in all {
            let cells = zip([row.subject, row.found], widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            print((cells + [row.wanted]).joined(separator: "  "))
        }
    }
}

/// Takes in a value so that the optimizer must make it.
@inline(never)
func consume<Value>(_ value: borrowing Value) {}

/// The nanoseconds that one of `count` turns of `body` takes, the least of nine rounds.
func nanoseconds(each count: Int, _ body: (Int) -> Void) -> Double {
    let clock = ContinuousClock()
    let rounds = (0..<9).map { _ in
        let elapsed = clock.measure { for turn in 0..<count { body(turn) } }
        return Double(elapsed / .nanoseconds(1)) / Double(count)
    }
    return rounds.min() ?? 0
}

extension Double {
    /// The number with one decimal.
    var brief: String { "\((self * 10).rounded() / 10)" }

    /// The number with two decimals.
    var hundredths: String { "\((self * 100).rounded() / 100)" }
}

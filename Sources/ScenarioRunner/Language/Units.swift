package import LabCore

/// Reads amounts with their units, as scenarios write them: `200 GiB`, `10 min`.
package enum Units {
    /// The units of storage, with the number of bytes of each.
    package static let bytes: [(name: String, size: Int64)] = [
        ("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
    ]
    /// The units of time, with the number of nanoseconds of each.
    package static let durations: [(name: String, size: Int64)] = [
        ("ms", 1_000_000), ("s", 1_000_000_000), ("min", 60_000_000_000), ("h", 3_600_000_000_000),
        ("d", 86_400_000_000_000),
    ]

    /// Why an amount cannot be read.
    package struct Fault: Error, Hashable, Sendable {
        /// What would be right.
        package var advice: String
    }

    /// Reads an amount of storage.
    package static func byteCount(_ text: String) throws(Fault) -> ByteCount {
        ByteCount(try amount(text, units: bytes, example: "200 GiB"))
    }

    /// Reads a duration.
    package static func duration(_ text: String) throws(Fault) -> Duration {
        .nanoseconds(try amount(text, units: durations, example: "10 min"))
    }

    private static func amount(
        _ text: String, units: [(name: String, size: Int64)], example: String
    ) throws(Fault) -> Int64 {
        let names = units.map(\.name)
        let usual = "write a whole number and a unit (\(names.joined(separator: ", "))), as in '\(example)'"
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, let number = Int64(digits) else { throw Fault(advice: usual) }
        let word = text.dropFirst(digits.count).drop { $0 == " " }
        guard !word.isEmpty else { throw Fault(advice: "the unit is missing: \(usual)") }
        guard let unit = units.first(where: { $0.name == word }) else {
            throw Fault(advice: advice(forUnit: String(word), names: names, usual: usual))
        }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit.size)
        guard !overflow, product <= Int64.max / 4 else { throw Fault(advice: "that is more than the lab can count") }
        return product
    }

    private static func advice(forUnit word: String, names: [String], usual: String) -> String {
        let decimal = [
            "KB": "KiB", "MB": "MiB", "GB": "GiB", "TB": "TiB", "K": "KiB", "M": "MiB", "G": "GiB", "T": "TiB",
        ]
        if let meant = decimal[word.uppercased()], names.contains(meant) {
            return "'\(word)' is not a unit here; storage is counted in powers of two, write '\(meant)'"
        }
        let long = [
            "sec": "s", "secs": "s", "second": "s", "seconds": "s", "m": "min", "mins": "min", "minute": "min",
            "minutes": "min", "hour": "h", "hours": "h", "day": "d", "days": "d", "milliseconds": "ms",
        ]
        if let meant = long[word.lowercased()], names.contains(meant) {
            return "'\(word)' is not a unit here; write '\(meant)'"
        }
        if let nearest = Suggestion.nearest(to: word, among: names) {
            return "'\(word)' is not a unit here; did you mean '\(nearest)'?"
        }
        return "'\(word)' is not a unit here; \(usual)"
    }
}

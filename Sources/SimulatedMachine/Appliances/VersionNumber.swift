/// A version made of numbers and dots, as in `3.14.2`; what is no number counts as 0.
package struct VersionNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let description: String
    private let parts: [Int]

    package init(_ text: String) {
        description = text
        parts = text.split(separator: ".").map { Int($0) ?? 0 }
    }

    /// The first `count` numbers, as in `3.14`.
    package func prefix(_ count: Int) -> String {
        (0..<count).map { String(part($0)) }.joined(separator: ".")
    }

    /// The number at a place; 0 beyond the last.
    package func part(_ place: Int) -> Int { place < parts.count ? parts[place] : 0 }

    package static func < (a: VersionNumber, b: VersionNumber) -> Bool {
        for place in 0..<max(a.parts.count, b.parts.count) where a.part(place) != b.part(place) {
            return a.part(place) < b.part(place)
        }
        return false
    }
}

import LabCore

/// The labels of a resource, with the fingerprint that a change of them must name.
package struct Labels: Hashable, Sendable {
    package private(set) var values: [String: String]

    package init(_ values: [String: String] = [:]) { self.values = values }

    /// A hash of the content: equal content gives an equal value.
    ///
    /// Rule: GCE-029.
    package var fingerprint: String { values.isEmpty ? "42WmSpB8rSM=" : Fingerprint.of(values) }
}

/// Content hashes in the form in which answers carry them: 64 bits in base 64.
package enum Fingerprint {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")

    /// The fingerprint of names and values.
    package static func of(_ values: [String: String]) -> String {
        var hasher = StableHasher()
        for name in values.keys.sorted() {
            hasher.combine(name)
            hasher.combine(values[name] ?? "")
        }
        let hash = hasher.finalize()
        let digits = (0..<11).map { place in
            let shift = 58 - 6 * place
            return alphabet[Int((shift >= 0 ? hash >> UInt64(shift) : hash << UInt64(-shift)) & 63)]
        }
        return String(digits) + "="
    }
}

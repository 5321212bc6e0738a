/// The ways in which a reference provider takes snapshots or goes back to them, each by the platform's own word.
package protocol ProviderMethod: RawRepresentable, CaseIterable, Hashable, Sendable where RawValue == String {
    /// What the ways lead to, as in "EC2 has no way back called ...".
    static var purpose: String { get }
}

extension ProviderMethod {
    /// The way that a request names, or nothing when it leaves the choice to the provider.
    ///
    /// - Throws: a refusal of kind `unsupported`, with the platform's `code`, when it has no such way.
    package static func named(_ word: String?, code: String) throws(Refusal) -> Self? {
        guard let word else { return nil }
        guard let method = Self(rawValue: word) else {
            let known = allCases.map(\.rawValue).joined(separator: ", ")
            throw Refusal(.unsupported, code: code, message: "There is no \(purpose) called '\(word)', only \(known).")
        }
        return method
    }
}

extension ControlPlane {
    /// Refuses what the platform has not got, in the words in which it says so of itself.
    ///
    /// - Throws: a refusal of kind `unsupported`, with the platform's `code`.
    package static func require(_ capability: Capability, code: String) throws(Refusal) {
        guard let note = capabilities.reason(without: capability) else { return }
        throw Refusal(.unsupported, code: code, message: note.text, rule: note.rule)
    }
}

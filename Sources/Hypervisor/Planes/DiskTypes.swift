extension MachineSpec {
    /// Refuses types of disks, on a platform that has none to choose from.
    ///
    /// - Throws: a refusal of kind `unsupported`.
    package func requireUsualDisks() throws(Refusal) {
        guard let type = disks.lazy.compactMap(\.type).first else { return }
        throw .noDiskType(type, known: [])
    }
}

extension Refusal {
    /// There is no such type of disk for this on the platform.
    package static func noDiskType(_ type: String, known: [String]) -> Refusal {
        let choice = known.isEmpty ? "there are none to choose from" : "only \(known.joined(separator: ", "))"
        return Refusal(
            .unsupported, code: "NoDiskType", message: "There is no type of disk called '\(type)' for this, \(choice).")
    }
}

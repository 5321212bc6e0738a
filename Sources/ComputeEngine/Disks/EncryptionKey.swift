import LabCore

/// A key that a request brings or names.
package enum EncryptionKey: Hashable, Sendable {
    /// The customer keeps it and brings it with every call that needs it.
    case customerSupplied(String)
    /// Cloud KMS keeps it, under this name.
    case managed(String)
}

/// What a resource knows of the key that encrypts it.
package enum StoredKey: Hashable, Sendable {
    /// A hash, by which the customer's key is recognized.
    case customerSupplied(hash: String)
    /// One version of a key of Cloud KMS, whatever versions come later.
    ///
    /// Rule: GCE-135.
    case managed(name: String, version: Int)
}

/// A key of Cloud KMS.
package struct ManagedKey: Hashable, Sendable {
    /// The version that encrypts what is new.
    package var primary = 1
    /// Versions that cannot be used.
    package var disabled: Set<Int> = []

    package init() {}
}

extension ComputeEngine {
    /// The key of a new resource, as the resource will know it.
    ///
    /// Rules: GCE-134 and GCE-135.
    func stored(_ key: EncryptionKey?, field: String) throws(ComputeFault) -> StoredKey? {
        switch key {
        case .customerSupplied(let text):
            guard settings.eras.acceptsCustomerSuppliedKeys else {
                throw .invalid(
                    field, "", "Customer-supplied encryption keys are not supported; use Cloud KMS.", rule: "GCE-134")
            }
            return .customerSupplied(hash: Self.hash(text))
        case .managed(let name):
            guard let key = managedKeys[name] else { throw .invalid(field, name, "There is no such key.") }
            return .managed(name: name, version: key.primary)
        case nil: return nil
        }
    }

    /// Asks for the customer's key where it is needed, and for the right one.
    ///
    /// Rule: GCE-133.
    func check(_ key: StoredKey?, of path: ResourcePath, brought: EncryptionKey?) throws(ComputeFault) {
        guard case .customerSupplied(let hash) = key else { return }
        guard case .customerSupplied(let text) = brought else {
            throw ComputeFault(
                "resourceIsEncryptedWithCustomerEncryptionKey",
                "'\(path)' is protected with a customer supplied encryption key, but none was provided.",
                rule: "GCE-133")
        }
        guard Self.hash(text) == hash else {
            throw ComputeFault(
                "customerEncryptionKeyIsIncorrect",
                "'\(path)' is protected with another customer supplied encryption key.", rule: "GCE-133")
        }
    }

    /// Why a key of Cloud KMS cannot be used; nothing when it can.
    ///
    /// Rule: GCE-135.
    func keyError(_ key: StoredKey?) -> OperationError? {
        guard case .managed(let name, let version) = key, managedKeys[name]?.disabled.contains(version) ?? true else {
            return nil
        }
        return OperationError(
            .invalidUsage,
            "Cloud KMS error when using key \(name)/cryptoKeyVersions/\(version): the key is not enabled.",
            rule: "GCE-135")
    }

    private static func hash(_ key: String) -> String {
        var hasher = StableHasher()
        hasher.combine(key)
        return hasher.digest()
    }
}

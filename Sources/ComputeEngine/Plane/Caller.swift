import LabCore

/// Who calls: a token, and what it may do.
package struct Caller: Hashable, Sendable {
    /// The bearer token of the calls.
    package var token = Token.valid
    /// The permissions that the caller has not been given, as `compute.snapshots.setLabels`.
    package var lacking: Set<String> = []

    package init() {}

    /// What a token can be.
    package enum Token: Hashable, Sendable {
        case valid
        /// The call carries none.
        case absent
        /// It is not one, or its time is over.
        case invalid
    }
}

extension ComputeEngine {
    /// Looks at who calls: at the token, and at every permission that the call needs.
    ///
    /// Rule: GCE-138.
    func admit(_ request: Request) throws(ComputeFault) {
        switch caller.token {
        case .valid: break
        case .absent: throw ComputeFault(settings.inferred.noToken, "Login Required.", status: 401, rule: "GCE-138")
        case .invalid:
            throw ComputeFault(settings.inferred.badToken, "Invalid Credentials", status: 401, rule: "GCE-138")
        }
        guard let missing = request.permissions.first(where: caller.lacking.contains) else { return }
        let message = "Required '\(missing)' permission for 'projects/\(settings.project)'"
        guard missing != Request.snapshotLabels else {
            throw ComputeFault("forbidden", message, status: 403, rule: "GCE-076")
        }
        throw ComputeFault("forbidden", message, status: 403, rule: "GCE-138")
    }
}

extension Request {
    /// The permission to put labels on snapshots.
    static let snapshotLabels = "compute.snapshots.setLabels"

    /// What a caller must be allowed to do; labels of a new snapshot need a permission of their own.
    ///
    /// Rule: GCE-076.
    var permissions: [String] {
        switch self {
        case .createSnapshot(let snapshot, _, _):
            ["compute.disks.createSnapshot", "compute.snapshots.create"]
                + (snapshot.labels.isEmpty ? [] : [Self.snapshotLabels])
        case .insertSnapshot(let snapshot):
            ["compute.snapshots.create"] + (snapshot.labels.isEmpty ? [] : [Self.snapshotLabels])
        default: ["compute." + (verb.hasSuffix(".insert") ? verb.dropLast(6) + "create" : verb)]
        }
    }
}

import LabCore

/// Data of Ultra and Premium SSD v2 disks that is being copied although the request is done: into snapshots, and into new disks.
///
/// Rule: AZ-035.
struct BackgroundCopies: Hashable, Sendable {
    private struct Copy: Hashable, Sendable {
        /// The unique id of the snapshot or point that a disk is made of; nothing for a snapshot.
        var source: String?
        var ends: Instant
    }

    /// By the unique id of what is being filled.
    private var copies: [String: Copy] = [:]

    /// How many there are.
    func count(at now: Instant) -> Int { copies.values.count { $0.ends > now } }

    /// How many of them fill disks from one snapshot.
    func count(from source: String, at now: Instant) -> Int {
        copies.values.count { $0.source == source && $0.ends > now }
    }

    /// Begins one; those that have ended are forgotten.
    mutating func begin(into target: String, from source: String? = nil, at now: Instant, until ends: Instant) {
        copies = copies.filter { $0.value.ends > now }
        copies[target] = Copy(source: source, ends: ends)
    }

    /// Ends one before its time, as its target is gone or has failed.
    mutating func end(into target: String) { copies[target] = nil }
}

extension AzureCompute {
    /// Refuses one more copy in the background when there are as many as there may be.
    ///
    /// Rule: AZ-035.
    func checkBackgroundCopies() throws(AzureFault) {
        guard backgroundCopies.count(at: now) < settings.quotas.backgroundCopies else {
            throw AzureFault(
                settings.inferred.unfinishedSnapshot,
                "At most \(settings.quotas.backgroundCopies) background copies of a subscription are under way.",
                status: 409, rule: "AZ-035")
        }
    }
}

package import Hypervisor

/// What is to go wrong, and when.
package struct FaultPlan: Hashable, Sendable {
    private struct Entry: Hashable, Sendable {
        var verb: String
        var callsToGo: Int
        var effect: Fault.CallEffect
    }

    private var entries: [Entry] = []
    /// The instances whose next snapshot ends in error.
    var failingSnapshots: [Instance.ID] = []

    /// Plans a fault of a call.
    package mutating func plan(_ verb: String, occurrence: Int, _ effect: Fault.CallEffect) {
        entries.append(Entry(verb: verb, callsToGo: max(1, occurrence), effect: effect))
    }

    /// Counts a call of `verb`, and says what goes wrong with it.
    mutating func strike(_ verb: String) -> Fault.CallEffect? {
        guard !entries.isEmpty else { return nil }
        for index in entries.indices where entries[index].verb == verb || entries[index].verb == "*" {
            entries[index].callsToGo -= 1
        }
        guard let due = entries.firstIndex(where: { $0.callsToGo <= 0 }) else { return nil }
        return entries.remove(at: due).effect
    }

    /// Whether the next snapshot of one of `instances` was to end in error; it strikes once.
    mutating func strikesSnapshot(of instances: [Instance.ID]) -> Bool {
        guard let place = failingSnapshots.firstIndex(where: instances.contains) else { return false }
        failingSnapshots.remove(at: place)
        return true
    }
}

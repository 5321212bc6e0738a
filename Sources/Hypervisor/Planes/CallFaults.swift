/// The native calls that are going to go wrong, and how.
package struct CallFaults: Hashable, Sendable {
    private struct Entry: Hashable, Sendable {
        var verb: String
        var callsToGo: Int
        var effect: Fault.CallEffect

        func isAbout(_ verb: String) -> Bool { self.verb == verb || self.verb == "*" }
    }

    private var entries: [Entry] = []

    package init() {}

    /// Plans that the `occurrence`-th call of `verb` from now on goes wrong; `*` stands for every verb.
    package mutating func plan(_ verb: String, occurrence: Int, _ effect: Fault.CallEffect) {
        entries.append(Entry(verb: verb, callsToGo: max(1, occurrence), effect: effect))
    }

    /// Counts a call of `verb`, and says what goes wrong with it.
    package mutating func strike(_ verb: String) -> Fault.CallEffect? {
        guard !entries.isEmpty else { return nil }
        for index in entries.indices where entries[index].isAbout(verb) { entries[index].callsToGo -= 1 }
        // Of two faults for one call the second waits for the next call of its own verb.
        guard let due = entries.firstIndex(where: { $0.isAbout(verb) && $0.callsToGo <= 0 }) else { return nil }
        return entries.remove(at: due).effect
    }
}

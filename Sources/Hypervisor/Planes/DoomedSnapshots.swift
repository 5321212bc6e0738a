/// The machines whose next snapshot is going to end in error after it was accepted.
package struct DoomedSnapshots<Machine: Hashable & Sendable>: Hashable, Sendable {
    private var machines: [Machine] = []

    package init() {}

    /// Plans that the next snapshot of `machine` ends in error.
    package mutating func plan(_ machine: Machine) { machines.append(machine) }

    /// Whether a snapshot that was just accepted of one of `members` is to end in error; each plan strikes once.
    package mutating func strike(_ members: [Machine]) -> Bool {
        guard !machines.isEmpty, let place = machines.firstIndex(where: members.contains) else { return false }
        machines.remove(at: place)
        return true
    }
}

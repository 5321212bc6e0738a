import Hypervisor

/// The facts of a run at all the moments that have a name.
struct Moments: Hashable, Sendable {
    private var facts: [String: Facts] = [:]
    /// The name of the moment with which later ones are compared.
    private(set) var baseline = "start"

    subscript(name: String) -> Facts? {
        get { facts[name] }
        set { facts[name] = newValue }
    }

    /// What was wanted: the facts at the snapshot that was reverted to, or taken last, or at the start.
    var wanted: Facts { facts[baseline] ?? Facts() }
    /// What was found after the last upgrade; what was wanted, where there was none.
    var failed: Facts { facts["failure"] ?? wanted }

    /// Makes the moment `name` the one with which later ones are compared.
    mutating func compare(with name: String) {
        if facts[name] != nil { baseline = name }
    }

    /// The fate of a fact.
    func fate(of fact: Fact, in present: Facts) -> Fate {
        Fate(wanted: wanted[fact], failed: failed[fact], restored: present[fact])
    }
}

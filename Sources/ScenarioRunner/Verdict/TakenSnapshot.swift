package import Hypervisor
package import LabCore

/// A snapshot that a run took, as its provider described it.
package struct TakenSnapshot: Hashable, Sendable, Codable {
    /// The step that took it.
    package var step: StepReference
    /// The name that the scenario gave it.
    package var name: String
    /// How it was taken, in the platform's own word.
    package var method: String
    /// The machine's power right before it; nothing when that could not be seen.
    package var power: FactValue?
    /// Whether it could be used when the provider answered.
    package var state: Snapshot.State
    /// The disks that it holds.
    package var disks: [DiskRole]
    /// Whether it holds memory.
    package var holdsMemory: Bool
    /// Whether the guest brought its disks to rest for it.
    package var isQuiesced: Bool
    /// The storage that it took up by itself when it was taken; nothing where the platform does not tell.
    package var storedBytes: ByteCount?
    /// What the provider had to say about it.
    package var notes: [Account]

    init(_ snapshot: Snapshot, as name: String, at step: StepReference, power: FactValue?) {
        self.step = step
        self.name = name
        self.power = power
        method = snapshot.method
        state = snapshot.state
        disks = snapshot.disks
        holdsMemory = snapshot.holdsMemory
        isQuiesced = snapshot.isQuiesced
        storedBytes = snapshot.storedBytes
        notes = snapshot.notes.map { Account(rule: $0.rule?.rawValue, text: $0.text) }
    }

    /// What it holds, in the word of the scenario language.
    var held: FactValue { holdsMemory ? "memory" : isQuiesced ? "quiesced" : "disks" }
}

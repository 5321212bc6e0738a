package import Hypervisor
import LabCore

/// A revert that a run did, as its provider reported it and as it was seen right after.
package struct DoneRevert: Hashable, Sendable, Codable {
    /// The step that did it.
    package var step: StepReference
    /// The scenario's name of the snapshot.
    package var snapshot: String
    /// How it was done, in the platform's own word.
    package var method: String
    /// Whether a new machine took the old one's place.
    package var isNewMachine: Bool
    /// The power in which it left the machine; nothing when that could not be seen.
    package var left: FactValue?
    /// What the provider had to say about it.
    package var notes: [Account]

    init(_ report: RevertReport, to snapshot: String, at step: StepReference, of machine: MachineID?) {
        self.step = step
        self.snapshot = snapshot
        method = report.method
        isNewMachine = report.machine != machine
        notes = report.notes.map { Account(rule: $0.rule?.rawValue, text: $0.text) }
    }
}

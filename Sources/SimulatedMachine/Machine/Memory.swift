package import LabCore

/// The volatile state of a running guest: lost with the power, kept by a snapshot with memory.
public struct Memory: Hashable, Sendable {
    /// The name of this run of the guest.
    package var bootID: String
    /// The guest's time.
    package var clock: Instant
}

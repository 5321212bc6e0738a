/// Whether a machine runs.
public enum Power: String, Hashable, Sendable, CaseIterable {
    /// Nothing is in memory.
    case off
    /// The guest runs.
    case on
    /// The guest stands still, its memory is kept.
    case suspended
}

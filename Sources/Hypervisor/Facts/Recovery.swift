/// How a file system or a database came up from what was on its disk.
public enum Recovery: String, Hashable, Sendable, Codable, CaseIterable {
    /// Nothing had to be repaired.
    case clean
    /// A log was replayed, and what it held is complete.
    case replayed
    /// What is on the disk contradicts itself.
    case corrupt
}

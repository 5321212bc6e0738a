package import LabCore

/// A host on which virtual machines run.
package struct HostSystem: Hashable, Sendable {
    /// The reference.
    package let id: Moref<HostSystem>
    /// The name.
    package let name: String
    /// The memory that machines can be given.
    ///
    /// Rule: VMW-068.
    package internal(set) var memory: ByteCount
    /// The processors that machines can be given.
    package internal(set) var processors: Int
    /// The instructions that its processors have.
    ///
    /// Rule: VMW-069.
    package internal(set) var processorFeatures: Set<String>
    /// Whether the server reaches it.
    ///
    /// Rule: VMW-053.
    package internal(set) var isConnected = true
}

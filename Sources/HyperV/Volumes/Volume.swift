package import LabCore

/// A volume of the host.
package struct Volume: Hashable, Sendable {
    /// The drive letter with its colon.
    package let name: String
    package internal(set) var capacity: ByteCount
    /// What all files on it take up.
    package internal(set) var used = ByteCount.zero
    /// Whether it can be reached.
    package internal(set) var isAvailable = true

    /// Whether all nodes of the cluster reach it.
    ///
    /// Rule: HV-036.
    package internal(set) var isShared = false

    /// The room that is left.
    package var free: ByteCount { used < capacity ? ByteCount(capacity.bytes - used.bytes) : .zero }

    /// Moves the room that is used from one size of something to another.
    mutating func occupy(instead old: ByteCount, _ new: ByteCount) {
        used = ByteCount(max(0, used.bytes - old.bytes + new.bytes))
    }
}

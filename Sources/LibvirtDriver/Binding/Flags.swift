/// How a snapshot is created; the values are libvirt's `virDomainSnapshotCreateFlags`.
package struct SnapshotCreation: OptionSet, Hashable, Sendable, Codable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Restore libvirt's record of a snapshot that is in the images already.
    package static let redefine = SnapshotCreation(rawValue: 1)
    /// Make the redefined snapshot the current one.
    package static let current = SnapshotCreation(rawValue: 2)
    /// Create files only; libvirt keeps no record.
    package static let noMetadata = SnapshotCreation(rawValue: 4)
    /// Leave memory out.
    package static let diskOnly = SnapshotCreation(rawValue: 16)
    /// Freeze the guest's file systems for the instant of the snapshot.
    package static let quiesce = SnapshotCreation(rawValue: 64)
    /// All disks or none.
    package static let atomic = SnapshotCreation(rawValue: 128)
    /// Check the description against the schema.
    package static let validate = SnapshotCreation(rawValue: 512)
}

/// How a domain is left after a revert; the values are libvirt's `virDomainSnapshotRevertFlags`.
package struct SnapshotRevert: OptionSet, Hashable, Sendable, Codable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Running, whatever the snapshot held.
    package static let running = SnapshotRevert(rawValue: 1)
    /// Paused, whatever the snapshot held.
    package static let paused = SnapshotRevert(rawValue: 2)
}

/// What a domain does; the values are libvirt's `virDomainState`.
package enum DomainState: Int, Hashable, Sendable, Codable, CaseIterable {
    case none = 0
    case running, blocked, paused, shuttingDown, shutOff, crashed, suspended

    /// Whether a QEMU process stands behind the domain.
    package var isActive: Bool {
        switch self {
        case .running, .blocked, .paused, .shuttingDown, .suspended: true
        case .none, .shutOff, .crashed: false
        }
    }
}

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
    /// Switch the machine off when the snapshot is taken; one that libvirt does not keep cannot be.
    ///
    /// Rule: LV-013.
    package static let halt = SnapshotCreation(rawValue: 8)
    /// Leave memory out; of a running machine that goes with external disks alone.
    ///
    /// Rule: LV-004.
    package static let diskOnly = SnapshotCreation(rawValue: 16)
    /// Take the files that are there as overlays, trusting what they lie over.
    ///
    /// Rule: LV-018.
    package static let reuseExternal = SnapshotCreation(rawValue: 32)
    /// Freeze the guest's file systems for the instant of the snapshot.
    package static let quiesce = SnapshotCreation(rawValue: 64)
    /// All disks or none.
    package static let atomic = SnapshotCreation(rawValue: 128)
    /// Let the guest run on while its memory is saved, which goes with external memory alone.
    ///
    /// Rule: LV-012.
    package static let live = SnapshotCreation(rawValue: 256)
    /// Check the description against the schema; what libvirt does not know is refused either way.
    ///
    /// Rule: LV-020.
    package static let validate = SnapshotCreation(rawValue: 512)
}

/// How a domain is left after a revert; the values are libvirt's `virDomainSnapshotRevertFlags`.
///
/// Without any it is left as the snapshot held it; both at once are refused. Rule: LV-034.
package struct SnapshotRevert: OptionSet, Hashable, Sendable, Codable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Running, whatever the snapshot held.
    package static let running = SnapshotRevert(rawValue: 1)
    /// Paused, whatever the snapshot held.
    package static let paused = SnapshotRevert(rawValue: 2)
}

/// What goes with a snapshot that is deleted; the values are libvirt's `virDomainSnapshotDeleteFlags`.
package struct SnapshotDeletion: OptionSet, Hashable, Sendable, Codable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// All snapshots below it too, which libvirt does not do for external ones.
    ///
    /// Rule: LV-048.
    package static let children = SnapshotDeletion(rawValue: 1)
    /// libvirt's record of it alone.
    package static let recordOnly = SnapshotDeletion(rawValue: 2)
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

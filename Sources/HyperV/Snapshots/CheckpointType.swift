/// What `Checkpoint-VM` makes of a machine, as set by `Set-VM -CheckpointType`.
///
/// Rule: https://learn.microsoft.com/windows/win32/hyperv_v2/msvm-virtualsystemsettingdata (UserSnapshotType)
package enum CheckpointType: Int, Hashable, Sendable, CaseIterable {
    case disabled = 2
    /// The guest brings its disks to rest; when it cannot, a standard checkpoint is taken without a word.
    case production = 3
    /// The guest brings its disks to rest, or there is no checkpoint.
    case productionOnly = 4
    /// With memory, and without asking the guest.
    case standard = 5
}

/// The kind of a checkpoint in a list.
///
/// A production checkpoint is `standard` too. Rule: HV-033.
package enum SnapshotType: Int, Hashable, Sendable, CaseIterable {
    case standard = 0
    case recovery = 1
    case planned = 2
    /// Its files or settings are gone.
    case missing = 5
    case replica = 6
    case appConsistentReplica = 7
    case syncedReplica = 8

    /// What WMI calls it.
    package var virtualSystemType: String {
        switch self {
        case .standard: "Microsoft:Hyper-V:Snapshot:Realized"
        case .recovery: "Microsoft:Hyper-V:Snapshot:Recovery"
        case .planned: "Microsoft:Hyper-V:Snapshot:Planned"
        case .missing: "Microsoft:Hyper-V:Snapshot:Missing"
        case .replica: "Microsoft:Hyper-V:Snapshot:Replica:Standard"
        case .appConsistentReplica: "Microsoft:Hyper-V:Snapshot:Replica:ApplicationConsistent"
        case .syncedReplica: "Microsoft:Hyper-V:Snapshot:Replica:PlannedFailover"
        }
    }
}

/// How good the contents of a checkpoint are.
package enum Consistency: String, Hashable, Sendable, CaseIterable {
    /// The machine was off.
    case off
    /// Memory and disks of one instant.
    case memory
    /// The writers of a Windows guest took part.
    case application
    /// The file systems were frozen; applications find what a crash leaves.
    ///
    /// Rule: HV-153.
    case fileSystem
    /// What had reached the disks.
    case crash
}

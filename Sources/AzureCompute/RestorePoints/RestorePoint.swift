package import LabCore
package import SimulatedMachine

/// A point in time of a machine: its model and its disks; no interfaces, no temporary disk, no tags.
///
/// Rule: AZ-115.
package struct RestorePoint: Booked {
    package let id: ResourceID
    package let uniqueID: String
    /// What was asked for.
    package let request: CreateRestorePoint
    package let timeCreated: Instant
    package internal(set) var state: RestorePointState
    /// What was achieved; nothing until it is made.
    ///
    /// Rule: AZ-108.
    package internal(set) var consistency: Consistency?
    /// The machine as it was.
    package let metadata: Metadata
    package internal(set) var disks: [DiskRestorePoint]
    /// What will be told of its consistency when it is made.
    var achieved: Consistency
    /// The model of the machine when it was begun.
    ///
    /// Rule: AZ-101.
    let modelVersion: Int

    /// How well its disks fit together.
    package enum Consistency: String, Hashable, Sendable, CaseIterable {
        case crash = "CrashConsistent"
        case fileSystem = "FileSystemConsistent"
        case application = "ApplicationConsistent"
    }

    /// How it is taken: with the guest, or past it.
    package enum Mode: Hashable, Sendable, CaseIterable { case application, crash }

    /// The model of the machine, frozen.
    package struct Metadata: Hashable, Sendable {
        package let machineID: String
        package let location: String
        package let size: String
        package let osDisk: OSDisk
        package let dataDisks: [DataDisk]
        package let hyperVGeneration: Generation
        package let securityType: SecurityType
    }
}

/// The point in time of one disk.
package struct DiskRestorePoint: Hashable, Sendable {
    package let id: ResourceID
    package let uniqueID: String
    package let location: String
    package let sourceDisk: ResourceID
    package let sourceUniqueID: String
    package let sizeGB: Int
    package let osType: OSType?
    package let hyperVGeneration: Generation?
    package let securityType: SecurityType
    /// Nothing while it waits for its instant.
    package internal(set) var contents: Disk?
    package internal(set) var guest: Guest?
    package internal(set) var grant: AccessGrant?
    package internal(set) var encryption: Encryption
    /// The time in which it is copied from another location; nothing for one that is not.
    package internal(set) var copy: DiskSnapshot.Copy?

    /// How much of it is there, from 0 to 100.
    package func completionPercent(at now: Instant) -> Int { copy?.percent(at: now) ?? 100 }
}

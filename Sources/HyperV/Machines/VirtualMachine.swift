import Hypervisor
package import LabCore
package import SimulatedMachine

/// A virtual machine of the host.
package struct VirtualMachine: Hashable, Sendable {
    package typealias ID = ResourceID<VirtualMachine>

    package let id: ID
    /// What its appliance was installed for.
    @Boxed var spec: MachineSpec
    /// The machines that came from one installation.
    let family: UInt64
    /// The box of its settings, which captures and checkpoints share; a part is read through it without the rest.
    package internal(set) var configBox: Boxed<Configuration>
    package internal(set) var state = PowerState.off
    /// Its checkpoints, and where among them it stands.
    package internal(set) var tree = SnapshotTree()
    /// The job that has the machine to itself.
    package internal(set) var job: Job.ID?
    /// The box of its hardware, which is not copied with the rest.
    var hardwareBox: Boxed<SimulatedMachine>
    package internal(set) var privateAddress: String
    /// Changes when the machine meets its own past, so that a guest can notice.
    ///
    /// Rule: HV-075.
    package internal(set) var generationID: GUID
    /// What the processor could do when the memory was saved.
    package internal(set) var savedOn: Set<String> = []
    /// When the guest was saved.
    var savedAt: Instant?
    /// The file with the saved memory.
    package internal(set) var stateFile: FilePath?
    package internal(set) var guest = GuestComponents()
    /// The run since the last start or apply.
    package internal(set) var run = Run()
    /// The checkpoint that was applied last.
    package internal(set) var lastApplied: Checkpoint.ID?
    /// The folder with its settings.
    package let folder: String
    /// Whether it is the replica of a machine elsewhere.
    package internal(set) var isReplica = false
    /// Whether its guest is a domain controller.
    package internal(set) var isDomainController = false
    /// Whether machines run inside of it.
    package internal(set) var runsInnerMachines = false
    /// What the guest mounts over the network by itself.
    ///
    /// Rule: HV-023.
    package internal(set) var guestMounts: [String: Disk] = [:]
    /// Counts power-ons and applies, so that what was entered before them no longer counts.
    var epoch = 0

    /// Its settings.
    ///
    /// They are lent from their box, as the hardware is, and not copied out of it to be looked at.
    package internal(set) var config: Configuration {
        _read { yield configBox.wrappedValue }
        _modify { yield &configBox.wrappedValue }
    }
    /// Its disks and its guest.
    package internal(set) var hardware: SimulatedMachine {
        _read { yield hardwareBox.wrappedValue }
        _modify { yield &hardwareBox.wrappedValue }
    }

    /// A run of the guest.
    package struct Run: Hashable, Sendable {
        /// Since when it counts; nothing while it stands still.
        var since: Instant?
        /// What it counted before it stood still.
        var before = Duration.zero
        /// When the guest's services answer.
        package internal(set) var readyAt: Instant?
        /// Whether it goes on from a memory that was restored.
        var isRestored = false
        /// How far the guest's clock lies behind.
        package internal(set) var clockLag = Duration.zero
    }

    /// The time it has run, pauses left out.
    ///
    /// Rule: HV-078.
    package func uptime(at now: Instant) -> Duration {
        run.before + (run.since.map { now - $0 } ?? .zero)
    }

    /// What the guest knows itself by.
    var identity: GuestIdentity {
        GuestIdentity(
            machine: MachineID(rawValue: id.rawValue), privateAddress: privateAddress,
            hardwareAddress: config.adapters.first?.hardwareAddress ?? "")
    }

    /// Gives the hardware a disk, or other contents of the one that it has in the role.
    mutating func insert(_ content: Disk, as role: DiskRole) {
        if hardware.disk(role) == nil {
            hardware.attach(content, as: role)
        } else {
            hardware.replaceDisk(role, with: content)
        }
    }
}

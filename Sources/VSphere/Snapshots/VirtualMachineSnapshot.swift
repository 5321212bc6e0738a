package import LabCore
package import SimulatedMachine

/// One snapshot: the configuration, the ends of the disk chains and perhaps the memory of one instant.
package struct VirtualMachineSnapshot: Hashable, Sendable {
    /// The snapshot's reference.
    package internal(set) var id: Moref<VirtualMachineSnapshot>
    /// The machine it is of.
    package internal(set) var virtualMachine: Moref<VirtualMachine>
    /// The name, in the escaped form in which it was given.
    ///
    /// Rule: VMW-021.
    package internal(set) var name: String
    /// The description; empty when none was given.
    ///
    /// Rule: VMW-023.
    package internal(set) var text: String
    /// The instant whose contents it holds, by the one clock.
    package let createTime: Instant
    /// The power state it stands for.
    package let state: PowerState
    /// Whether the guest brought its disks to rest for it.
    package let isQuiesced: Bool
    /// The configuration; each disk's path is the head of its chain at that instant.
    ///
    /// Rule: VMW-070.
    @Boxed package internal(set) var config: Configuration
    /// What was in memory; nothing for a snapshot that stands for a machine that is off.
    package let memory: Memory?
    /// What the guest told the server about itself, which a revert with memory brings back.
    package let guest: GuestInfo
    /// When the guest had booted, for a snapshot with memory.
    package let bootTime: Instant?
    /// The instructions of the processor that the captured memory relies on.
    ///
    /// Rule: VMW-069.
    package let processorFeatures: Set<String>
    /// The history of changed blocks that it belongs to.
    package let changeHistory: Int
    /// The file with the configuration and the devices, `.vmsn`.
    package internal(set) var dataFile: FilePath
    /// The file with the memory, `.vmem`.
    package internal(set) var memoryFile: FilePath?
    /// The file in which Windows says what its writers did.
    ///
    /// Rule: VMW-048.
    package internal(set) var backupManifest: FilePath?
}

/// The arguments of `CreateSnapshot_Task` and `CreateSnapshotEx_Task`.
package struct SnapshotSpec: Hashable, Sendable {
    /// The name; `%`, `/` and `\` are written `%25`, `%2f` and `%5c`.
    package var name: String
    /// The description.
    package var text: String?
    /// Whether memory is asked for.
    package var memory: Bool
    /// Whether the guest is to bring its disks to rest.
    package var quiesce: Bool
    /// How long it may take to do so, in minutes from 5 to 240.
    ///
    /// Rule: VMW-049.
    package var quiesceTimeout: Int?

    /// Makes the arguments.
    package init(name: String, text: String? = nil, memory: Bool, quiesce: Bool, quiesceTimeout: Int? = nil) {
        self.name = name
        self.text = text
        self.memory = memory
        self.quiesce = quiesce
        self.quiesceTimeout = quiesceTimeout
    }
}

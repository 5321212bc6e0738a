package import HashTreeCollections
package import Hypervisor
package import LabCore
package import SimulatedMachine

/// A virtual machine: configuration, power, snapshots, and the simulated hardware with the guest in it.
package struct VirtualMachine: Hashable, Sendable {
    /// The reference, which never changes.
    package internal(set) var id: Moref<VirtualMachine>
    /// The name in the inventory.
    package internal(set) var name: String
    /// The machine's configuration file; its other files stand beside it.
    package internal(set) var home: FilePath
    /// What the machine was ordered as.
    @Boxed package internal(set) var spec: MachineSpec
    /// The host it runs on, or ran on last.
    package internal(set) var host: Moref<HostSystem>
    /// What it is configured to be.
    @Boxed package internal(set) var config: Configuration
    /// Whether it runs.
    package internal(set) var power = RuntimePower.poweredOff
    /// The shape of its snapshots.
    package internal(set) var tree = SnapshotTree()
    /// Its snapshots.
    package internal(set) var snapshots: TreeDictionary<Moref<VirtualMachineSnapshot>, VirtualMachineSnapshot> = [:]
    /// The hardware, with the contents of the disks and the guest.
    @Boxed package internal(set) var hardware: SimulatedMachine
    /// What the guest told through Tools.
    package internal(set) var guest = GuestInfo()
    /// What is known of the guest's agent and clock.
    package internal(set) var tools = Tools()
    /// The question that must be answered before anything else.
    package internal(set) var question: Question?
    /// The task that has the machine to itself.
    package internal(set) var activeTask: Moref<TaskInfo>?
    /// Whether the server can reach it.
    package internal(set) var connection = Connection.connected
    /// Whether it is a template.
    package internal(set) var isTemplate = false
    /// Tells the guest that it is not where it was; changes with each revert and each clone.
    ///
    /// Rule: VMW-084.
    package internal(set) var generationID: String
    /// Counts the histories of changed blocks.
    ///
    /// Rule: VMW-086.
    package internal(set) var changeHistory = 1
    /// Labels of the inventory, which are no part of the configuration.
    package internal(set) var tags: Set<String> = []
    /// Whether a snapshot of this very suspension exists.
    ///
    /// Rule: VMW-028.
    var suspensionIsHeld = false
    /// Whether nothing was removed since the last revert.
    ///
    /// Rule: VMW-101.
    var isFreshlyReverted = false
    /// Ends of chains of disks that were detached and whose files were to stay.
    var detached: [FilePath] = []
    /// Ends of chains of snapshots that were removed and not merged yet.
    var retired: [FilePath] = []
    /// Whether a removal left deltas on purpose.
    var keepsDeltas = false
    /// How far the hardware has been told the time; it may be ahead, when a command took long.
    var hardwareClock: Instant
    /// When the next timer of its guest is looked after.
    var watchedUntil: Instant?

    /// Whether the server and the host can work with a machine.
    package enum Connection: String, Hashable, Sendable { case connected, disconnected, orphaned, inaccessible }
}

/// What a guest tells the server through Tools.
package struct GuestInfo: Hashable, Sendable {
    /// Its first address.
    package var ipAddress: String?
    /// Its name.
    package var hostName: String?
    /// Whether Tools were running when it was told.
    package var toolsRunning = false
}

/// What the server knows of the agent in the guest.
package struct Tools: Hashable, Sendable {
    /// Whether Tools are installed.
    package var isInstalled = true
    /// From when on the running guest answers.
    package var answersFrom: Instant?
    /// Since when the agent does not answer, although the guest runs.
    package var silentSince: Instant?
    /// Whether a snapshot holds the guest's file systems at rest, or left them so.
    package var isFrozen = false
    /// How far the guest's clock lies behind.
    package var clockLag = Duration.zero
}

/// What a machine asks before it goes on.
package struct Question: Hashable, Sendable {
    /// Names the question when it is answered.
    package let id: String
    /// What is asked.
    package let text: String
    /// The answers, by number.
    package let choices: [String]
}

extension VirtualMachine: Booked {
    package typealias ID = Moref<VirtualMachine>

    /// What can be asked of all machines.
    package enum Query: Hashable, Sendable {
        /// Which of them has a name?
        case named(String)
        /// Which of them take up memory of a host?
        case running(on: Moref<HostSystem>)
    }

    package var questions: [Query] {
        [.named(name)] + (power.state == .poweredOn ? [.running(on: host)] : [])
    }
    /// The memory in bytes.
    package var weight: Int { Int(config.memory.bytes) }
}

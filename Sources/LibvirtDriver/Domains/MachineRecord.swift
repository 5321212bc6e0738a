package import Hypervisor

/// All that the driver knows about a machine; it stands in a file that is replaced as a whole.
package struct MachineRecord: Hashable, Sendable, Codable {
    /// The machine, which is libvirt's name of the domain.
    package var id: MachineID
    /// libvirt's identifier of the domain; a memory file can be restored into no other.
    package var uuid: String
    /// What was asked for.
    package var spec: MachineSpec
    /// The machine's hardware but for the disks.
    package var hardware: Hardware
    /// The disks, in the order of their targets.
    package var disks: [MachineDisk]
    /// The file with the variables of the firmware; nothing for the usual firmware, which keeps none.
    package var variables: String?
    /// The snapshots, oldest first.
    package var snapshots: [SnapshotRecord] = []
    /// The number of the next generation of overlays; none is ever used twice.
    package var nextGeneration = 1
    /// What is being done to the disks, to be done again from its start when it was cut off.
    package var journal: JournalEntry?

    /// Makes the record of a machine without snapshots.
    package init(
        id: MachineID, uuid: String, spec: MachineSpec, hardware: Hardware, disks: [MachineDisk],
        variables: String? = nil
    ) {
        self.id = id
        self.uuid = uuid
        self.spec = spec
        self.hardware = hardware
        self.disks = disks
        self.variables = variables
    }

    /// The roles of the machine's own disks, root first.
    package var roles: [DiskRole] { disks.compactMap(\.role).sorted() }

    /// The kind of the snapshots that there are; nothing when there are none.
    package var kind: SnapshotKind? { snapshots.first?.kind }

    /// The snapshot of this name.
    package func snapshot(_ id: Snapshot.ID) -> SnapshotRecord? { snapshots.first { $0.snapshot.id == id } }

    /// Takes the number of a new generation.
    package mutating func takeGeneration() -> Int {
        defer { nextGeneration += 1 }
        return nextGeneration
    }

    /// The files that must stay: what the machine writes to, and what any snapshot holds.
    package var neededFiles: Set<String> {
        var files = Set(disks.map(\.path) + [variables].compactMap { $0 })
        for record in snapshots {
            files.formUnion(record.bases.values)
            files.formUnion([record.memory, record.variables].compactMap { $0 })
        }
        return files
    }
}

/// A machine's hardware but for the disks.
package struct Hardware: Hashable, Sendable, Codable {
    /// The absolute path of the kernel.
    package var kernel: String
    /// The absolute path of the initial file system.
    package var initialFileSystem: String
    /// The kernel's command line.
    package var commandLine: String
    /// The memory in MiB.
    package var memory: Int
    /// What runs the guest's instructions.
    package var acceleration: Acceleration
    /// The firmware, where it is one that keeps variables.
    package var firmware: Firmware?
    /// Which place in the network the machine has, from 1; only one that replaces another has a later one.
    package private(set) var place = 1

    /// Makes a description of hardware; the machine learns its address from the kernel's command line.
    package init(
        kernel: String, initialFileSystem: String, commandLine: String, memory: Int, acceleration: Acceleration,
        firmware: Firmware? = nil
    ) {
        self.kernel = kernel
        self.initialFileSystem = initialFileSystem
        self.commandLine = commandLine + " " + Self.addressWord(1)
        self.memory = memory
        self.acceleration = acceleration
        self.firmware = firmware
    }

    /// The address of the only network interface.
    ///
    /// Every machine has a network of its own, so all may have the same; a warm start restores the one it was saved with.
    package var hardwareAddress: String { "52:54:00:be:1a:" + (place < 16 ? "0" : "") + String(place, radix: 16) }

    /// The machine's address in QEMU's user network, which gives 10.0.2.15 to its first guest.
    ///
    /// Rule: https://www.qemu.org/docs/master/system/devices/net.html#using-the-user-mode-network-stack
    package var privateAddress: String { Self.address(of: place) }

    /// The same hardware in another place of the network, with the addresses that belong to it.
    package func moved(to place: Int) -> Hardware {
        var moved = self
        // Places beyond the network's end begin anew, after the first.
        moved.place = place <= 200 ? place : 2 + (place - 2) % 199
        moved.commandLine = commandLine.replacing(Self.addressWord(self.place), with: Self.addressWord(moved.place))
        return moved
    }

    private static func address(of place: Int) -> String { "10.0.2.\(14 + place)" }
    private static func addressWord(_ place: Int) -> String { "belay.address=\(address(of: place))" }
}

/// What runs a guest's instructions.
package enum Acceleration: String, Hashable, Sendable, Codable {
    /// The processor itself.
    case kvm
    /// QEMU's translator.
    case tcg
}

/// One disk of a machine.
package struct MachineDisk: Hashable, Sendable, Codable {
    /// The name under which libvirt and the guest know it, `vda` first.
    package var target: String
    /// What the machine uses it for; nothing for the disk of a database that stands for another computer.
    package var role: DiskRole?
    /// The absolute path of the file that the machine writes to.
    package var path: String
    /// The format of that file.
    package var format: Format

    /// Makes a description of a disk.
    package init(target: String, role: DiskRole?, path: String, format: Format = .qcow2) {
        self.target = target
        self.role = role
        self.path = path
        self.format = format
    }

    /// The format of a disk's file.
    package enum Format: String, Hashable, Sendable, Codable {
        case qcow2, raw
    }
}

/// Where the contents of a snapshot are.
package enum SnapshotKind: String, Hashable, Sendable, Codable {
    /// Inside the disks' own files, under a tag.
    case `internal`
    /// In the files that the disks had, which new overlays keep from being written to.
    case external
}

/// A snapshot in the driver's own catalogue.
package struct SnapshotRecord: Hashable, Sendable, Codable {
    /// The snapshot as a provider describes it.
    package var snapshot: Snapshot
    /// Where its contents are.
    package var kind: SnapshotKind
    /// The disks' states in files that are not written to any more, by target; none for an internal snapshot.
    package var bases: [String: String]
    /// The file with the memory of an external snapshot that has it.
    package var memory: String?
    /// The copy of the firmware's variables, of a machine whose firmware keeps any.
    package var variables: String?

    /// Makes a record.
    package init(snapshot: Snapshot, kind: SnapshotKind, bases: [String: String] = [:], memory: String? = nil) {
        self.snapshot = snapshot
        self.kind = kind
        self.bases = bases
        self.memory = memory
    }
}

/// What is being done to a machine's disks.
package enum JournalEntry: Hashable, Sendable, Codable {
    /// The disks go back to an external snapshot, onto new overlays of this generation.
    case revert(to: Snapshot.ID, targets: [String], generation: Int)
}

package import Hypervisor
package import LabCore

/// A guest that was built: what QEMU needs to boot it, all of it read-only and shared by every machine.
package struct GuestImage: Hashable, Sendable {
    /// The absolute path of the kernel.
    package var kernel: String
    /// The absolute path of the kernel in the form that firmware starts, which unpacks itself.
    package var packedKernel: String
    /// The absolute path of the initial file system.
    package var initialFileSystem: String
    /// The kernel's command line.
    package var commandLine: String
    /// The memory that a machine needs.
    package var memory: ByteCount
    /// The disks in the order in which they are attached; the first is `vda`.
    package var disks: [GuestDisk]

    /// Makes a description of a guest.
    package init(
        kernel: String, packedKernel: String, initialFileSystem: String, commandLine: String, memory: ByteCount,
        disks: [GuestDisk]
    ) {
        self.kernel = kernel
        self.packedKernel = packedKernel
        self.initialFileSystem = initialFileSystem
        self.commandLine = commandLine
        self.memory = memory
        self.disks = disks
    }
}

/// One disk of a guest that was built.
package struct GuestDisk: Hashable, Sendable {
    /// What the disk is for.
    package var use: Use
    /// The absolute path of the contents in raw format, over which each machine lays an overlay of its own.
    package var path: String
    /// The capacity.
    package var size: ByteCount

    /// Makes a description of a disk.
    package init(use: Use, path: String, size: ByteCount) {
        self.use = use
        self.path = path
        self.size = size
    }

    /// What a disk is for.
    package enum Use: Hashable, Sendable {
        /// A disk of the machine.
        case machine(DiskRole)
        /// The database of a layout that keeps it outside the machine: it stands for another computer,
        /// so no snapshot may take it and no revert may touch it. Rule: CCI-002.
        case external
    }
}

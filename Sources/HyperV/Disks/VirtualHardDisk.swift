package import LabCore
import SimulatedMachine

/// A virtual disk in a file: a base, or a differencing disk that holds what was written since its parent was fixed.
package struct VirtualHardDisk: Hashable, Sendable {
    package internal(set) var path: FilePath
    package internal(set) var format: Format
    package internal(set) var type: Kind
    /// The disk that it holds the differences to.
    package internal(set) var parent: FilePath?
    /// The disks that hold differences to this one, sorted.
    package internal(set) var children: [FilePath] = []
    /// The disk as somebody sees it who reads through all its parents, as of the last time it was put away.
    var content: Disk
    /// What the disk is known by; a child remembers it, together with the stamp.
    package internal(set) var identifier: GUID
    /// Counts the times that it was written to.
    package internal(set) var stamp = 0
    /// The identifier of the parent when the child was made.
    var parentIdentifier: GUID?
    /// The stamp of the parent when the child was made.
    var parentStamp = 0
    /// The machine that it is attached to.
    package internal(set) var owner: VirtualMachine.ID?
    /// The checkpoint whose contents it is.
    package internal(set) var checkpoint: Checkpoint.ID?
    /// Somebody beside machines who has it open, as a backup or a virus scanner.
    package internal(set) var holder: String?
    /// The room that it takes up on its volume.
    package internal(set) var fileSize = ByteCount.zero

    /// Takes what a machine leaves on it that has it open no more; the stamp counts on when that differs.
    mutating func put(_ content: Disk) {
        if self.content != content { stamp += 1 }
        self.content = content
        owner = nil
    }

    /// The room that the guest sees.
    package var size: ByteCount { content.size }

    /// The file format.
    package enum Format: Int, Hashable, Sendable { case vhd = 2, vhdx = 3, vhdSet = 4 }
    /// How the file grows.
    package enum Kind: Int, Hashable, Sendable { case fixed = 2, dynamic = 3, differencing = 4 }

    /// What every file takes up before anything is written.
    static let header = ByteCount.mebibytes(4)
    /// The blocks of 4 KiB in one block of a differencing disk.
    static let blocksPerUnit = 512
}

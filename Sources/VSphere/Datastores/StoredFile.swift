package import LabCore
package import SimulatedMachine

/// One file on a datastore.
package struct StoredFile: Hashable, Sendable {
    /// What the file is for; the raw values are those of `layoutEx.file[].type`.
    package enum Kind: String, Hashable, Sendable {
        case config, nvram, snapshotList, diskExtent, snapshotData, snapshotMemory, swap, log, suspendMemory
        case snapshotManifestList
    }

    /// What the file is for.
    package let kind: Kind
    /// The room it takes up.
    package internal(set) var size: ByteCount
    /// The disk, or the point of a disk's chain, that it holds.
    package internal(set) var disk: DiskLink?
    /// Who holds it locked, as a backup proxy does that has it attached.
    ///
    /// Rule: VMW-097.
    package internal(set) var lockedBy: String?

    /// Makes a file.
    package init(_ kind: Kind, size: ByteCount, disk: DiskLink? = nil) {
        self.kind = kind
        self.size = size
        self.disk = disk
    }
}

/// One link of a disk's chain: the disk as it is seen through this file and all the files below it.
package struct DiskLink: Hashable, Sendable {
    /// How a file stores the blocks it holds.
    package enum Format: Hashable, Sendable {
        /// A base that takes up its whole capacity from the beginning.
        case thick
        /// A base that grows by whole mebibytes.
        case thin
        /// A delta of VMFS, which grows by 16 MiB.
        case vmfsSparse
        /// A delta of VMFS 6, which grows by 1 MiB.
        case seSparse

        /// The least piece by which a file of the format grows.
        package var grain: ByteCount {
            switch self {
            case .thick, .thin, .seSparse: .mebibytes(1)
            case .vmfsSparse: .mebibytes(16)
            }
        }
    }

    /// How blocks are stored.
    package let format: Format
    /// The link below; nothing for a base.
    package internal(set) var parent: FilePath?
    /// The links above, those of linked clones too.
    package internal(set) var children: [FilePath] = []
    /// The whole disk as it is seen through this link.
    package internal(set) var content: Disk

    /// What a link of this kind takes up for `content` above `below`.
    ///
    /// - Complexity: linear in the blocks that differ.
    func size(above below: Disk?) -> ByteCount {
        switch format {
        case .thick: return content.size
        case .thin, .vmfsSparse, .seSparse:
            let perGrain = Int(format.grain.bytes / Disk.blockSize.bytes)
            let grains = content.changedBlockCount(since: below ?? Disk(size: content.size), granularity: perGrain)
            return min(ByteCount(Int64(grains) * format.grain.bytes), content.size)
        }
    }
}

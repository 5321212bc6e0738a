package import Hypervisor
package import LabCore

/// A mounted file system: the part of it that is in memory.
///
/// It keeps the rules of ext4 with `data=ordered` and delayed allocation:
/// - Metadata changes join the *running transaction*; it is committed after 5 seconds, by a sync, or when it is large.
///   https://docs.kernel.org/admin-guide/ext4.html (`commit=nrsec`), https://docs.kernel.org/filesystems/journalling.html
/// - A commit writes copies of the metadata to the journal, waits, and then writes a commit record: a transaction counts
///   when its commit record is there and its checksum is right. Blocks go to their own places later, by a *checkpoint*.
///   https://docs.kernel.org/filesystems/ext4/journal.html
/// - Data is written before the transaction that points to it is committed (`data=ordered`).
///   https://docs.kernel.org/admin-guide/ext4.html (`data=ordered`)
/// - Written pages wait in the page cache, without blocks on the disk, until write-back (30 seconds), `fsync` or `sync`
///   allocates them; until then the length on the disk does not change, so that after a crash a new file can be there
///   with its name and length 0. https://docs.kernel.org/admin-guide/ext4.html (`delalloc`), and
///   https://docs.kernel.org/admin-guide/sysctl/vm.html (`dirty_expire_centisecs`)
/// - Space for pages in the cache is set aside when they are written, so a full disk shows then, not at write-back.
/// - A rename over a file allocates the pages of the new one (`auto_da_alloc`): a crash finds the old or the new file.
/// - Blocks that were freed are not used again before the transaction that freed them is committed.
/// - `freeze` syncs, empties the journal and clears the mark that asks for recovery (`FIFREEZE`,
///   https://man7.org/linux/man-pages/man8/fsfreeze.8.html).
/// - Directories never shrink, so no metadata block ever becomes a data block, and the journal needs no revocations.
package struct FileSystem: Hashable, Sendable {
    static let commitInterval = Duration.seconds(5)
    static let writeBackAge = Duration.seconds(30)
    static let rootInode = 2

    package let role: DiskRole
    package internal(set) var superblock: Superblock
    /// The guest's time, moved on by its owner.
    package var clock: Instant
    /// The running transaction: metadata blocks as they will be.
    var running: [Int: Block] = [:]
    /// Metadata that is committed to the journal and not in its place yet.
    var committed: [Int: Block] = [:]
    /// Blocks freed by the running transaction.
    var freed: [Range<Int>] = []
    /// Files with pages or a length that have not reached the disk, by inode.
    var cache: [Int: CachedFile] = [:]
    /// Blocks that are set aside for pages in the cache.
    var reserved = 0
    /// Blocks that are not in use.
    var freeBlocks = 0
    /// Blocks that count as used although nothing holds them: how a full disk is played.
    var withheld = 0
    var freeInodes = FreeInodes()
    var journal: JournalState
    var commitDue: Instant?
    var checkpointDue: Instant?
    package internal(set) var isFrozen = false

    /// The part of a file that is in the page cache only.
    struct CachedFile: Hashable, Sendable {
        var pages: [Int: Block] = [:]
        var length: Int
        var dirtiedAt: Instant
    }

    /// Where the journal begins and ends.
    struct JournalState: Hashable, Sendable {
        /// The number of the running transaction.
        var sequence: Int
        /// The offset at which the next transaction is written.
        var head: Int
        /// The offset and number of the first transaction that is not checkpointed.
        var tail: Int
    }

    /// What a user could still write.
    package var freeSpace: ByteCount {
        ByteCount(Int64(max(0, freeBlocks - reserved - withheld)) * Disk.blockSize.bytes)
    }

    /// What fits into the file system's data blocks in all.
    package var capacity: ByteCount {
        ByteCount(Int64(superblock.blockCount - superblock.inodes.upperBound) * Disk.blockSize.bytes)
    }

    /// Makes the file system play a full disk, or stop to.
    package mutating func withholdFreeSpace(_ isFull: Bool) { withheld = isFull ? max(0, freeBlocks - reserved) : 0 }
}

package import Hypervisor
package import LabCore

extension FileSystem {
    /// Makes an empty file system on a disk of 64 MiB or more.
    package static func format(_ role: DiskRole, in drives: inout Drives) {
        guard let blockCount = drives[role]?.blockCount else { preconditionFailure("there is no disk to format") }
        precondition(blockCount >= 16_384, "a file system needs 64 MiB at least")
        let journal = 2..<1_026
        let groupCount = (blockCount + AllocationGroup.size - 1) / AllocationGroup.size
        let groups = journal.upperBound..<journal.upperBound + groupCount
        let inodes = groups.upperBound..<groups.upperBound + min(16_384, blockCount / 8)
        let superblock = Superblock(blockCount: blockCount, journal: journal, groups: groups, inodes: inodes)
        for (index, number) in groups.enumerated() {
            let start = index * AllocationGroup.size
            var group = AllocationGroup(blocks: start..<min(blockCount, start + AllocationGroup.size))
            if index == 0 { group.take(0..<inodes.upperBound) }
            drives.write(Block(.allocation(group)), to: number, of: role)
        }
        let root = Inode(number: rootInode, kind: .directory)
        drives.write(Block(.inode(root)), to: inodes.lowerBound + rootInode, of: role)
        drives.write(Block(.journalHeader(JournalHeader(sequence: 1, tail: 0))), to: 1, of: role)
        drives.write(Block(.superblock(superblock)), to: 0, of: role)
        drives.barrier()
    }

    /// Mounts the file system of a disk: replays its journal, and checks that it does not contradict itself.
    ///
    /// - Returns: the file system, and whether the journal held something.
    package static func mount(
        _ role: DiskRole, in drives: inout Drives, at now: Instant
    ) throws(FileSystemFault) -> (fileSystem: FileSystem, recovery: Recovery) {
        guard let disk = drives[role] else { throw .notMounted }
        guard case .superblock(var superblock) = drives.read(0, of: role)?.content,
            superblock.blockCount <= disk.blockCount
        else { throw .corrupt("no file system was found on the \(role.rawValue) disk") }
        let (count, journal) = try replay(superblock, of: role, in: &drives)
        superblock.needsRecovery = true
        superblock.mounts += 1
        drives.write(Block(.superblock(superblock)), to: 0, of: role)
        drives.barrier()
        var fileSystem = FileSystem(role: role, superblock: superblock, clock: now, journal: journal)
        try fileSystem.check(in: drives)
        return (fileSystem, count > 0 ? .replayed : .clean)
    }

    /// Walks the whole tree: every name leads to an inode, every block belongs to one file and is marked as used.
    private mutating func check(in drives: Drives) throws(FileSystemFault) {
        var groups: [AllocationGroup] = []
        for number in superblock.groups {
            guard case .allocation(let group) = metadata(number, in: drives) else {
                throw .corrupt("the allocation group at block \(number) is unreadable")
            }
            groups.append(group)
        }
        freeBlocks = superblock.blockCount - groups.reduce(0) { $0 + $1.usedCount }
        var waiting = [Self.rootInode]
        var seen: Set<Int> = [Self.rootInode]
        var owned: [Range<Int>] = []
        while let number = waiting.popLast() {
            let inode = try inode(number, in: drives)
            owned += inode.extents.map { $0.start..<$0.start + $0.count }
            guard inode.kind == .directory else { continue }
            for page in try directory(inode, in: drives) {
                for entry in page.entries {
                    guard seen.insert(entry.inode).inserted else {
                        throw .corrupt("inode \(entry.inode) has two names")
                    }
                    waiting.append(entry.inode)
                }
            }
        }
        owned.sort { $0.lowerBound < $1.lowerBound }
        var used = superblock.inodes.upperBound
        var end = used
        for run in owned {
            guard run.lowerBound >= end else { throw .corrupt("block \(run.lowerBound) belongs to two files") }
            guard
                groups.contains(where: {
                    $0.holds(run) || $0.holds(run.clamped(to: $0.blocks)) && run.overlaps($0.blocks)
                })
            else { throw .corrupt("block \(run.lowerBound) is in use and marked as free") }
            end = run.upperBound
            used += run.count
        }
        guard used + freeBlocks == superblock.blockCount else { throw .corrupt("blocks are in use that nothing holds") }
        freeInodes = FreeInodes(of: Self.rootInode + 1..<superblock.inodes.count, without: seen)
    }

    /// Writes everything back and unmounts; the next mount finds nothing to replay.
    package mutating func unmount(from drives: inout Drives) throws(FileSystemFault) {
        try sync(to: &drives)
        empty(&drives)
    }

    /// Brings the disk to rest: everything is in its place, the journal is empty and no recovery is asked for.
    package mutating func freeze(on drives: inout Drives) throws(FileSystemFault) {
        try sync(to: &drives)
        empty(&drives)
        isFrozen = true
    }

    /// Lets a frozen file system go on.
    package mutating func thaw(on drives: inout Drives) {
        guard isFrozen else { return }
        isFrozen = false
        superblock.needsRecovery = true
        drives.write(Block(.superblock(superblock)), to: 0, of: role)
        drives.barrier()
    }

    private mutating func empty(_ drives: inout Drives) {
        checkpoint(to: &drives)
        superblock.needsRecovery = false
        drives.write(Block(.superblock(superblock)), to: 0, of: role)
        drives.barrier()
    }
}

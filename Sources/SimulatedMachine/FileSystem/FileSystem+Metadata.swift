import LabCore

extension FileSystem {
    /// A metadata block as the guest sees it: the running transaction's, else the journal's, else the disk's.
    func metadata(_ number: Int, in drives: Drives) -> Block.Content? {
        (running[number] ?? committed[number] ?? drives.read(number, of: role))?.content
    }

    /// Puts a metadata block into the running transaction.
    mutating func join(_ content: Block.Content?, at number: Int) {
        running[number] = content.map { Block($0) } ?? .zeros
        if commitDue == nil { commitDue = clock + Self.commitInterval }
    }

    func inode(_ number: Int, in drives: Drives) throws(FileSystemFault) -> Inode {
        guard superblock.inodes.contains(superblock.inodes.lowerBound + number),
            case .inode(let inode) = metadata(superblock.inodes.lowerBound + number, in: drives)
        else { throw .corrupt("inode \(number) is missing") }
        return inode
    }

    mutating func update(_ inode: Inode) { join(.inode(inode), at: superblock.inodes.lowerBound + inode.number) }

    mutating func makeInode(_ kind: Inode.Kind) throws(FileSystemFault) -> Inode {
        guard let number = freeInodes.take() else { throw .noSpace }
        let inode = Inode(number: number, kind: kind)
        update(inode)
        return inode
    }

    /// Takes blocks out of the groups, in as few runs as possible; only pages in the cache may use what is set aside.
    mutating func allocate(
        _ count: Int, setAside: Int = 0, in drives: Drives
    ) throws(FileSystemFault) -> [Range<Int>] {
        guard count <= freeBlocks - withheld - (reserved - setAside) else { throw .noSpace }
        var (missing, runs) = (count, [Range<Int>]())
        for number in superblock.groups where missing > 0 {
            guard case .allocation(var group) = metadata(number, in: drives) else {
                throw .corrupt("the allocation group at block \(number) is unreadable")
            }
            var isChanged = false
            while missing > 0, let run = group.free(missing, avoiding: freed) {
                group.take(run)
                runs.append(run)
                missing -= run.count
                isChanged = true
            }
            if isChanged { join(.allocation(group), at: number) }
        }
        freeBlocks -= count - missing
        guard missing == 0 else {  // What is left is freed but not committed.
            for run in runs { try release(run, in: drives, reusableAtOnce: true) }
            throw .noSpace
        }
        return runs
    }

    mutating func release(
        _ run: Range<Int>, in drives: Drives, reusableAtOnce: Bool = false
    ) throws(FileSystemFault) {
        var rest = run
        while !rest.isEmpty {
            let number = superblock.groups.lowerBound + rest.lowerBound / AllocationGroup.size
            guard case .allocation(var group) = metadata(number, in: drives) else {
                throw .corrupt("the allocation group at block \(number) is unreadable")
            }
            let part = rest.clamped(to: group.blocks)
            group.release(part)
            join(.allocation(group), at: number)
            rest = part.upperBound..<rest.upperBound
        }
        freeBlocks += run.count
        if !reusableAtOnce { freed.append(run) }
    }

    /// Commits when the running transaction has become large, as jbd2 does at a quarter of the journal, or when the
    /// blocks that are needed are among those that it frees.
    mutating func makeRoom(for count: Int = 1, in drives: inout Drives) {
        let isShort = !freed.isEmpty && count > freeBlocks - freed.reduce(0) { $0 + $1.count }
        if isShort || running.count >= superblock.journal.count / 4 { commit(to: &drives) }
    }
}

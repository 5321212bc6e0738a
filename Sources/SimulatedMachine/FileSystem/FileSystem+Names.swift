import LabCore

extension FileSystem {
    /// The blocks of a directory.
    func directory(_ inode: Inode, in drives: Drives) throws(FileSystemFault) -> [DirectoryBlock] {
        var result: [DirectoryBlock] = []
        for extent in inode.extents {
            for number in extent.start..<extent.start + extent.count {
                result.append(try directoryBlock(number, of: inode, in: drives))
            }
        }
        return result
    }

    /// What a name stands for in a directory; its blocks are read one by one until it is found.
    private func entry(
        _ name: String, in directory: Inode, of drives: Drives
    ) throws(FileSystemFault) -> DirectoryBlock.Entry? {
        for extent in directory.extents {
            for number in extent.start..<extent.start + extent.count {
                let block = try directoryBlock(number, of: directory, in: drives)
                if let entry = block.entry(name) { return entry }
            }
        }
        return nil
    }

    private func directoryBlock(
        _ number: Int, of directory: Inode, in drives: Drives
    ) throws(FileSystemFault) -> DirectoryBlock {
        guard case .directory(let block) = metadata(number, in: drives) else {
            throw .corrupt("directory \(directory.number) is unreadable")
        }
        return block
    }

    /// The inode behind a path from the root, as in `/etc/app/settings`; nothing when there is none.
    func find(_ path: String, in drives: Drives) throws(FileSystemFault) -> Inode? {
        var inode = try inode(Self.rootInode, in: drives)
        var rest = Substring(path).utf8
        while true {
            rest = rest.drop { $0 == UInt8(ascii: "/") }
            guard !rest.isEmpty else { return inode }
            guard inode.kind == .directory else { return nil }
            let part = rest.prefix { $0 != UInt8(ascii: "/") }
            rest = rest[part.endIndex...]
            guard let entry = try entry(String(Substring(part)), in: inode, of: drives) else { return nil }
            inode = try self.inode(entry.inode, in: drives)
        }
    }

    /// Whether a file or directory is there.
    package func exists(_ path: String, in drives: Drives) throws(FileSystemFault) -> Bool {
        try find(path, in: drives) != nil
    }

    /// The names in a directory, ascending; none when it is not there.
    package func names(in path: String, of drives: Drives) throws(FileSystemFault) -> [String] {
        guard let inode = try find(path, in: drives), inode.kind == .directory else { return [] }
        return try directory(inode, in: drives).flatMap { $0.entries.map(\.name) }.sorted()
    }

    /// Makes a directory, and those above it that are missing.
    package mutating func makeDirectory(_ path: String, in drives: inout Drives) throws(FileSystemFault) {
        var current = ""
        for name in path.split(separator: "/") {
            let parent = current
            current += "/\(name)"
            if try find(current, in: drives) == nil { _ = try make(.directory, String(name), in: parent, of: &drives) }
        }
    }

    /// Makes an empty file; its name reaches the disk with the transaction that runs.
    package mutating func create(_ path: String, in drives: inout Drives) throws(FileSystemFault) {
        guard try find(path, in: drives) == nil else { throw .exists(path) }
        let (parent, name) = Self.split(path)
        _ = try make(.file, name, in: parent, of: &drives)
    }

    private mutating func make(
        _ kind: Inode.Kind, _ name: String, in parent: String, of drives: inout Drives
    ) throws(FileSystemFault) -> Inode {
        makeRoom(in: &drives)
        guard let directory = try find(parent, in: drives) else { throw .notFound(parent) }
        let inode = try makeInode(kind)
        do throws(FileSystemFault) {
            try enter(DirectoryBlock.Entry(name: name, inode: inode.number), into: directory, in: &drives)
        } catch {
            join(nil, at: superblock.inodes.lowerBound + inode.number)
            freeInodes.give(inode.number)
            throw error
        }
        return inode
    }

    /// Enters a name into the first block of a directory with room, or into a new block.
    private mutating func enter(
        _ entry: DirectoryBlock.Entry, into directory: Inode, in drives: inout Drives
    ) throws(FileSystemFault) {
        var directory = directory
        let blocks = try self.directory(directory, in: drives)
        let page = blocks.firstIndex { $0.entries.count < DirectoryBlock.capacity }
        var block = page.map { blocks[$0] } ?? DirectoryBlock()
        block.entries.insert(entry, at: block.place(of: entry.name))
        if let page, let number = directory.block(of: page)?.number {
            join(.directory(block), at: number)
            return
        }
        let run = try allocate(1, in: drives)[0]
        directory.append(run, isWritten: true)
        directory.length += Int(Disk.blockSize.bytes)
        update(directory)
        join(.directory(block), at: run.lowerBound)
    }

    /// Removes a file; its blocks are free once the transaction is committed.
    package mutating func remove(_ path: String, in drives: inout Drives) throws(FileSystemFault) {
        makeRoom(in: &drives)
        guard let inode = try find(path, in: drives), inode.kind == .file else { throw .notFound(path) }
        try leave(path, in: drives)
        try discard(inode, in: drives)
    }

    /// Takes a name out of its directory.
    private mutating func leave(_ path: String, in drives: Drives) throws(FileSystemFault) {
        let (parent, name) = Self.split(path)
        guard let directory = try find(parent, in: drives) else { throw .notFound(parent) }
        for (page, block) in try self.directory(directory, in: drives).enumerated() {
            guard block.entry(name) != nil else { continue }
            var block = block
            block.entries.remove(at: block.place(of: name))
            if let number = directory.block(of: page)?.number { join(.directory(block), at: number) }
            return
        }
    }

    private mutating func discard(_ inode: Inode, in drives: Drives) throws(FileSystemFault) {
        for extent in inode.extents { try release(extent.start..<extent.start + extent.count, in: drives) }
        if let cached = cache.removeValue(forKey: inode.number) {
            reserved -= cached.pages.keys.count { inode.block(of: $0) == nil }
        }
        join(nil, at: superblock.inodes.lowerBound + inode.number)
        freeInodes.give(inode.number)
    }

    /// Gives a file another name; a file that has the name already is replaced, in one transaction.
    package mutating func rename(
        _ path: String, to newPath: String, in drives: inout Drives
    ) throws(FileSystemFault) {
        makeRoom(in: &drives)
        guard let inode = try find(path, in: drives) else { throw .notFound(path) }
        if let replaced = try find(newPath, in: drives) {
            try writeBack(inode.number, to: &drives)
            try leave(newPath, in: drives)
            try discard(replaced, in: drives)
        }
        try leave(path, in: drives)
        let (parent, name) = Self.split(newPath)
        guard let directory = try find(parent, in: drives) else { throw .notFound(parent) }
        try enter(DirectoryBlock.Entry(name: name, inode: inode.number), into: directory, in: &drives)
    }

    private static func split(_ path: String) -> (parent: String, name: String) {
        let parts = path.split(separator: "/")
        return (parts.dropLast().map { "/\($0)" }.joined(), String(parts.last ?? ""))
    }
}

extension Inode {
    /// Adds a run of blocks at the end, joined to the last one where they are adjacent.
    mutating func append(_ run: Range<Int>, isWritten: Bool) {
        let page = extents.last.map { $0.page + $0.count } ?? 0
        add(run, at: page, isWritten: isWritten)
    }

    /// Adds a run of blocks at a page that has none.
    mutating func add(_ run: Range<Int>, at page: Int, isWritten: Bool) {
        let place = extents.firstIndex { $0.page > page } ?? extents.endIndex
        if place > 0 {
            let before = extents[place - 1]
            if before.page + before.count == page, before.start + before.count == run.lowerBound,
                before.isWritten == isWritten
            {
                extents[place - 1].count += run.count
                return
            }
        }
        extents.insert(Extent(page: page, start: run.lowerBound, count: run.count, isWritten: isWritten), at: place)
    }
}

extension Inode {
    /// Splits the unwritten run around a page, which has been written now.
    mutating func markWritten(_ page: Int) {
        guard let place = extents.firstIndex(where: { page >= $0.page && page < $0.page + $0.count }) else { return }
        let old = extents[place]
        let offset = page - old.page
        let parts = [
            Extent(page: old.page, start: old.start, count: offset, isWritten: false),
            Extent(page: page, start: old.start + offset, count: 1, isWritten: true),
            Extent(
                page: page + 1, start: old.start + offset + 1, count: old.count - offset - 1, isWritten: false),
        ]
        extents.replaceSubrange(place...place, with: parts.filter { $0.count > 0 })
    }
}

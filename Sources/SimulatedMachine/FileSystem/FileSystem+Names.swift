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

    /// Where a path leads.
    struct Place {
        /// The directory with the last name of the path; nothing when it is missing.
        var directory: Inode?
        /// The last name.
        var name = ""
        /// What the path stands for; nothing when it is missing.
        var inode: Inode?
    }

    /// Walks a path from the root, as in `/etc/app/settings`.
    func place(of path: String, in drives: Drives) throws(FileSystemFault) -> Place {
        var place = Place(inode: try inode(Self.rootInode, in: drives))
        try Self.forEachName(in: path) { name throws(FileSystemFault) in
            let directory = place.inode?.kind == .directory ? place.inode : nil
            place = Place(directory: directory, name: name)
            guard let directory, let entry = try entry(name, in: directory, of: drives) else { return }
            place.inode = try inode(entry.inode, in: drives)
        }
        return place
    }

    /// Calls `body` with each name in a path; byte by byte, since paths are walked all the time.
    private static func forEachName(
        in path: String, _ body: (String) throws(FileSystemFault) -> Void
    ) throws(FileSystemFault) {
        var rest = Array(path.utf8)[...]
        while let start = rest.firstIndex(where: { $0 != UInt8(ascii: "/") }) {
            let end = rest[start...].firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
            try body(String(decoding: rest[start..<end], as: UTF8.self))
            rest = rest[end...]
        }
    }

    /// The inode behind a path from the root; nothing when there is none.
    func find(_ path: String, in drives: Drives) throws(FileSystemFault) -> Inode? {
        try place(of: path, in: drives).inode
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
        try Self.forEachName(in: path) { name throws(FileSystemFault) in
            current += "/\(name)"
            let place = try place(of: current, in: drives)
            if place.inode == nil { _ = try make(.directory, current, at: place, in: &drives) }
        }
    }

    /// Makes an empty file; its name reaches the disk with the transaction that runs.
    @discardableResult
    package mutating func create(_ path: String, in drives: inout Drives) throws(FileSystemFault) -> Inode {
        let place = try place(of: path, in: drives)
        guard place.inode == nil else { throw .exists(path) }
        return try make(.file, path, at: place, in: &drives)
    }

    /// Makes an empty file in the place of one that may be there.
    mutating func createAnew(_ path: String, in drives: inout Drives) throws(FileSystemFault) -> Inode {
        let place = try place(of: path, in: drives)
        if place.inode != nil { try remove(path, at: place, in: &drives) }
        return try make(.file, path, at: place, in: &drives)
    }

    /// Finds a file, or makes an empty one.
    mutating func open(_ path: String, in drives: inout Drives) throws(FileSystemFault) -> Inode {
        let place = try place(of: path, in: drives)
        if let inode = place.inode { return inode }
        return try make(.file, path, at: place, in: &drives)
    }

    private mutating func make(
        _ kind: Inode.Kind, _ path: String, at place: Place, in drives: inout Drives
    ) throws(FileSystemFault) -> Inode {
        makeRoom(in: &drives)
        guard let directory = place.directory else { throw .notFound(Self.parent(of: path)) }
        let inode = try makeInode(kind)
        do throws(FileSystemFault) {
            try enter(DirectoryBlock.Entry(name: place.name, inode: inode.number), into: directory, in: &drives)
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
        try remove(path, at: try place(of: path, in: drives), in: &drives)
    }

    private mutating func remove(
        _ path: String, at place: Place, in drives: inout Drives
    ) throws(FileSystemFault) {
        makeRoom(in: &drives)
        guard let inode = place.inode, inode.kind == .file else { throw .notFound(path) }
        try leave(place, in: drives)
        try discard(inode, in: drives)
    }

    /// Takes a name out of its directory.
    private mutating func leave(_ place: Place, in drives: Drives) throws(FileSystemFault) {
        guard let directory = place.directory else { return }
        for (page, block) in try self.directory(directory, in: drives).enumerated() {
            guard block.entry(place.name) != nil else { continue }
            var block = block
            block.entries.remove(at: block.place(of: place.name))
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
        let (old, new) = (try place(of: path, in: drives), try place(of: newPath, in: drives))
        guard let inode = old.inode else { throw .notFound(path) }
        if let replaced = new.inode {
            try writeBack(inode.number, to: &drives)
            try leave(new, in: drives)
            try discard(replaced, in: drives)
        }
        try leave(old, in: drives)
        guard let directory = new.directory else { throw .notFound(Self.parent(of: newPath)) }
        try enter(DirectoryBlock.Entry(name: new.name, inode: inode.number), into: directory, in: &drives)
    }

    private static func parent(of path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
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

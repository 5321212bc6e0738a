import LabCore

extension FileSystem {
    /// Writes pages of a file into the cache, and lengthens it to `length` bytes if it is shorter.
    ///
    /// - Throws: `noSpace` when the disk has no room for the pages, `notFound`.
    package mutating func write(
        _ pages: [(page: Int, block: Block)], length: Int, to path: String, in drives: Drives
    ) throws(FileSystemFault) {
        guard let inode = try find(path, in: drives), inode.kind == .file else { throw .notFound(path) }
        try write(pages, length: length, to: inode)
    }

    /// Writes pages of a file that was found into the cache.
    mutating func write(
        _ pages: [(page: Int, block: Block)], length: Int, to inode: Inode
    ) throws(FileSystemFault) {
        var file = cache[inode.number] ?? CachedFile(length: inode.length, dirtiedAt: clock)
        let added = pages.count { file.pages[$0.page] == nil && inode.block(of: $0.page) == nil }
        guard added <= freeBlocks - reserved - withheld else { throw .noSpace }
        reserved += added
        for (page, block) in pages { file.pages[page] = block }
        file.length = max(file.length, length)
        cache[inode.number] = file
    }

    /// Replaces the contents of a file, which is made if it is missing, in the cache.
    @discardableResult
    package mutating func write(
        _ bytes: [UInt8], to path: String, in drives: inout Drives
    ) throws(FileSystemFault) -> Inode {
        let size = Int(Disk.blockSize.bytes)
        let pages = stride(from: 0, to: bytes.count, by: size).map { start in
            (page: start / size, block: Block(bytes: Array(bytes[start..<min(start + size, bytes.count)])))
        }
        let file = try createAnew(path, in: &drives)
        try write(pages, length: bytes.count, to: file)
        return file
    }

    /// Sets blocks aside for a file of `count` pages without writing them, as `fallocate` does.
    package mutating func preallocate(_ count: Int, for path: String, in drives: inout Drives) throws(FileSystemFault) {
        guard count <= freeBlocks - reserved - withheld else { throw .noSpace }
        makeRoom(for: count, in: &drives)
        var inode = try create(path, in: &drives)
        for run in try allocate(count, in: drives) { inode.append(run, isWritten: false) }
        inode.length = count * Int(Disk.blockSize.bytes)
        update(inode)
    }

    private func length(of inode: Inode) -> Int { cache[inode.number]?.length ?? inode.length }

    /// The pages of a file as the guest reads them; nothing when it is not there.
    package func pages(of path: String, in drives: Drives) throws(FileSystemFault) -> [Block]? {
        guard let inode = try find(path, in: drives), inode.kind == .file else { return nil }
        return pages(of: inode, in: drives)
    }

    /// What is in a directory, by name, ascending: of files the pages as the guest reads them, of directories none.
    package func contents(
        of path: String, in drives: Drives
    ) throws(FileSystemFault) -> [(name: String, length: Int, pages: [Block])] {
        guard let found = try find(path, in: drives), found.kind == .directory else { return [] }
        var result: [(name: String, length: Int, pages: [Block])] = []
        for entry in try directory(found, in: drives).flatMap(\.entries).sorted(by: { $0.name < $1.name }) {
            let inode = try inode(entry.inode, in: drives)
            result.append((entry.name, length(of: inode), inode.kind == .file ? pages(of: inode, in: drives) : []))
        }
        return result
    }

    private func pages(of inode: Inode, in drives: Drives) -> [Block] {
        let cached = cache[inode.number]?.pages ?? [:]
        return (0..<pageCount(of: inode)).map { page($0, of: inode, cached: cached, in: drives) }
    }

    /// One page of a file as the guest reads it; nothing beyond the end of the file.
    func page(_ number: Int, of inode: Inode, in drives: Drives) -> Block? {
        guard number < pageCount(of: inode) else { return nil }
        return page(number, of: inode, cached: cache[inode.number]?.pages ?? [:], in: drives)
    }

    private func page(_ number: Int, of inode: Inode, cached: [Int: Block], in drives: Drives) -> Block {
        if let block = cached[number] { return block }
        guard let place = inode.block(of: number), place.isWritten else { return .zeros }
        return drives.read(place.number, of: role) ?? .zeros
    }

    private func pageCount(of inode: Inode) -> Int {
        let size = Int(Disk.blockSize.bytes)
        return (length(of: inode) + size - 1) / size
    }

    /// The contents of a file of real bytes; nothing when it is not there.
    package func bytes(of path: String, in drives: Drives) throws(FileSystemFault) -> [UInt8]? {
        guard let inode = try find(path, in: drives), inode.kind == .file else { return nil }
        var (bytes, length) = ([UInt8](), length(of: inode))
        for page in pages(of: inode, in: drives) {
            bytes += page.bytes(upTo: length)
            length -= Int(Disk.blockSize.bytes)
        }
        return bytes
    }

    /// Writes the cached pages of one file to the disk; new ones get their blocks now, and the length follows.
    mutating func writeBack(_ number: Int, to drives: inout Drives) throws(FileSystemFault) {
        guard let file = cache[number] else { return }
        makeRoom(for: file.pages.count, in: &drives)
        var inode = try inode(number, in: drives)
        let before = inode
        let new = file.pages.keys.filter { inode.block(of: $0) == nil }.sorted()
        if !new.isEmpty {
            var places = try allocate(new.count, setAside: new.count, in: drives).flatMap { Array($0) }[...]
            for page in new {
                guard let place = places.popFirst() else { break }
                inode.add(place..<place + 1, at: page, isWritten: true)
            }
            reserved -= new.count
        }
        for page in file.pages.keys.sorted() {
            guard let place = inode.block(of: page) else { continue }
            if !place.isWritten { inode.markWritten(page) }
            drives.write(file.pages[page], to: place.number, of: role)
        }
        cache[number] = nil
        inode.length = file.length
        if inode != before { update(inode) }
    }

    /// Writes the cached pages of one file to the disk, without a wait for the transaction that names new blocks.
    package mutating func writeBack(_ path: String, to drives: inout Drives) throws(FileSystemFault) {
        guard let inode = try find(path, in: drives) else { throw .notFound(path) }
        try writeBack(inode.number, to: &drives)
        drives.barrier()
    }

    /// Makes one file durable: its pages, and the transaction with its name, length and blocks.
    package mutating func fsync(_ path: String, to drives: inout Drives) throws(FileSystemFault) {
        guard let inode = try find(path, in: drives) else { throw .notFound(path) }
        try fsync(inode, to: &drives)
    }

    /// Makes a file durable that was found.
    mutating func fsync(_ inode: Inode, to drives: inout Drives) throws(FileSystemFault) {
        try writeBack(inode.number, to: &drives)
        commit(to: &drives)
    }

    /// Makes everything durable.
    package mutating func sync(to drives: inout Drives) throws(FileSystemFault) {
        for number in cache.keys.sorted() { try writeBack(number, to: &drives) }
        commit(to: &drives)
    }
}

package import LabCore

extension Database {
    /// Commits one transaction: logs its changes, syncs the log, applies them.
    ///
    /// - Throws: a file system's fault; nothing is committed then.
    package mutating func commit(
        _ changes: [Change], at now: Instant, in storage: inout Storage
    ) throws(DatabaseFault) {
        try commit(transactions: [changes], at: now, in: &storage)
    }

    /// Commits several transactions with one sync of the log, as a group commit does.
    package mutating func commit(
        transactions: [[Change]], at now: Instant, in storage: inout Storage
    ) throws(DatabaseFault) {
        var records: [LogRecord] = []
        for changes in transactions {
            for change in changes { records.append(LogRecord(transaction: nextTransaction, kind: .change(change))) }
            records.append(LogRecord(transaction: nextTransaction, kind: .commit))
            nextTransaction += 1
        }
        var number = nextRecord
        try append(records, in: &storage)
        for changes in transactions {
            for change in changes {
                contents.apply(change, at: number)
                number += 1
            }
            number += 1  // The commit's.
        }
        if writerDue == nil { writerDue = now + Self.writerDelay }
        if checkpointDue == nil { checkpointDue = now + Self.checkpointTimeout }
    }

    /// Appends records to the log and syncs it.
    mutating func append(_ records: [LogRecord], in storage: inout Storage) throws(DatabaseFault) {
        let last = nextRecord + records.count - 1
        let first = nextRecord / Self.segmentSize
        var segments: [Inode] = []
        for segment in first...(last + 1) / Self.segmentSize {
            segments.append(try self.segment(segment, in: &storage))
        }
        var (page, rest, blocks) = (tail, records[...], [(first: Int, block: Block)]())
        repeat {
            let part = rest.prefix(LogPage.capacity - page.records.count)
            page.records += part
            rest = rest[part.endIndex...]
            let block = Block(.log(page))
            if !page.records.isEmpty { blocks.append((page.first, block)) }
            guard page.records.count == LogPage.capacity else { break }
            page = LogPage(system: page.system, first: page.first + LogPage.capacity, chain: block.digest)
        } while !rest.isEmpty
        do throws(FileSystemFault) {
            try storage.on(logRole) { fileSystem, drives throws(FileSystemFault) in
                for (start, block) in blocks {
                    let place = start % Self.segmentSize / LogPage.capacity
                    try fileSystem.write([(place, block)], length: 0, to: segments[start / Self.segmentSize - first])
                }
                for (offset, file) in segments.enumerated()
                where blocks.contains(where: { $0.first / Self.segmentSize == first + offset }) {
                    try fileSystem.fsync(file, to: &drives)
                }
            }
        } catch {
            throw .fileSystem(error)
        }
        tail = page
    }

    /// Finds a segment of the log, or makes it, filled with zeros, so that later syncs need no room (`wal_init_zero`).
    private mutating func segment(_ segment: Int, in storage: inout Storage) throws(DatabaseFault) -> Inode {
        do throws(FileSystemFault) {
            if let openLog, openLog.segment == segment {
                return try storage.reading(logRole) { fileSystem, drives throws(FileSystemFault) in
                    try fileSystem.inode(openLog.file, in: drives)
                }
            }
            let file = try find(segment, in: &storage)
            openLog = OpenLog(segment: segment, file: file.number)
            return file
        } catch {
            throw .fileSystem(error)
        }
    }

    private func find(_ segment: Int, in storage: inout Storage) throws(FileSystemFault) -> Inode {
        let path = Self.segmentPath(segment)
        return try storage.on(logRole) { fileSystem, drives throws(FileSystemFault) in
            if let file = try fileSystem.find(path, in: drives) { return file }
            let count = Self.segmentSize / LogPage.capacity
            let temporary = path + ".new"
            let file = try fileSystem.createAnew(temporary, in: &drives)
            do throws(FileSystemFault) {
                try fileSystem.write(
                    (0..<count).map { ($0, .zeros) }, length: count * Int(Disk.blockSize.bytes), to: file)
                try fileSystem.fsync(file, to: &drives)
                try fileSystem.rename(temporary, to: path, in: &drives)
            } catch {
                try fileSystem.remove(temporary, in: &drives)
                throw error
            }
            try fileSystem.fsync(file, to: &drives)
            return try fileSystem.inode(file.number, in: drives)
        }
    }

    /// Writes dirty pages to their files, whose log is synced already.
    mutating func writePages(in storage: inout Storage) throws(DatabaseFault) {
        for name in contents.names {
            guard let table = contents.tables[name], !table.dirty.isEmpty else { continue }
            let path = Self.tablePath(name)
            let pages = table.dirty.sorted().map { ($0, Block(.table(table.pages[$0]))) }
            let length = table.pages.count * Int(Disk.blockSize.bytes)
            do throws(FileSystemFault) {
                try storage.on(tableRole) { fileSystem, drives throws(FileSystemFault) in
                    let file = try fileSystem.open(path, in: &drives)
                    try fileSystem.write(pages, length: length, to: file)
                    try fileSystem.fsync(file, to: &drives)
                }
            } catch {
                throw .fileSystem(error)
            }
            contents.tables[name]?.dirty = []
        }
    }

    /// Makes a checkpoint: all pages durable, a record in the log, then the control file; older log goes.
    package mutating func checkpoint(
        shuttingDown: Bool = false, in storage: inout Storage
    ) throws(DatabaseFault) {
        guard nextRecord != restEnd || shuttingDown else {
            (writerDue, checkpointDue) = (nil, nil)
            return
        }
        let start = nextRecord
        try writePages(in: &storage)
        try append([LogRecord(transaction: 0, kind: .checkpoint)], in: &storage)
        let control = ControlPage(system: contents.system, redo: start, checkpoint: start, isShutDown: shuttingDown)
        do throws(FileSystemFault) {
            try storage.on(tableRole) { fileSystem, drives throws(FileSystemFault) in
                let file = try fileSystem.open(Self.controlPath, in: &drives)
                let page = (page: 0, block: Block(.control(control)))
                try fileSystem.write([page], length: Int(Disk.blockSize.bytes), to: file)
                try fileSystem.fsync(file, to: &drives)
            }
            (redo, restEnd) = (start, nextRecord)
            (writerDue, checkpointDue) = (nil, nil)
            try storage.on(logRole) { fileSystem, drives throws(FileSystemFault) in
                let oldest = Self.segmentPath(start / Self.segmentSize)
                for name in try fileSystem.names(in: Self.directory, of: drives) {
                    let path = "\(Self.directory)/\(name)"
                    guard name.hasPrefix("log-"), path < oldest else { continue }
                    try fileSystem.remove(path, in: &drives)
                }
            }
        } catch {
            throw .fileSystem(error)
        }
    }
}

package import Hypervisor
import LabCore

extension Database {
    /// Makes an empty database.
    package static func make(
        system: UInt64, log logRole: DiskRole, tables tableRole: DiskRole, in storage: inout Storage
    ) throws(DatabaseFault) -> Database {
        do throws(FileSystemFault) {
            for role in Set([logRole, tableRole]).sorted() {
                try storage.on(role) { fileSystem, drives throws(FileSystemFault) in
                    try fileSystem.makeDirectory(directory, in: &drives)
                }
            }
        } catch {
            throw .fileSystem(error)
        }
        var database = Database(
            logRole: logRole, tableRole: tableRole, contents: Tables(system: system),
            tail: LogPage(system: system, first: 0, chain: 0), redo: 0, restEnd: 0)
        try database.checkpoint(shuttingDown: true, in: &storage)
        return database
    }

    /// Opens a database from what is on the disks: checks, replays, and ends with a checkpoint if there was something to replay.
    package static func open(
        log logRole: DiskRole, tables tableRole: DiskRole, in storage: inout Storage
    ) throws(DatabaseFault) -> (database: Database, recovery: Recovery) {
        let control = try readControl(of: tableRole, in: storage)
        var contents = try readTables(control.system, of: tableRole, in: storage)
        let log = try readLog(from: control, of: logRole, in: storage)

        var waiting: [Int: [(change: Change, number: Int)]] = [:]
        var (replayed, lastTransaction) = (0, 0)
        for (offset, record) in log.records.enumerated() {
            lastTransaction = max(lastTransaction, record.transaction)
            switch record.kind {
            case .change(let change):
                waiting[record.transaction, default: []].append((change, control.redo + offset))
            case .commit:
                for (change, number) in waiting.removeValue(forKey: record.transaction) ?? [] {
                    contents.apply(change, at: number)
                    replayed += 1
                }
            case .checkpoint: break
            }
        }
        let end = control.redo + log.records.count
        for name in contents.names {
            for (index, page) in (contents.tables[name]?.pages ?? []).enumerated() where page.lastChange >= end {
                // The disks are of two instants. Rule: GHES-003.
                throw .corrupt(
                    "page \(index) of table \(name): xlog flush request \(page.lastChange) is not satisfied"
                        + " --- flushed only to \(end)")
            }
        }
        var database = Database(
            logRole: logRole, tableRole: tableRole, contents: contents, tail: log.tail,
            nextTransaction: lastTransaction + 1, redo: control.redo, restEnd: control.checkpoint + 1)
        let isClean = end == control.checkpoint + 1
        if !isClean { try database.checkpoint(in: &storage) }
        return (database, isClean ? .clean : .replayed)
    }

    private static func readControl(
        of role: DiskRole, in storage: Storage
    ) throws(DatabaseFault) -> ControlPage {
        let pages = try read(controlPath, of: role, in: storage)
        guard case .control(let control) = pages?.first?.content else {
            throw .corrupt("could not open the control file: it is missing or unreadable")
        }
        return control
    }

    private static func readTables(
        _ system: UInt64, of role: DiskRole, in storage: Storage
    ) throws(DatabaseFault) -> Tables {
        var contents = Tables(system: system)
        let names: [String]
        do throws(FileSystemFault) {
            names = try storage.reading(role) { fileSystem, drives throws(FileSystemFault) in
                try fileSystem.names(in: directory, of: drives)
            }
        } catch {
            throw .fileSystem(error)
        }
        for name in names where name.hasPrefix("table-") {
            let table = String(name.dropFirst("table-".count))
            var pages: [TablePage] = []
            for (index, block) in (try read(tablePath(table), of: role, in: storage) ?? []).enumerated() {
                switch block.content {
                case .table(let page) where page.system == system: pages.append(page)
                case .bytes([]):  // Never written: replay fills it.
                    pages.append(TablePage(system: system, lastChange: -1))
                default: throw .corrupt("invalid page in block \(index) of table \(table)")
                }
            }
            contents.tables[table] = Tables.Table(pages: pages)
        }
        return contents
    }

    /// Reads the log from the last checkpoint to its end.
    ///
    /// - Returns: the records from the redo point on, and the last page.
    private static func readLog(
        from control: ControlPage, of role: DiskRole, in storage: Storage
    ) throws(DatabaseFault) -> (records: [LogRecord], tail: LogPage) {
        var records: [LogRecord] = []
        var page = control.redo / LogPage.capacity
        var tail: (page: LogPage, digest: UInt64)?
        var segment: (number: Int, file: Inode?)?
        while true {
            let first = page * LogPage.capacity
            if segment?.number != first / segmentSize {
                let number = first / segmentSize
                segment = (number, try find(segmentPath(number), of: role, in: storage))
            }
            let place = first % segmentSize / LogPage.capacity
            guard let file = segment?.file, let block = try read(place, of: file, of: role, in: storage),
                case .log(let found) = block.content, found.first == first, found.system == control.system,
                tail.map({ $0.digest == found.chain }) ?? true
            else { break }
            records += found.records.dropFirst(max(0, control.redo - first))
            tail = (found, block.digest)
            guard found.records.count == LogPage.capacity else { break }
            page += 1
        }
        let checkpoint = control.checkpoint - control.redo
        guard let (last, digest) = tail, checkpoint < records.count, records[checkpoint].kind == .checkpoint else {
            throw .corrupt("could not locate a valid checkpoint record at \(control.checkpoint)")
        }
        guard last.records.count == LogPage.capacity else { return (records, last) }
        return (records, LogPage(system: last.system, first: last.first + LogPage.capacity, chain: digest))
    }

    private static func find(
        _ path: String, of role: DiskRole, in storage: Storage
    ) throws(DatabaseFault) -> Inode? {
        do throws(FileSystemFault) {
            return try storage.reading(role) { fileSystem, drives throws(FileSystemFault) in
                try fileSystem.find(path, in: drives)
            }
        } catch {
            throw .fileSystem(error)
        }
    }

    private static func read(
        _ page: Int, of file: Inode, of role: DiskRole, in storage: Storage
    ) throws(DatabaseFault) -> Block? {
        do throws(FileSystemFault) {
            return try storage.reading(role) { fileSystem, drives in fileSystem.page(page, of: file, in: drives) }
        } catch {
            throw .fileSystem(error)
        }
    }

    private static func read(
        _ path: String, of role: DiskRole, in storage: Storage
    ) throws(DatabaseFault) -> [Block]? {
        do throws(FileSystemFault) {
            return try storage.reading(role) { fileSystem, drives throws(FileSystemFault) in
                try fileSystem.pages(of: path, in: drives)
            }
        } catch {
            throw .fileSystem(error)
        }
    }
}
